"""Filters: what of an export is converted, which rows, which parts of them, and what is disguised.

Takes what a caller asks for, checks it, and works on decoded rows and on record batches; the corridor says
when. Does not know files, decoders or the order of the rooms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exportkit._on_first_use import on_first_use

if TYPE_CHECKING:
    from exportkit.options import Filters, LabelPolicy, Params
    from exportkit.select.conditions import Condition, first_refusing, make_conditions
    from exportkit.select.filter_values import NEEDS
    from exportkit.select.fingerprints import Record
    from exportkit.select.label_policy import kept_labels
    from exportkit.select.params import Parts, make_parts
    from exportkit.select.pruning import select, strip
    from exportkit.select.redaction import Redaction, make_redaction
    from exportkit.select.selection import Selection, make_selection

__all__ = [
    "NEEDS",
    "Condition",
    "Filters",
    "LabelPolicy",
    "Params",
    "Parts",
    "Record",
    "Redaction",
    "Selection",
    "first_refusing",
    "kept_labels",
    "make_conditions",
    "make_parts",
    "make_redaction",
    "make_selection",
    "select",
    "strip",
]

_HOMES = {
    "NEEDS": "exportkit.select.filter_values",
    "Selection": "exportkit.select.selection",
    "Condition": "exportkit.select.conditions",
    "Filters": "exportkit.options",
    "LabelPolicy": "exportkit.options",
    "Params": "exportkit.options",
    "Parts": "exportkit.select.params",
    "Record": "exportkit.select.fingerprints",
    "Redaction": "exportkit.select.redaction",
    "first_refusing": "exportkit.select.conditions",
    "kept_labels": "exportkit.select.label_policy",
    "make_selection": "exportkit.select.selection",
    "make_conditions": "exportkit.select.conditions",
    "make_parts": "exportkit.select.params",
    "make_redaction": "exportkit.select.redaction",
    "select": "exportkit.select.pruning",
    "strip": "exportkit.select.pruning",
}

if not TYPE_CHECKING:
    __getattr__ = on_first_use(globals(), _HOMES)
