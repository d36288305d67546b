"""Filters: what of an export is converted, which rows, which parts of them, and what is disguised.

Takes what a caller asks for, checks it, and works on decoded rows and on record batches; the corridor says
when. Does not know files, decoders or the order of the rooms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exportkit._on_first_use import on_first_use

if TYPE_CHECKING:
    from exportkit.filters.choice import Choice, make_choice
    from exportkit.filters.conditions import Condition, Filters, first_refusing, make_conditions
    from exportkit.filters.label_policy import LabelPolicy, kept_labels
    from exportkit.filters.params import Params, Parts, make_parts
    from exportkit.filters.parts import select, strip
    from exportkit.filters.questions import NEEDS
    from exportkit.filters.records import Record
    from exportkit.filters.redaction import Redaction, make_redaction

__all__ = [
    "NEEDS",
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
    "make_conditions",
    "make_parts",
    "make_redaction",
    "select",
    "strip",
]

_HOMES = {
    "NEEDS": "exportkit.filters.questions",
    "Choice": "exportkit.filters.choice",
    "Condition": "exportkit.filters.conditions",
    "Filters": "exportkit.filters.conditions",
    "LabelPolicy": "exportkit.filters.label_policy",
    "Params": "exportkit.filters.params",
    "Parts": "exportkit.filters.params",
    "Record": "exportkit.filters.records",
    "Redaction": "exportkit.filters.redaction",
    "first_refusing": "exportkit.filters.conditions",
    "kept_labels": "exportkit.filters.label_policy",
    "make_choice": "exportkit.filters.choice",
    "make_conditions": "exportkit.filters.conditions",
    "make_parts": "exportkit.filters.params",
    "make_redaction": "exportkit.filters.redaction",
    "select": "exportkit.filters.parts",
    "strip": "exportkit.filters.parts",
}

if not TYPE_CHECKING:
    __getattr__ = on_first_use(globals(), _HOMES)
