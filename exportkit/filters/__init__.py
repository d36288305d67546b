"""Filters: what of an export is converted, which rows, which parts of them, and what is disguised.

Takes what a caller asks for, checks it, and works on decoded rows and on record batches; the corridor says
when. Does not know files, decoders or the order of the rooms.
"""

from __future__ import annotations

from exportkit.filters.choice import Choice, make_choice
from exportkit.filters.conditions import Condition, Filters, first_refusing
from exportkit.filters.label_policy import LabelPolicy, kept_labels
from exportkit.filters.params import Params, Parts
from exportkit.filters.parts import select, strip
from exportkit.filters.records import Record
from exportkit.filters.redaction import Redaction

__all__ = [
    "Choice",
    "Condition",
    "Filters",
    "LabelPolicy",
    "Params",
    "Parts",
    "Record",
    "Redaction",
    "first_refusing",
    "kept_labels",
    "make_choice",
    "select",
    "strip",
]
