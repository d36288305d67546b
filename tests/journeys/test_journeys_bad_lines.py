"""What happens to lines that are no rows: every one is accounted for, in the way that was asked."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import exportkit
from exportkit import DecodeError, ReadError
from journeys.converting import arrow_tables, rows_and_report, rows_of
from strategies import broken_lines, exports

GOOD = b'{"data_row":{"id":"good"}}\n'


def export_with(*lines: bytes) -> bytes:
    """Return an export of these lines after a good one."""
    return GOOD + b"\n".join(lines)


@given(exports(max_lines=6, broken=True), st.sampled_from(["reject", "skip"]))
def test_every_line_is_a_row_a_reject_or_skipped_or_blank(data: bytes, on_bad_row: Any) -> None:
    data = GOOD + data.removeprefix(b"\xef\xbb\xbf")
    tables, report = rows_and_report(data, on_bad_row=on_bad_row)
    lines = data.removesuffix(b"\n").split(b"\n") if data.endswith(b"\n") else data.split(b"\n")
    blanks = sum(not line.strip() for line in lines)
    bad = report.rejects + report.skipped
    assert report.lines == len(lines) == report.data_rows + bad + blanks
    assert report.blanks == blanks
    assert (report.rejects, report.skipped) == ((bad, 0) if on_bad_row == "reject" else (0, bad))
    assert len(tables["data_rows"]) == report.data_rows == report.rows["data_rows"]
    assert len(tables["rejects"]) == report.rejects == report.rows["rejects"]
    assert len(report.first_rejects) == min(bad, 10)
    assert report.input_bytes == len(data)


@settings(max_examples=settings().max_examples // 2)
@given(exports(max_lines=4, broken=True))
def test_bad_lines_change_nothing_of_the_rows_around_them(data: bytes) -> None:
    data = GOOD + data.removeprefix(b"\xef\xbb\xbf")
    bad = {row["line"] for row in rows_of(data)["rejects"]}
    healed = b"\n".join(
        b" " * len(line) if number in bad else line for number, line in enumerate(data.split(b"\n"), 1)
    )
    wanted, found = rows_of(data), rows_of(healed)
    assert found.pop("rejects") == []
    assert found == {name: rows for name, rows in wanted.items() if name != "rejects"}


@given(st.lists(broken_lines(), min_size=1, max_size=5))
def test_a_reject_holds_the_line_its_place_and_what_is_wrong(lines: list[bytes]) -> None:
    data = export_with(*lines)
    rejects = rows_of(data)["rejects"]
    assert [row["raw"] for row in rejects] == lines
    for row in rejects:
        assert data[row["byte_offset"] :].startswith(row["raw"])
        assert row["byte_length"] == len(row["raw"])
        assert row["problem"]
        assert (row["error"], row["source_uri"], row["export_id"]) == ("DecodeError", "stream:", "e")
        assert row["extra"] is None


def test_raise_ends_the_run_at_the_first_bad_line_with_its_place() -> None:
    data = export_with(b"", b'{"data_row":{"id":7}}', b"{")
    with pytest.raises(DecodeError) as raised:
        arrow_tables(io.BytesIO(data), on_bad_row="raise")
    assert str(raised.value) == (
        "the line has no usable data row id (at $.data_row.id in stream:, line 3, byte 28)"
    )
    assert (raised.value.place and raised.value.place.line) == 3


def test_raise_is_no_hindrance_to_an_export_without_bad_lines() -> None:
    assert arrow_tables(io.BytesIO(GOOD), on_bad_row="raise")["data_rows"].num_rows == 1


@pytest.mark.parametrize("on_bad_row", ["reject", "skip"])
@pytest.mark.parametrize("most", [0, 1, 5])
def test_a_run_with_more_bad_lines_than_allowed_stops_and_says_the_first(most: int, on_bad_row: Any) -> None:
    allowed = export_with(*[b"{"] * most)
    asked: dict[str, Any] = {"on_bad_row": on_bad_row, "max_rejects": most}
    assert arrow_tables(io.BytesIO(allowed), **asked)["data_rows"].num_rows == 1
    with pytest.raises(ReadError) as raised:
        arrow_tables(io.BytesIO(export_with(*[b"{"] * (most + 1))), **asked)
    assert str(raised.value) == (
        f"more than {most} lines could not become rows; the first: "
        "the line is not JSON: input data was truncated (in stream:, line 2, byte 27)\n"
        "hint: is this an Export V2 file? raise max_rejects to go on all the same"
    )


def test_bad_lines_count_over_all_sources_of_a_run(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.ndjson").write_bytes(export_with(b"{"))
    arrow_tables(tmp_path, max_rejects=2)
    with pytest.raises(ReadError, match="more than 1 lines could not become rows"):
        arrow_tables(tmp_path, max_rejects=1)


def test_a_run_that_stops_leaves_nothing_behind(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    for asked in ({"on_bad_row": "raise"}, {"max_rejects": 0}):
        with pytest.raises(exportkit.ExportkitError):
            exportkit.to_parquet(io.BytesIO(export_with(b"{")), lake, **asked)
        assert not lake.exists()


def test_elements_of_an_array_are_rejected_by_their_ordinal() -> None:
    tables, report = rows_and_report(b'[{"data_row":{"id":"a"}}, 5, {"data_row":{"id":"b"}}]')
    [reject] = tables["rejects"]
    assert (reject["line"], reject["raw"], reject["byte_offset"]) == (2, b"5", None)
    assert [row["line"] for row in tables["data_rows"]] == [1, 3]
    assert report.first_rejects == ("the line is a number, not a data row (at $ in stream:, line 2)",)


def test_rejects_are_written_beside_the_other_tables(tmp_path: Path) -> None:
    report = exportkit.to_parquet(io.BytesIO(export_with(b"{", b"\xff\xfe")), tmp_path / "lake")
    [part] = (tmp_path / "lake" / "rejects").iterdir()
    assert pq.read_table(part).column("raw").to_pylist() == [b"{", b"\xff\xfe"]
    assert (report.rejects, report.data_rows) == (2, 1)


def test_rejects_are_counted_where_nobody_asked_for_their_table() -> None:
    tables, report = rows_and_report(export_with(b"{"), tables=["data_rows"])
    assert (report.rejects, report.rows, tables["rejects"]) == (1, {"data_rows": 1}, [])
