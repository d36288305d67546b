"""A line too long to hold is chosen from like any other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from exportkit.filters import make_choice
from exportkit.pipeline import batches, make_options
from exportkit.report import Report

EXPORT = Path(__file__).parents[2] / "examples" / "export.ndjson"


def converted(max_line_bytes: int, asked: dict[str, Any]) -> tuple[dict[str, list[str]], Report]:
    options = make_options(choice=make_choice(**asked), max_line_bytes=max_line_bytes)
    report = Report()
    tables: dict[str, list[str]] = {}
    for name, batch in batches(EXPORT, options, report):
        tables.setdefault(name, []).extend(map(repr, batch.to_pylist()))
    return {name: sorted(rows) for name, rows in tables.items()}, report


@pytest.mark.parametrize(
    "asked",
    [
        {"params": {"interpolated_frames": False, "project_details": True}},
        {"filters": {"media_types": ["video", "image"]}},
        {"labels": "selected"},
        {"redact": {"name": "omit"}},
    ],
    ids=str,
)
def test_the_length_of_lines_changes_no_choice(asked: dict[str, Any]) -> None:
    (short, told), (long, told_of_long) = converted(10**7, asked), converted(2_000, asked)
    assert long == short
    assert (told_of_long.data_rows, told_of_long.filtered) == (told.data_rows, told.filtered)
