"""A line too long to hold is chosen from like any other."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from exportkit.pipeline import batches, make_options
from exportkit.report import Report

EXPORT = Path(__file__).parents[2] / "examples" / "export.ndjson"


def converted(max_line_bytes: int, asked: dict[str, Any]) -> tuple[dict[str, list[str]], Report]:
    made = batches(EXPORT, replace(make_options(**asked), max_line_bytes=max_line_bytes))
    tables: dict[str, list[str]] = {}
    for name, batch in made:
        tables.setdefault(name, []).extend(map(repr, batch.to_pylist()))
    return {name: sorted(rows) for name, rows in tables.items()}, made.report


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


@pytest.mark.parametrize("asked", [{}, {"labels": "latest"}, {"filters": {"data_row_ids": ["a", "b", "c"]}}])
def test_a_value_too_large_to_hold_is_refused_before_a_whole_row_is_held(
    asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exportkit.split.members.MAX_MEMBER_OPENINGS", 300)
    lines = [b'{"data_row":{"id":"%s"},"x":[%s0]}' % (name, b"{}," * 200) for name in (b"a", b"b", b"c")]
    lines[1] = lines[1].replace(b"0]", b"{}," * 2_000 + b"0]")
    options = replace(make_options(**asked), max_line_bytes=500, chunk_bytes=1, block_bytes=300)
    made = batches(io.BytesIO(b"\n".join([*lines, b" " * 600])), options)
    list(made)
    report = made.report
    assert (report.lines, report.data_rows, report.rejects, report.blanks) == (4, 2, 1, 1)
    (told,) = report.first_rejects
    place = f"(in stream:, line 2, byte {len(lines[0]) + 1})"
    assert told == f"a value of the line holds more than 300 objects and arrays {place}"
