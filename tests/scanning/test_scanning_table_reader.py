"""Table readers: every consumer gets all rows, each time it asks, whatever the source can do."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

import datafusion
import deltalake
import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

import exportkit
from exportkit.errors import ReadError, TableError
from exportkit.scanning import TableReader

EXPORT = Path(__file__).parents[2] / "examples" / "export.ndjson"
COLUMNS = ["data_row_id", "label_index", "feature_id", "bbox_left", "created_at", "sections", "line"]
OBJECTS = exportkit.read_table(EXPORT, "objects")


class Pipe(io.RawIOBase):
    """A binary stream that cannot seek."""

    def __init__(self, data: bytes) -> None:
        self._inner = io.BytesIO(data)

    def read(self, size: int = -1, /) -> bytes:
        return self._inner.read(size)


def reader_of(source: Any = EXPORT, **options: Any) -> TableReader:
    return exportkit.open_reader(source, "objects", **options)


def rows_in_duckdb(reader: TableReader) -> int:  # noqa: ARG001 - DuckDB finds it by its name
    ((count,),) = duckdb.execute("select count(*) from reader").fetchall()
    return int(count)


def rows_in_datafusion(reader: TableReader) -> int:
    return datafusion.SessionContext().from_arrow(reader, "objects").count()


def rows_in_deltalake(reader: TableReader, directory: Path) -> int:
    deltalake.write_deltalake(directory, reader, mode="append")
    return deltalake.DeltaTable(directory).count()


def rows_in_pyarrow_dataset(reader: TableReader, directory: Path) -> int:
    ds.write_dataset(reader, directory, format="parquet", existing_data_behavior="delete_matching")
    return int(ds.dataset(directory).count_rows())


CONSUMERS: dict[str, Callable[[TableReader], int]] = {
    "duckdb": rows_in_duckdb,
    "polars": lambda reader: pl.DataFrame(reader).height,
    "polars series": lambda reader: len(pl.from_arrow(reader)),
    "pandas": lambda reader: len(pd.DataFrame.from_arrow(reader)),
    "datafusion": rows_in_datafusion,
    "pyarrow": lambda reader: pa.table(reader).num_rows,
    "pyarrow reader": lambda reader: pa.RecordBatchReader.from_stream(reader).read_all().num_rows,
    "itself": lambda reader: reader.read_all().num_rows,
    "iteration": lambda reader: sum(batch.num_rows for batch in reader),
}


@pytest.mark.parametrize("take", CONSUMERS.values(), ids=[*CONSUMERS])
def test_every_consumer_finds_all_rows_each_time(take: Callable[[TableReader], int]) -> None:
    reader = reader_of(batch_rows=50)
    assert [take(reader), take(reader)] == [OBJECTS.num_rows] * 2


@pytest.mark.parametrize("take", [rows_in_deltalake, rows_in_pyarrow_dataset])
def test_writers_of_other_libraries_take_a_reader(
    tmp_path: Path, take: Callable[[TableReader, Path], int]
) -> None:
    reader = reader_of(batch_rows=50)
    assert take(reader, tmp_path / "once") == OBJECTS.num_rows
    assert take(reader, tmp_path / "again") == OBJECTS.num_rows


def test_a_delta_table_holds_what_the_export_held(tmp_path: Path) -> None:
    deltalake.write_deltalake(tmp_path, reader_of())
    found = pl.read_delta(str(tmp_path)).sort("line", "label_index", "frame", "position")
    wanted = pl.DataFrame(OBJECTS).sort("line", "label_index", "frame", "position")
    assert found.select(wanted.columns).equals(wanted)


def test_one_query_may_read_a_reader_twice() -> None:
    reader = reader_of()
    found = duckdb.execute(
        "select count(*) from reader a semi join reader b using (line, label_index, position)"
    )
    assert found.fetchall() == [(OBJECTS.num_rows,)]
    del reader


def test_a_reader_gives_the_same_table_each_time() -> None:
    reader = reader_of(batch_rows=50)
    assert reader.read_all().equals(OBJECTS, check_metadata=True)
    assert reader.read_all().equals(OBJECTS, check_metadata=True)
    assert pa.schema(reader).equals(reader.schema, check_metadata=True)


def test_passes_over_a_file_run_side_by_side() -> None:
    reader = reader_of(batch_rows=50)
    assert [a.equals(b) for a, b in zip(reader, reader, strict=True)].count(False) == 0


def test_columns_are_those_asked_for_in_the_order_of_the_table() -> None:
    reader = reader_of(columns=["line", "feature_id"])
    assert reader.schema.names == ["feature_id", "line"]
    assert reader.read_all().equals(OBJECTS.select(["feature_id", "line"]))


def test_what_cannot_be_read_is_refused_before_anything_is_read() -> None:
    with pytest.raises(TableError, match="no column 'bbox'"):
        reader_of(columns=["bbox"])
    with pytest.raises(TableError, match="no table 'object'"):
        exportkit.open_reader(EXPORT, "object")


def test_opening_a_reader_and_asking_for_streams_reads_nothing() -> None:
    stream = io.BytesIO(EXPORT.read_bytes())
    reader = reader_of(stream)
    reader.__arrow_c_stream__()
    reader.to_reader()
    iter(reader)
    assert stream.tell() == 0
    assert reader.read_all().num_rows == OBJECTS.num_rows


def test_a_stream_that_can_seek_is_put_back_to_where_it_stood() -> None:
    data = EXPORT.read_bytes()
    stream = io.BytesIO(b"skip me\n" + data)
    stream.seek(8)
    reader = reader_of(stream, export_id="e")
    once = reader.read_all()
    assert reader.read_all().equals(once)
    assert once.num_rows == OBJECTS.num_rows


def test_a_stream_that_cannot_seek_is_read_once_and_the_second_pass_says_so() -> None:
    reader = reader_of(Pipe(EXPORT.read_bytes()))
    assert reader.read_all().num_rows == OBJECTS.num_rows
    with pytest.raises(ReadError) as raised:
        reader.read_all()
    assert str(raised.value) == (
        "the stream has been read and cannot be read again (in stream:)\n"
        "hint: read it whole once (read_table, to_parquet), or give a path"
    )


def test_duckdb_says_why_a_second_pass_fails() -> None:
    reader = reader_of(Pipe(EXPORT.read_bytes()))
    assert rows_in_duckdb(reader) == OBJECTS.num_rows
    with pytest.raises(duckdb.Error, match="the stream has been read and cannot be read again"):
        rows_in_duckdb(reader)


def test_a_later_pass_over_a_stream_ends_an_earlier_one_instead_of_mixing_with_it() -> None:
    data = EXPORT.read_bytes()
    several = io.BytesIO(data * (1 + 5_000_000 // len(data)))
    reader = reader_of(several, batch_rows=1)
    earlier = iter(reader)
    next(earlier)
    later = reader.read_all()
    with pytest.raises(ReadError, match="another pass over the same stream has begun"):
        list(earlier)
    assert reader.read_all().equals(later)


def test_a_stream_that_was_closed_between_passes_says_so() -> None:
    stream = io.BytesIO(EXPORT.read_bytes())
    reader = reader_of(stream)
    reader.read_all()
    stream.close()
    with pytest.raises(ReadError, match="the stream has been closed"):
        reader.read_all()


def test_an_iterator_of_sources_is_remembered_as_far_as_it_was_drawn() -> None:
    drawn: list[str] = []

    def sources() -> Iterator[Path | BinaryIO]:
        for name in ("first", "second"):
            drawn.append(name)
            yield EXPORT if name == "first" else io.BytesIO(EXPORT.read_bytes())

    reader = reader_of(sources(), batch_rows=1)
    next(iter(reader))
    assert drawn == ["first"]
    assert reader.read_all().num_rows == reader.read_all().num_rows == 2 * OBJECTS.num_rows
    assert drawn == ["first", "second"]


@pytest.mark.parametrize("source", [b"{}", 5, io.StringIO("{}")], ids=["bytes", "a number", "text"])
def test_what_is_no_source_is_a_type_error_as_everywhere(source: Any) -> None:
    with pytest.raises(TypeError):
        reader_of(source).read_all()


def test_standard_input_is_read_once_and_the_second_pass_says_so() -> None:
    code = (
        "import exportkit\n"
        "reader = exportkit.open_reader('-', 'objects', columns=['line'])\n"
        "print(reader.read_all().num_rows)\n"
        "try:\n    reader.read_all()\nexcept exportkit.ReadError as error:\n    print(error.problem)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code],
        input=EXPORT.read_bytes(),
        capture_output=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(EXPORT.parents[1])},
    )
    assert ran.stdout.decode().splitlines() == [
        str(OBJECTS.num_rows),
        "standard input has been read and cannot be read again",
    ]


def test_a_closed_reader_begins_no_pass_and_ends_those_under_way() -> None:
    with reader_of(batch_rows=1) as reader:
        under_way = iter(reader)
        next(under_way)
    assert list(under_way) == []
    with pytest.raises(ValueError, match="the reader is closed"):
        reader.read_all()


def test_a_reader_says_what_it_reads() -> None:
    assert repr(reader_of(columns=["line"])) == "<TableReader of objects: 1 columns>"


def test_a_list_of_rows_is_read_again_and_an_iterator_over_rows_once() -> None:
    rows = [json.loads(line) for line in EXPORT.read_bytes().splitlines()]
    again = exportkit.open_reader(rows, "labels")
    assert again.read_all() == again.read_all()
    once = exportkit.open_reader(iter(rows), "labels")
    assert once.read_all().num_rows == again.read_all().num_rows
    with pytest.raises(ReadError) as caught:
        once.read_all()
    assert str(caught.value) == (
        "the rows come from an iterator, which has been read and cannot be read again (in rows:)\n"
        "hint: read them whole once (read_table, to_parquet), or give a list"
    )


def test_rows_of_which_no_column_is_asked_for_are_counted() -> None:
    assert exportkit.read_table(EXPORT, "objects", columns=[]).num_rows == len(OBJECTS)
    with reader_of(columns=[]) as reader:
        assert sum(batch.num_rows for batch in reader) == len(OBJECTS)
        assert pa.table(reader).num_rows == len(OBJECTS)
