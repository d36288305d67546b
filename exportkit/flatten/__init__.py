"""Flatten: a block of rows becomes the columns of each table.

Takes a `RowBlock`; gives a `TableBlock` a table, whose columns are made when they are asked for. Knows
the structs and the tables; knows no Arrow, and not where rows came from. Nothing it gives refers to a
struct, so that a block can be freed as a whole once its columns are made.
"""

from __future__ import annotations

from exportkit.flatten.blocks import flatten, reject_block
from exportkit.flatten.features import key_frames_by_frame
from exportkit.flatten.labels import container, creation_moments
from exportkit.flatten.media_types import by_annotations, by_kinds
from exportkit.tables.instants import newest

__all__ = [
    "by_annotations",
    "by_kinds",
    "container",
    "creation_moments",
    "flatten",
    "key_frames_by_frame",
    "newest",
    "reject_block",
]
