"""Selection: which rows of an export are converted, which content of them, and what is disguised.

Takes what a caller asks for, checks it, and works on decoded rows and on record batches when the pipeline
says so. Knows no files, no decoders, and not the order of the stages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exportkit._on_first_use import on_first_use

if TYPE_CHECKING:
    from exportkit.select.conditions import Condition, Filters, first_refusing, make_conditions
    from exportkit.select.filter_values import READ_BY_FILTER
    from exportkit.select.fingerprints import Fingerprint
    from exportkit.select.label_policy import LabelPolicy, judge_labels
    from exportkit.select.params import Content, Params, make_content
    from exportkit.select.pruning import empty_details, leave_out, leave_out_frames
    from exportkit.select.redaction import Redaction, make_redaction
    from exportkit.select.selection import Selection, make_selection

__all__ = [
    "READ_BY_FILTER",
    "Condition",
    "Content",
    "Filters",
    "Fingerprint",
    "LabelPolicy",
    "Params",
    "Redaction",
    "Selection",
    "empty_details",
    "first_refusing",
    "judge_labels",
    "leave_out",
    "leave_out_frames",
    "make_conditions",
    "make_content",
    "make_redaction",
    "make_selection",
]

_HOMES = {
    "READ_BY_FILTER": "exportkit.select.filter_values",
    "Condition": "exportkit.select.conditions",
    "Content": "exportkit.select.params",
    "Filters": "exportkit.select.conditions",
    "Fingerprint": "exportkit.select.fingerprints",
    "LabelPolicy": "exportkit.select.label_policy",
    "Params": "exportkit.select.params",
    "Redaction": "exportkit.select.redaction",
    "Selection": "exportkit.select.selection",
    "empty_details": "exportkit.select.pruning",
    "first_refusing": "exportkit.select.conditions",
    "judge_labels": "exportkit.select.label_policy",
    "leave_out": "exportkit.select.pruning",
    "leave_out_frames": "exportkit.select.pruning",
    "make_conditions": "exportkit.select.conditions",
    "make_content": "exportkit.select.params",
    "make_redaction": "exportkit.select.redaction",
    "make_selection": "exportkit.select.selection",
}

if not TYPE_CHECKING:
    __getattr__ = on_first_use(globals(), _HOMES)
