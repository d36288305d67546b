"""What a file says of itself: types, metadata, dictionaries, statistics, bloom filters."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import ipc

from exportkit import TableError
from exportkit.commit import committer_for
from exportkit.write import ColumnHint, FormatName, Hints, PartWriter, WriteOptions
from write.lakes import (
    CODED,
    HINTS,
    SCHEMA,
    batch_of,
    frame_by_polars,
    numbered,
    part_paths,
    read_part,
    write_lake,
)


def write_one(
    lake: Path,
    *batches: pa.RecordBatch,
    schema: pa.Schema = SCHEMA,
    hints: Hints | None = None,
    format_name: FormatName = "parquet",
    **options: int,
) -> Path:
    written = WriteOptions(**options)
    write_lake(lake, *batches, schema=schema, hints=hints, format_name=format_name, options=written)
    [path] = part_paths(lake)
    return path


def chunks_of(path: Path) -> dict[str, Any]:
    """Return what the file's footer says of each column of the first row group, by column path."""
    group = pq.ParquetFile(path).metadata.row_group(0)
    return {group.column(at).path_in_schema: group.column(at) for at in range(group.num_columns)}


@pytest.mark.parametrize("format_name", ["parquet", "arrow"])
def test_dictionary_arrays_come_back_as_plain_strings(tmp_path: Path, format_name: FormatName) -> None:
    batch = batch_of(numbered(0, 5), coded=True)
    assert batch.schema.field("kind").type == CODED
    path = write_one(tmp_path, batch, hints=HINTS, format_name=format_name)
    assert read_part(path).schema.field("kind").type == pa.string()
    assert read_part(path).to_pylist() == batch_of(numbered(0, 5)).to_pylist()


def test_other_readers_see_plain_strings(tmp_path: Path) -> None:
    path = write_one(tmp_path, batch_of(numbered(0, 5), coded=True), hints=HINTS)
    types = dict(duckdb.execute(f"SELECT column_name, column_type FROM (DESCRIBE FROM '{path}')").fetchall())
    assert (types["kind"], types["path"]) == ("VARCHAR", "VARCHAR[]")
    assert types["vertices"] == "STRUCT(x DOUBLE, y DOUBLE)[]"
    assert types["created_at"] == "TIMESTAMP WITH TIME ZONE"
    assert frame_by_polars(tmp_path).schema["kind"] == pl.String()


@pytest.mark.parametrize("index_type", [pa.int8(), pa.uint16(), pa.int32(), pa.int64()])
@pytest.mark.parametrize("hints", [{}, HINTS])
def test_any_index_type_of_a_dictionary_will_do(
    tmp_path: Path, index_type: pa.DataType, hints: Hints
) -> None:
    schema = pa.schema([("kind", pa.string())])
    coded = pa.DictionaryArray.from_arrays(pa.array([1, None, 0, 2], index_type), pa.array(["a", "b", None]))
    batch = pa.RecordBatch.from_arrays([coded], names=["kind"])
    path = write_one(tmp_path, batch, schema=schema, hints=hints)
    assert read_part(path).column("kind").to_pylist() == ["b", None, "a", None]


def test_batches_of_one_row_group_may_have_different_dictionaries(tmp_path: Path) -> None:
    pieces = [batch_of(numbered(first, 2), coded=first % 4 == 0) for first in range(0, 12, 2)]
    path = write_one(tmp_path, *pieces, hints=HINTS)
    assert pq.ParquetFile(path).metadata.num_row_groups == 1
    assert read_part(path).column("kind").to_pylist() == [row["kind"] for row in numbered(0, 12)]


def test_a_row_group_of_small_batches_is_no_larger_than_one_of_a_large_batch(tmp_path: Path) -> None:
    draw = random.Random(1)
    kinds = [draw.randbytes(32).hex() for _ in range(100)]
    some = [{"id": "", "kind": draw.choice(kinds)} for _ in range(20_000)]
    large = write_one(tmp_path / "large", batch_of(some, coded=True), hints=HINTS)
    pieces = [batch_of(some[at : at + 50], coded=True) for at in range(0, len(some), 50)]
    small = write_one(tmp_path / "small", *pieces, hints=HINTS)
    assert small.stat().st_size < 1.02 * large.stat().st_size


@pytest.mark.parametrize("format_name", ["parquet", "arrow"])
def test_metadata_of_fields_and_table_is_kept(tmp_path: Path, format_name: FormatName) -> None:
    path = write_one(tmp_path, batch_of(numbered(0, 1)), format_name=format_name)
    schema = read_part(path).schema
    assert schema.metadata == {b"table": b"projects", b"table_version": b"1"}
    assert (schema.field("score").metadata or {})[b"unit"] == b"px"
    assert not schema.field("id").nullable
    assert schema.field("path").type == pa.list_(pa.field("element", pa.string(), nullable=False))


def test_only_columns_with_the_hint_get_a_dictionary(tmp_path: Path) -> None:
    chunks = chunks_of(write_one(tmp_path, batch_of(numbered(0, 9)), hints=HINTS))
    assert [name for name, chunk in chunks.items() if chunk.has_dictionary_page] == [
        "kind",
        "path.list.element",
    ]


def test_all_columns_get_statistics_but_those_whose_hint_says_no(tmp_path: Path) -> None:
    chunks = chunks_of(write_one(tmp_path, batch_of(numbered(0, 9)), hints=HINTS))
    assert [name for name, chunk in chunks.items() if not chunk.is_stats_set] == ["path.list.element"]
    assert (chunks["score"].statistics.min, chunks["score"].statistics.max) == (0.0, 1.0)


