"""What is read back is what was written, wherever batches, row groups and parts were cut."""

from __future__ import annotations

import multiprocessing
import tempfile
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit import WriteError
from exportkit.commit import committer_for
from exportkit.write import EncodingThread, FormatName, LakeWriter, PartFile, Staging, WriteOptions
from write.lakes import (
    HINTS,
    SCHEMA,
    Row,
    batch_of,
    cut,
    frame_by_polars,
    ids_in,
    numbered,
    part_paths,
    read_lake,
    read_part,
    rows,
    rows_by_duckdb,
    table_of,
    write_lake,
)

lengths = st.lists(st.integers(0, 9), max_size=6)
sizes = st.builds(
    WriteOptions,
    row_group_rows=st.integers(1, 12),
    row_group_bytes=st.integers(1, 2_000),
    part_bytes=st.sampled_from([1, 1_500, 4_000, 10**9]),
)


@pytest.mark.parametrize("format_name", ["parquet", "arrow"])
@given(
    some=st.lists(rows, max_size=30), lengths=lengths, options=sizes, draw=st.data(), threaded=st.booleans()
)
def test_rows_do_not_depend_on_where_batches_groups_and_parts_were_cut(
    *,
    format_name: FormatName,
    some: list[Row],
    lengths: list[int],
    options: WriteOptions,
    draw: st.DataObject,
    threaded: bool,
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        lake = Path(directory)
        with committer_for(lake).begin(schemas={"projects": SCHEMA}, format=format_name) as transaction:
            writer = LakeWriter(transaction.staging, hints={"projects": HINTS}, options=options)
            with EncodingThread(writer) if threaded else writer as sink:
                for piece in cut(some, lengths):
                    sink.write("projects", batch_of(piece, coded=draw.draw(st.booleans())))
                parts = transaction.commit(sink.close())
        assert read_lake(lake).equals(table_of(some))
        paths = part_paths(lake)
        assert parts == [
            PartFile("projects", str(path), read_part(path).num_rows, path.stat().st_size) for path in paths
        ]
        assert all(read_part(path).schema.equals(SCHEMA) for path in paths)


@given(some=st.lists(rows, max_size=20), lengths=lengths, options=sizes)
def test_duckdb_and_polars_read_the_same_rows(
    some: list[Row], lengths: list[int], options: WriteOptions
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        lake = Path(directory)
        write_lake(
            lake, *(batch_of(piece, coded=True) for piece in cut(some, lengths)), hints=HINTS, options=options
        )
        expected = [tuple(row.values()) for row in table_of(some).to_pylist()]
        assert [row[:3] for row in rows_by_duckdb(lake)] == [row[:3] for row in expected]
        assert [row[4:] for row in rows_by_duckdb(lake)] == [row[4:] for row in expected]
        assert frame_by_polars(lake).rows() == expected


def test_a_batch_that_is_a_row_group_by_itself_is_written_as_one(tmp_path: Path) -> None:
    assert group_rows(tmp_path, [30, 10, 11], row_group_rows=10) == [30, 10, 11]


def test_small_batches_gather_until_the_rows_of_a_row_group_are_there(tmp_path: Path) -> None:
    assert group_rows(tmp_path, [4, 4, 4, 4, 4], row_group_rows=10) == [12, 8]


def test_small_batches_gather_until_the_bytes_of_a_row_group_are_there(tmp_path: Path) -> None:
    two_batches = 2 * batch_of(numbered(0, 4)).nbytes
    assert group_rows(tmp_path, [4, 4, 4, 4, 4], row_group_bytes=two_batches) == [8, 8, 4]


def group_rows(lake: Path, batch_rows: list[int], **options: int) -> list[int]:
    write_lake(lake, *(batch_of(numbered(0, count)) for count in batch_rows), options=WriteOptions(**options))
    [path] = part_paths(lake)
    metadata = pq.ParquetFile(path).metadata
    return [metadata.row_group(at).num_rows for at in range(metadata.num_row_groups)]


def test_a_part_that_has_grown_enough_is_followed_by_another(tmp_path: Path) -> None:
    tens = [batch_of(numbered(first, 10)) for first in range(0, 1_200, 10)]
    parts = write_lake(tmp_path, *tens, options=WriteOptions(row_group_rows=10, part_bytes=1))
    assert [part.rows for part in parts] == [10] * 120
    assert ids_in(tmp_path) == [row["id"] for row in numbered(0, 1_200)]


def write_as_worker(staging: Staging, worker: int) -> list[PartFile]:
    """Write ten rows as one of several processes would."""
    with LakeWriter(staging, worker=worker) as writer:
        writer.write("projects", batch_of(numbered(10 * worker, 10)))
        return writer.close()


@pytest.mark.parametrize("start_method", ["spawn", "forkserver"])
def test_workers_in_other_processes_write_parts_of_one_run(tmp_path: Path, start_method: str) -> None:
    context = multiprocessing.get_context(start_method)
    with committer_for(tmp_path).begin(schemas={"projects": SCHEMA}) as transaction, context.Pool(2) as pool:
        written = pool.starmap(write_as_worker, [(transaction.staging, worker) for worker in range(12)])
        parts = transaction.commit(part for of_worker in reversed(written) for part in of_worker)
    assert [part.rows for part in parts] == [10] * 12
    assert ids_in(tmp_path) == [row["id"] for row in numbered(0, 120)]


def test_later_runs_sort_after_earlier_ones(tmp_path: Path) -> None:
    for first in range(0, 50, 10):
        write_lake(tmp_path, batch_of(numbered(first, 10)), mode="append")
    assert ids_in(tmp_path) == [row["id"] for row in numbered(0, 50)]


@pytest.mark.parametrize("threads", [1, 3])
def test_tables_may_be_completed_side_by_side(tmp_path: Path, threads: int) -> None:
    tables = {f"table {number}": numbered(100 * number, 30) for number in range(7)}
    schemas = dict.fromkeys(tables, SCHEMA)
    with (
        committer_for(tmp_path).begin(schemas=schemas) as transaction,
        LakeWriter(transaction.staging, closing_threads=threads) as writer,
    ):
        for table, some in tables.items():
            writer.write(table, batch_of(some))
        parts = transaction.commit(writer.close())
    assert [(part.table, part.rows) for part in parts] == [(table, 30) for table in tables]
    assert {
        table: read_part(tmp_path / table / part.name) for table, part in zip(tables, parts, strict=True)
    } == {table: table_of(some) for table, some in tables.items()}


@pytest.mark.parametrize("threads", [1, 3])
def test_a_table_that_cannot_be_completed_ends_all_of_them(tmp_path: Path, threads: int) -> None:
    schemas = dict.fromkeys(("projects", "labels", "segments"), SCHEMA)
    with (
        committer_for(tmp_path).begin(schemas=schemas) as transaction,
        LakeWriter(transaction.staging, closing_threads=threads) as writer,
    ):
        for table in schemas:
            writer.write(table, batch_of(numbered(0, 3)))
        staging = transaction.staging
        (tmp_path / staging.waiting_part("labels", staging.name(0, 0))).mkdir()
        with pytest.raises(WriteError) as caught:
            writer.close()
        assert str(caught.value).startswith("cannot create the file: Is a directory (in ")
        with pytest.raises(ValueError, match="the writer of segments is closed"):
            writer.write("segments", batch_of(numbered(0, 3)))
    assert part_paths(tmp_path, "projects") == []
