"""Flatten: a block of rows becomes the columns of each table.

Takes a `RowBlock`; gives one `TableBlock` per table, whose columns are made on first use. Knows
the structs and the tables; knows no Arrow, and not where rows came from. Nothing it gives refers to a
struct, so that a block can be freed as a whole once its columns are made.
"""

from __future__ import annotations

from exportkit.flatten.blocks import flatten, reject_block
from exportkit.flatten.extras import overlaid
from exportkit.flatten.feature_sets import KeyFrames, key_frames_by_frame, listed_frames, no_frames
from exportkit.flatten.labels import container, creation_moments, is_derived
from exportkit.flatten.media_types import BY_ASSET_TYPE, by_annotations, by_kinds, media_type

__all__ = [
    "BY_ASSET_TYPE",
    "KeyFrames",
    "by_annotations",
    "by_kinds",
    "container",
    "creation_moments",
    "flatten",
    "is_derived",
    "key_frames_by_frame",
    "listed_frames",
    "media_type",
    "no_frames",
    "overlaid",
    "reject_block",
]
