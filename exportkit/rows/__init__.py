"""The rows: what comes in, as msgspec structs, and the blocks in which they travel."""

from __future__ import annotations

from exportkit.rows.block import Fragment, Reject, RowBlock
from exportkit.rows.features import NO_RAW, VALUE_KEY
from exportkit.rows.placed_labels import PlacedLabel, labels_of, placed_labels
from exportkit.rows.structs import STRUCTS, Row

__all__ = [
    "NO_RAW",
    "STRUCTS",
    "VALUE_KEY",
    "Fragment",
    "PlacedLabel",
    "Reject",
    "Row",
    "RowBlock",
    "labels_of",
    "placed_labels",
]
