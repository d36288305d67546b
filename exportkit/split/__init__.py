"""Split: blocks of bytes become blocks of whole lines, each with the place of its first.

Takes decompressed blocks; gives `LineBlock` with its places, or a `LongLine` where a line is too long
to hold; gives byte ranges of a file that can be read apart. Knows where lines, and elements of a JSON
array, end; knows nothing of what is in them, of files or of compression.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exportkit._on_first_use import on_first_use
from exportkit.split.form import V1_HINT, Form, sniff
from exportkit.split.lines import MAX_LINE_BYTES, LongLine, cut_lines
from exportkit.split.places import places
from exportkit.split.tape import take_head

if TYPE_CHECKING:
    from exportkit.split.elements import cut_elements
    from exportkit.split.members import CHUNK_BYTES, cut_members
    from exportkit.split.ranges import MIN_SPLIT_BYTES, Split, plan_splits

__all__ = [
    "CHUNK_BYTES",
    "MAX_LINE_BYTES",
    "MIN_SPLIT_BYTES",
    "V1_HINT",
    "Form",
    "LongLine",
    "Split",
    "cut_elements",
    "cut_lines",
    "cut_members",
    "places",
    "plan_splits",
    "sniff",
    "take_head",
]

#: What only arrays, long lines and several workers need.
_HOMES = {
    "MIN_SPLIT_BYTES": "exportkit.split.ranges",
    "CHUNK_BYTES": "exportkit.split.members",
    "Split": "exportkit.split.ranges",
    "cut_elements": "exportkit.split.elements",
    "cut_members": "exportkit.split.members",
    "plan_splits": "exportkit.split.ranges",
}

if not TYPE_CHECKING:
    __getattr__ = on_first_use(globals(), _HOMES)