def test_every_column_has_a_page_index_and_zstd(tmp_path: Path) -> None:
    for chunk in chunks_of(write_one(tmp_path, batch_of(numbered(0, 9)))).values():
        assert chunk.has_offset_index
        assert chunk.compression == "ZSTD"


def test_a_bloom_filter_lets_a_reader_skip_a_row_group(tmp_path: Path) -> None:
    path = write_one(tmp_path, batch_of(numbered(0, 500)), hints={"id": ColumnHint(bloom=True)})
    sizes = duckdb.execute(
        f"SELECT path_in_schema, bloom_filter_length FROM parquet_metadata('{path}')"
    ).fetchall()
    assert [name for name, size in sizes if size] == ["id"]
    # "row 000123x" lies between the smallest and the largest id: statistics cannot rule it out.
    probe = f"SELECT bloom_filter_excludes FROM parquet_bloom_probe('{path}', 'id', 'row 000123x')"
    assert duckdb.execute(probe).fetchall() == [(True,)]


def test_a_bloom_filter_is_as_large_as_its_rows_ask(tmp_path: Path) -> None:
    bare = write_one(tmp_path / "bare", batch_of(numbered(0, 10))).stat().st_size
    with_filter = write_one(
        tmp_path / "bloom", batch_of(numbered(0, 10)), hints={"id": ColumnHint(bloom=True)}
    )
    assert with_filter.stat().st_size < bare + 200


@pytest.mark.parametrize("format_name", ["parquet", "arrow"])
def test_a_higher_level_of_zstd_makes_prose_smaller(tmp_path: Path, format_name: FormatName) -> None:
    draw = random.Random(1)
    words = ["a", "dog", "near", "the", "river", "sleeps", "barks", "while", "its", "owner", "reads"]
    prose = [" ".join(draw.choices(words, k=40)) for _ in range(1_000)]
    schema = pa.schema([("text", pa.string())])
    batch = pa.RecordBatch.from_arrays([pa.array(prose)], schema=schema)
    sizes = [
        write_one(
            tmp_path / str(level), batch, schema=schema, format_name=format_name, compression_level=level
        )
        for level in (1, 19)
    ]
    assert sizes[1].stat().st_size < sizes[0].stat().st_size


def test_an_arrow_part_is_compressed(tmp_path: Path) -> None:
    path = write_one(tmp_path, batch_of(numbered(0, 5_000)), format_name="arrow")
    assert path.suffix == ".arrow"
    with ipc.open_file(path) as reader:
        assert path.stat().st_size < reader.read_all().nbytes / 2


@pytest.mark.parametrize("format_name", ["parquet", "arrow"])
def test_a_table_without_rows_gets_one_part_that_says_its_schema(
    tmp_path: Path, format_name: FormatName
) -> None:
    path = write_one(tmp_path, format_name=format_name)
    assert read_part(path).num_rows == 0
    assert read_part(path).schema.equals(SCHEMA)


def test_duckdb_and_polars_read_a_table_without_rows(tmp_path: Path) -> None:
    path = write_one(tmp_path)
    described = duckdb.execute(f"DESCRIBE FROM '{path}'").fetchall()
    assert [column[0] for column in described] == SCHEMA.names
    assert frame_by_polars(tmp_path).columns == SCHEMA.names


@pytest.mark.parametrize(
    ("batch", "message"),
    [
        (
            batch_of(numbered(0, 1)).drop_columns(["score"]),
            "column 'score' of projects is missing from a batch",
        ),
        (
            batch_of(numbered(0, 1)).append_column("more", pa.array([1])),
            "column 'more' of a batch is not declared for projects",
        ),
        (
            batch_of(numbered(0, 1)).select([*SCHEMA.names[1:], "id"]),
            "the columns of a batch of projects are not in the declared order",
        ),
        (
            batch_of(numbered(0, 1)).set_column(2, "score", pa.array([1])),
            "column 'score' of projects is int64, declared as double",
        ),
        (
            batch_of([*numbered(0, 1), {}, {}]),
            "column 'id' of projects holds 2 nulls, declared without",
        ),
    ],
    ids=["missing", "undeclared", "order", "type", "nulls"],
)
def test_a_batch_that_does_not_fit_its_declaration_is_refused(
    tmp_path: Path, batch: pa.RecordBatch, message: str
) -> None:
    with committer_for(tmp_path).begin(schemas={"projects": SCHEMA}) as transaction:
        with pytest.raises(TableError) as caught, PartWriter(transaction.staging, "projects") as writer:
            writer.write(batch)
        assert str(caught.value) == message
        with pytest.raises(ValueError, match="the writer of projects is closed"):
            writer.write(batch)


def test_a_table_that_the_run_does_not_write_is_refused(tmp_path: Path) -> None:
    transaction = committer_for(tmp_path).begin(schemas={"projects": SCHEMA, "labels": SCHEMA})
    with transaction, pytest.raises(TableError) as caught:
        PartWriter(transaction.staging, "key_frames")
    assert (
        str(caught.value)
        == "table 'key_frames' is not among those of this run\nhint: they are projects, labels"
    )


@pytest.mark.parametrize("name", ["row_group_rows", "row_group_bytes", "part_bytes"])
def test_sizes_below_one_are_refused(name: str) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be 1 or more, not 0$"):
        WriteOptions(**{name: 0})


@pytest.mark.parametrize("level", [0, 23])
def test_levels_that_zstd_does_not_know_are_refused(level: int) -> None:
    with pytest.raises(ValueError, match=f"^compression_level must be 1 to 22, not {level}$"):
        WriteOptions(compression_level=level)
