"""The product and a slow, independent reading of the same bytes agree on every cell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from exportkit.tables import TABLES
from journeys.converting import INPUTS, expected, rows_and_report, rows_of
from oracle import differences
from strategies import MEDIA, broken_lines, exports, line_of, mutated_rows, row_lines, rows

GOOD = b'{"data_row":{"id":"good"}}'


@pytest.mark.parametrize("media", MEDIA)
def test_rows_of_every_media_type_become_what_plain_reading_gives(media: str) -> None:
    @settings(max_examples=settings().max_examples // 3)
    @given(row_lines(rows(media)))
    def law(line: bytes) -> None:
        assert differences(expected(line), rows_of(line)) == []

    law()


@given(mutated_rows())
def test_rows_beyond_the_catalogue_become_what_plain_reading_gives(row: dict[str, Any]) -> None:
    assert differences(expected(line_of(row)), rows_of(line_of(row))) == []


@given(broken_lines())
def test_lines_that_are_no_rows_become_the_rejects_that_plain_reading_gives(line: bytes) -> None:
    data = b"\n".join((GOOD, line, GOOD))
    assert differences(expected(data), rows_of(data)) == []


@settings(max_examples=settings().max_examples // 2)
@given(exports(broken=True))
def test_whole_exports_become_what_plain_reading_gives(data: bytes) -> None:
    data = GOOD + b"\n" + data.removeprefix(b"\xef\xbb\xbf")
    tables, report = rows_and_report(data)
    assert differences(expected(data), tables) == []
    lines = data.split(b"\n")
    assert report.lines == len(lines) - (not lines[-1])
    assert report.lines == report.data_rows + report.rejects + report.blanks


@pytest.mark.parametrize("path", INPUTS, ids=lambda path: path.name)
def test_example_and_samples_become_what_plain_reading_gives(path: Path) -> None:
    data = path.read_bytes()
    tables, report = rows_and_report(data)
    assert differences(expected(data), tables) == []
    assert report.rows == {name: len(tables[name]) for name in TABLES}
    assert not any(row["extra"] or row.get("payload") for rows in tables.values() for row in rows)
    assert not report.unknown_fields
    assert not report.unknown_kinds
    if path.name == "errors.ndjson":
        assert report.rejects == report.lines
    else:
        assert report.data_rows == report.lines
