"""Lines that nobody should send, between good ones: each is a row or a reject, and changes no other."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

import exportkit
from exportkit import ExportkitWarning, ReadError, Report
from exportkit.rebuild import to_ndjson
from exportkit.tables import TABLES
from hostile.corpus import GOOD, REJECTS, ROWS, SECRET
from oracle import differences, rows_equal, rows_of_batches, tables_of_export

#: What differs between two converted copies of one line.
PLACE = {"line", "byte_offset", "source_uri", "export_id"}
#: Says more to Python than any of the tables' readers: no table of the oracle's is made of it.
ORACLE_CANNOT = {
    name
    for name in ROWS
    if any(word in name for word in ("surrogate", "beyond float64", "ten thousand digits"))
}


def converted(data: bytes) -> tuple[dict[str, list[dict[str, Any]]], Report]:
    """Return the rows of all tables, JSON as text, and what was counted."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
    batches = exportkit.iter_batches(io.BytesIO(data), export_id="e")
    for table, batch in batches:
        batch.validate(full=True)
        found[table] += batch.to_pylist()
    return found, batches.report


def row_of(found: dict[str, list[dict[str, Any]]], number: int) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of one line, without what says where it stands."""
    return {
        table: [{k: v for k, v in row.items() if k not in PLACE} for row in rows if row["line"] == number]
        for table, rows in found.items()
    }


@pytest.mark.parametrize("name", ROWS)
def test_an_odd_line_is_a_row_and_changes_none_beside_it(name: str) -> None:
    found, report = converted(b"\n".join([GOOD, ROWS[name](), GOOD]))
    assert (report.lines, report.data_rows, report.rejects) == (3, 3, 0)
    alone, _ = converted(GOOD)
    assert row_of(found, 1) == row_of(found, 3) == row_of(alone, 1)


@pytest.mark.parametrize("name", REJECTS)
def test_a_broken_line_is_a_reject_and_changes_none_beside_it(name: str) -> None:
    make, problem = REJECTS[name]
    found, report = converted(b"\n".join([GOOD, make(), GOOD]))
    assert (report.lines, report.data_rows, report.rejects) == (3, 2, 1)
    (reject,) = found["rejects"]
    assert reject["problem"].startswith(problem)
    assert (reject["line"], reject["byte_offset"], reject["raw"]) == (2, len(GOOD) + 1, make())
    alone, _ = converted(GOOD)
    assert row_of(found, 1) | {"rejects": []} == row_of(found, 3) | {"rejects": []} == row_of(alone, 1)


@pytest.mark.parametrize("name", sorted(ROWS.keys() - ORACLE_CANNOT))
def test_plain_python_reads_an_odd_line_the_same(name: str) -> None:
    data = ROWS[name]()
    expected = tables_of_export(data, export_id="e", source_uri="stream:")
    found = rows_of_batches(exportkit.iter_batches(io.BytesIO(data), export_id="e"))
    assert differences(expected, found) == []


@pytest.mark.parametrize("name", ROWS)
def test_an_odd_line_comes_back_out_of_the_tables(name: str, tmp_path: Path) -> None:
    given = ROWS[name]()
    exportkit.to_arrow(io.BytesIO(given), tmp_path / "lake", export_id="e")
    stream = io.BytesIO()
    to_ndjson(tmp_path / "lake", stream)
    back = stream.getvalue().removesuffix(b"\n")
    if name == "a number of ten thousand digits":  # more than Python reads at once
        assert b"7" * 10_000 in back
    else:
        assert rows_equal(given.strip(), back)


def test_duckdb_reads_the_values_of_odd_lines_the_same(tmp_path: Path) -> None:
    """Where DuckDB can read a line at all, its strings and numbers are those of the table.

    Of a key that stands twice DuckDB shows the first value; exportkit keeps the last, as Python and jq do.
    """
    source, lake = tmp_path / "odd.ndjson", tmp_path / "lake"
    source.write_bytes(b"".join(make().strip() + b"\n" for name, make in ROWS.items() if "twice" not in name))
    exportkit.to_parquet(source, lake, tables=["data_rows"])
    with duckdb.connect() as connection:
        theirs = connection.execute(
            "select json ->> '$.data_row.id', json ->> '$.data_row.row_data', "
            "try_cast(json ->> '$.media_attributes.width' as bigint) "
            f"from read_ndjson_objects('{source}', ignore_errors = true, maximum_object_size = 50000000)"
        ).fetchall()
        ours = connection.execute(
            f"select data_row_id, row_data, width from '{lake}/data_rows/*.parquet' order by line"
        ).fetchall()
    assert len(theirs) == len(ours)
    compared = 0
    for (their_id, *their_values), (our_id, *our_values) in zip(theirs, ours, strict=True):
        if their_id is not None:
            compared += 1
            assert their_id == our_id
            for their_value, our_value in zip(their_values, our_values, strict=True):
                assert their_value == our_value or None in (their_value, our_value)
    assert compared > len(ROWS) // 2


def test_all_of_the_corpus_in_one_export_is_accounted_for_line_by_line(tmp_path: Path) -> None:
    lines = [*[make() for make in ROWS.values()], *[make() for make, _ in REJECTS.values()]]
    lines = [one for line in lines for one in (line, GOOD, b"")]
    (tmp_path / "odd.ndjson").write_bytes(b"\n".join(lines) + b"\n")
    good = len(lines) // 3
    for workers in (1, 2):
        lake = tmp_path / f"lake{workers}"
        with pytest.warns(ExportkitWarning):
            report = exportkit.to_parquet(tmp_path / "odd.ndjson", lake, export_id="e", workers=workers)
        assert report.lines == len(lines)
        assert (report.data_rows, report.rejects) == (len(ROWS) + good, len(REJECTS))
        assert report.blanks == good
    rows = [exportkit.read_table(tmp_path / "odd.ndjson", "data_rows", export_id="e")]
    assert rows[0].num_rows == len(ROWS) + good


@pytest.mark.parametrize("form", ["[{}]", '{{"data": [{}]}}'])
def test_odd_lines_are_rows_as_elements_of_an_array_too(form: str) -> None:
    elements = [make().strip() for make in ROWS.values()]
    before, after = form.format("@").encode().split(b"@") if "data" in form else (b"[", b"]")
    found, report = converted(before + b",\n".join(elements) + after)
    assert (report.lines, report.data_rows, report.rejects) == (len(ROWS), len(ROWS), 0)
    lines, _ = converted(b"\n".join(elements))
    for number in range(1, len(ROWS) + 1):
        without_length = {"byte_length": None}
        for one, other in zip(
            row_of(found, number)["data_rows"], row_of(lines, number)["data_rows"], strict=True
        ):
            assert {**one, **without_length} == {**other, **without_length}


def test_no_message_and_no_report_shows_a_value_of_a_row(tmp_path: Path) -> None:
    lines = [GOOD, *[make() for make in ROWS.values()], *[make() for make, _ in REJECTS.values()]]
    (tmp_path / "odd.ndjson").write_bytes(b"\n".join(lines))
    with pytest.warns(ExportkitWarning) as caught:
        report = exportkit.to_parquet(tmp_path / "odd.ndjson", tmp_path / "lake")
    told = [str(one.message) for one in caught] + [json.dumps(report.to_dict())]
    told += exportkit.read_table(tmp_path / "odd.ndjson", "rejects").column("problem").to_pylist()
    for make, _ in REJECTS.values():
        with pytest.raises(exportkit.DecodeError) as refused:
            list(exportkit.iter_batches(io.BytesIO(GOOD + b"\n" + make()), on_bad_row="raise"))
        told.append(str(refused.value))
    with pytest.raises(ReadError) as stopped:
        exportkit.to_parquet(tmp_path / "odd.ndjson", tmp_path / "other", max_rejects=3)
    told.append(str(stopped.value))
    assert not [text for text in told if SECRET in text]
    assert max(len(line) for text in told[-len(REJECTS) :] for line in text.splitlines()) < 400
