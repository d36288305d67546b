"""A rebuilt file is whole or not there; what is wrong with a lake is said with its place."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import exportkit
from exportkit.errors import ReadError, TableError, WriteError
from exportkit.rebuild import RebuildReport, to_ndjson
from rebuild.round_trips import line, lines_in

EXPORT = line({"data_row": {"id": "a"}, "x": {"y": 1}}) + line({"data_row": {"id": "b"}, "x": {"y": 2}})


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    exportkit.to_parquet(io.BytesIO(EXPORT), tmp_path / "lake", export_id="export", workers=1)
    return tmp_path / "lake"


def spoil(lake: Path, table: str, column: str, values: list[object]) -> None:
    """Put values into a column of a table's only part."""
    (part,) = (lake / table).iterdir()
    rows = pq.read_table(part)
    field = rows.schema.field(column).with_nullable(nullable=True)
    at = rows.schema.get_field_index(column)
    pq.write_table(rows.set_column(at, field, pa.array(values, field.type)), part)


def test_a_path_gets_a_file_and_a_report_says_what_is_in_it(lake: Path, tmp_path: Path) -> None:
    destination = tmp_path / "out.ndjson"
    report = to_ndjson(lake, destination)
    assert len(lines_in(destination.read_bytes())) == 2
    assert report.seconds > 0
    expected = RebuildReport(
        lake=str(lake), destination=str(destination), export_ids=["export"], data_rows=2,
        bytes=destination.stat().st_size, seconds=report.seconds,
    )  # fmt: skip
    assert report == expected
    assert report.to_dict()["data_rows"] == 2


def test_standard_output_gets_the_lines_for_a_dash(
    lake: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    report = to_ndjson(lake, "-")
    sys.stdout.flush()
    assert len(lines_in(capfdbinary.readouterr().out)) == 2
    assert report.destination == "stdout:"


def test_an_older_file_is_replaced_only_by_a_whole_one(lake: Path, tmp_path: Path) -> None:
    destination = tmp_path / "out.ndjson"
    destination.write_bytes(b"older")
    spoil(lake, "data_rows", "extra", ['{"x":{"y":1}}', '{"x":'])
    with pytest.raises(TableError):
        to_ndjson(lake, destination, force=True)
    assert destination.read_bytes() == b"older"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lake", "out.ndjson"]


def test_a_destination_that_cannot_be_written_is_named(lake: Path, tmp_path: Path) -> None:
    for destination in (tmp_path, tmp_path / "missing" / "out.ndjson"):
        with pytest.raises(WriteError) as caught:
            to_ndjson(lake, destination)
        assert str(destination) in str(caught.value)
        assert "cannot write the file" in str(caught.value)
    with pytest.raises(TypeError, match="a path or a binary stream"):
        to_ndjson(lake, 5)  # type: ignore[arg-type]  # what is tested


def test_what_is_no_lake_is_said(lake: Path, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        to_ndjson(tmp_path / "nowhere", io.BytesIO())
    with pytest.raises(ReadError, match="has no table 'data_rows'"):
        to_ndjson(tmp_path, io.BytesIO())
    with pytest.raises(ValueError, match="batch_rows must be 1 or more"):
        to_ndjson(lake, io.BytesIO(), batch_rows=0)
    (part,) = (lake / "objects").iterdir()
    part.unlink()
    with pytest.raises(ReadError, match="has no table 'objects', so that its lines cannot be rebuilt"):
        to_ndjson(lake, io.BytesIO())


def test_a_damaged_part_is_named(lake: Path) -> None:
    (part,) = (lake / "labels").iterdir()
    part.write_bytes(part.read_bytes()[:-9])
    with pytest.raises(ReadError, match="cannot read the part") as caught:
        to_ndjson(lake, io.BytesIO())
    assert str(part) in str(caught.value)


def test_a_part_without_a_needed_column_is_named(lake: Path) -> None:
    for column in ("line", "data_row_id"):
        (part,) = (lake / "data_rows").iterdir()
        pq.write_table(pq.read_table(part).drop_columns([column]), part)
        with pytest.raises(ReadError, match=f"the part has no column '{column}'"):
            to_ndjson(lake, io.BytesIO())
        pq.write_table(pq.read_table(part).append_column("line", pa.array([1, 2])), part)


@pytest.mark.parametrize(
    ("column", "values", "problem"),
    [
        ("extra", [None, "{"], "a column of JSON text holds none"),
        ("media_attributes", ["no JSON", None], "a column of JSON text holds none"),
        ("data_row_id", ["a", None], "column 'data_row_id' of data_rows has nulls"),
        ("line", [1, 1], "a line stands in data_rows twice"),
    ],
)
def test_columns_that_hold_what_they_may_not_are_named(
    lake: Path, column: str, values: list[object], problem: str
) -> None:
    spoil(lake, "data_rows", column, values)
    with pytest.raises(TableError, match=problem) as caught:
        to_ndjson(lake, io.BytesIO())
    assert str(lake) in str(caught.value)


def test_rows_that_do_not_say_their_line_are_refused(lake: Path) -> None:
    spoil(lake, "data_rows", "line", [1, None])
    with pytest.raises(ReadError, match="a row has no export_id or no line"):
        to_ndjson(lake, io.BytesIO())
