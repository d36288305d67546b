"""The strategies themselves: the oracle reads every row, and the rows of the catalogue fit the columns."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given

from oracle import differences, rows_equal, tables_of, tables_of_export
from strategies import MEDIA, exports, mutated_rows, row_lines, rows

PLACE: dict[str, Any] = {"line": 1, "byte_offset": 0, "byte_length": 9, "export_id": "e", "source_uri": "s"}


@pytest.mark.parametrize("media", MEDIA)
def test_rows_of_every_media_type_fit_the_columns_without_leftovers(media: str) -> None:
    @given(rows(media))
    def law(row: dict[str, Any]) -> None:
        tables = tables_of(row, **PLACE)
        left = [
            (table, line) for table, lines in tables.items() for line in lines if line["extra"] is not None
        ]
        assert not left
        assert not [line for line in tables["objects"] if line["payload"] is not None]
        assert len(tables["data_rows"]) == 1

    law()


@given(mutated_rows())
def test_a_mutated_row_is_a_data_row_or_a_reject(row: dict[str, Any]) -> None:
    tables = tables_of(row, **PLACE)
    assert len(tables["data_rows"]) + len(tables["rejects"]) == 1


@given(row_lines())
def test_a_line_is_equal_to_itself_and_reads_as_its_row(line: bytes) -> None:
    row = json.loads(line)
    assert rows_equal(line, row)
    assert not differences(tables_of(line, **PLACE), tables_of(row, **PLACE))


@given(exports(broken=True))
def test_lines_in_are_rows_rejects_and_blank_lines_out(export: bytes) -> None:
    tables = tables_of_export(export, export_id="e", source_uri="s")
    lines = [line for line in export.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()]
    assert len(tables["data_rows"]) + len(tables["rejects"]) == len(lines)
