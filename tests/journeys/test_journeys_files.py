"""Written files read back equal to the batches, and every reader that people use takes them."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import ipc

import exportkit
from exportkit.batch import arrow_schema
from exportkit.tables import TABLES
from journeys.converting import EXAMPLE, arrow_tables, written_tables
from strategies import exports

GOOD = b'{"data_row":{"id":"good"}}\n'
Write = Callable[..., exportkit.Report]


def read_parquet(path: Path) -> pa.Table:
    return pq.ParquetFile(path).read()


def read_arrow(path: Path) -> pa.Table:
    with ipc.open_file(path) as file:
        return file.read_all()


WAYS: dict[str, tuple[Write, Callable[[Path], pa.Table]]] = {
    "parquet": (exportkit.to_parquet, read_parquet),
    "arrow": (exportkit.to_arrow, read_arrow),
}


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a lake of the example export and a line that is none."""
    path = tmp_path_factory.mktemp("lake")
    exportkit.to_parquet(io.BytesIO(EXAMPLE + b"{\n"), path, export_id="e")
    return path


@pytest.fixture(scope="module")
def tables() -> dict[str, pa.Table]:
    """Give the same as Arrow tables, never written."""
    found = arrow_tables(io.BytesIO(EXAMPLE + b"{\n"), export_id="e")
    assert all(table.num_rows for table in found.values())
    return found


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=settings().max_examples // 5)
@given(
    data=exports(max_lines=6, broken=True), row_group_rows=st.integers(1, 9), level=st.sampled_from([1, 3])
)
def test_files_read_back_equal_to_the_batches(way: str, data: bytes, row_group_rows: int, level: int) -> None:
    data = GOOD + data.removeprefix(b"\xef\xbb\xbf")
    write, read = WAYS[way]
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory)
        report = write(
            io.BytesIO(data), path, export_id="e", max_rejects=None,
            row_group_rows=row_group_rows, compression_level=level,
        )  # fmt: skip
        found = written_tables(path, read)
        assert report.output_bytes == sum((path / one).stat().st_size for one in report.files)
        assert {(path / one).parent.name for one in report.files} == set(TABLES)
    assert found == arrow_tables(io.BytesIO(data), export_id="e")
    assert {name: table.num_rows for name, table in found.items()} == report.rows
    assert all(table.schema.equals(arrow_schema(name), check_metadata=True) for name, table in found.items())


@pytest.mark.parametrize("name", TABLES)
def test_duckdb_reads_every_written_table(name: str, lake: Path, tables: dict[str, pa.Table]) -> None:
    columns = tables[name].column_names
    with duckdb.connect() as base:
        base.execute("set timezone = 'UTC'")
        files = f"read_parquet('{lake}/{name}/*.parquet')"
        described = base.sql(f"describe select * from {files}").fetchall()
        assert [one[0] for one in described] == columns
        found = base.sql(f"select * from {files}").fetchall()
    assert [comparable(row) for row in found] == [
        comparable(tuple(row.values())) for row in tables[name].to_pylist()
    ]


def comparable(row: Any) -> Any:
    return tuple(value.timestamp() if hasattr(value, "timestamp") else value for value in row)


@pytest.mark.parametrize("name", TABLES)
def test_polars_reads_every_written_table(name: str, lake: Path, tables: dict[str, pa.Table]) -> None:
    frame = pl.read_parquet(lake / name / "*.parquet")
    assert frame.columns == tables[name].column_names
    assert frame.rows() == [tuple(row.values()) for row in rows_for_polars(tables[name])]


def rows_for_polars(table: pa.Table) -> list[dict[str, Any]]:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)
    return frame.to_dicts()


@pytest.mark.parametrize("name", TABLES)
def test_a_reader_is_taken_by_duckdb_polars_and_pandas(name: str, tables: dict[str, pa.Table]) -> None:
    def reader() -> Any:
        source = io.BytesIO(EXAMPLE + b"{\n")
        return exportkit.open_reader(source, name, export_id="e", batch_rows=7)

    wanted = tables[name]
    with duckdb.connect() as base:
        stream = reader()
        [counted] = base.sql("select count(*), max(line) from stream").fetchall()
        assert counted == (wanted.num_rows, max(wanted.column("line").to_pylist()))
        assert stream.schema.names == wanted.column_names
    frame = pl.DataFrame(reader())
    assert (frame.shape, frame.columns) == ((wanted.num_rows, wanted.num_columns), wanted.column_names)
    panda: pd.DataFrame = reader().to_reader().read_pandas()
    assert (panda.shape, [*panda.columns]) == ((wanted.num_rows, wanted.num_columns), wanted.column_names)
    assert panda["line"].tolist() == wanted.column("line").to_pylist()
    assert pa.table(reader()) == wanted
    assert exportkit.read_table(io.BytesIO(EXAMPLE + b"{\n"), name, export_id="e") == wanted


def test_a_reader_of_some_columns_gives_those_in_the_order_of_the_table() -> None:
    found = exportkit.open_reader(io.BytesIO(EXAMPLE), "objects", columns=["line", "feature_id"])
    assert found.schema.names == ["feature_id", "line"]
    assert found.read_all().num_rows > 0


def test_a_table_without_rows_is_written_with_its_schema(tmp_path: Path) -> None:
    report = exportkit.to_parquet(io.BytesIO(GOOD), tmp_path / "lake", tables=["data_rows", "objects"])
    assert report.rows == {"data_rows": 1, "objects": 0}
    [empty] = (tmp_path / "lake" / "objects").iterdir()
    assert read_parquet(empty).schema.equals(arrow_schema("objects"), check_metadata=True)
    assert sorted(one.name for one in (tmp_path / "lake").iterdir() if not one.name.startswith(".")) == [
        "data_rows", "objects",
    ]  # fmt: skip


def test_an_export_without_rows_is_a_lake_without_rows(tmp_path: Path) -> None:
    report = exportkit.to_parquet(io.BytesIO(b"[]"), tmp_path / "lake")
    assert (report.lines, sum(report.rows.values()), len(report.files)) == (0, 0, len(TABLES))
