"""Split: blocks of bytes become blocks of whole lines, each with the place of its first.

Takes decompressed blocks; gives `LineBlock` with its places, or a `LongLine` where a line is too long
to hold; gives byte ranges of a file that can be read apart. Knows where lines, and elements of a JSON
array, end; knows nothing of what is in them, of files or of compression.
"""

from __future__ import annotations

from exportkit.split.elements import cut_elements
from exportkit.split.form import V1_HINT, Form, sniff
from exportkit.split.lines import MAX_LINE_BYTES, LongLine, cut_lines
from exportkit.split.members import RUN_BYTES, cut_members
from exportkit.split.places import places
from exportkit.split.ranges import MIN_SPLIT_BYTES, Split, plan_splits
from exportkit.split.tape import take_head

__all__ = [
    "MAX_LINE_BYTES",
    "MIN_SPLIT_BYTES",
    "RUN_BYTES",
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
