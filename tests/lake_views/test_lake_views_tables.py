"""Lakes: what was written comes back, as Arrow, polars and SQL."""

from __future__ import annotations

import io
import subprocess
import sys
import traceback
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import exportkit
from exportkit.errors import ExportkitError, OptionError, ReadError, TableError
from exportkit.lake_views import Lake, lake

ROOT = Path(__file__).parents[2]
EXPORT = ROOT / "examples" / "export.ndjson"
TABLES = [*exportkit.schema()]


@pytest.fixture(scope="module", params=["parquet", "arrow", "awkward"])
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """The example as a lake of each format, and under a name that means something to SQL and globs."""
    path = tmp_path_factory.mktemp("lake") / ("it's [1]=*" if request.param == "awkward" else "lake's")
    write = exportkit.to_arrow if request.param == "arrow" else exportkit.to_parquet
    write(EXPORT, path)
    return lake(path)


@pytest.mark.parametrize("table", TABLES)
def test_a_table_comes_back_as_it_was_made(opened: Lake, table: str) -> None:
    whole = exportkit.read_table(EXPORT, table)
    found = opened.table(table)
    assert found.equals(whole)
    assert found.schema.equals(whole.schema)
    assert opened.schema(table).equals(whole.schema)
    assert found.schema.metadata[b"table"] == table.encode()
    assert opened.scan(table).collect().equals(pl.DataFrame(whole))


@pytest.mark.parametrize("table", TABLES)
def test_sql_sees_the_rows_of_every_table(opened: Lake, table: str) -> None:
    whole = exportkit.read_table(EXPORT, table)
    found = pa.table(opened.sql(f"select * from {table}"))
    assert found.column_names == whole.column_names
    keys = [name for name in ("line", "label_index", "position", "frame") if name in whole.column_names]
    assert pl.DataFrame(found).sort(keys).select(keys).equals(pl.DataFrame(whole).sort(keys).select(keys))


def test_a_lake_lists_what_it_holds(opened: Lake) -> None:
    assert opened.tables == tuple(TABLES)
    assert opened.views == ("boxes", "answers_wide", "answers_by_frame", "tracks", "label_times")
    assert repr(opened) == f"<Lake {str(opened.path)!r}: {', '.join(TABLES)}>"


def test_columns_and_rows_can_be_chosen(opened: Lake) -> None:
    whole = exportkit.read_table(EXPORT, "objects")
    found = opened.table("objects", columns=["line", "name"], filter=pc.field("bbox_left") > 100)
    assert found.equals(whole.filter(pc.field("bbox_left") > 100).select(["line", "name"]))
    boxes = opened.table("boxes", columns=["bbox_right"], filter=pc.field("bbox_left") > 100)
    assert boxes.num_rows == found.num_rows
    assert boxes.column_names == ["bbox_right"]


def test_timestamps_are_in_utc(opened: Lake) -> None:
    found = pa.table(opened.sql("select created_at from labels where created_at is not null order by line"))
    assert found.schema.field("created_at").type == pa.timestamp("us", tz="UTC")


def test_a_lake_is_a_path_itself(opened: Lake) -> None:
    assert Path(opened) == opened.path
    assert lake(opened).tables == opened.tables


def test_results_outlive_the_query_and_the_lake(tmp_path: Path) -> None:
    exportkit.to_parquet(EXPORT, tmp_path / "lake")
    first = lake(tmp_path / "lake")
    counted, named = first.sql("select count(*) from labels"), first.sql("select line from objects")
    del first
    assert counted.fetchall() == [(exportkit.read_table(EXPORT, "labels").num_rows,)]
    assert len(named.fetchall()) == exportkit.read_table(EXPORT, "objects").num_rows


def test_what_is_not_there_is_named(opened: Lake) -> None:
    with pytest.raises(TableError, match="did you mean 'objects'"):
        opened.table("object")
    with pytest.raises(TableError, match="labels has no column 'label'"):
        opened.table("labels", columns=["label"])
    with pytest.raises(TableError, match="boxes has no column 'right'"):
        opened.table("boxes", columns=["right"])
    with pytest.raises(duckdb.Error):
        opened.sql("selec 1")


def test_a_view_without_its_tables_or_columns_says_what_it_needs(tmp_path: Path) -> None:
    exportkit.to_parquet(EXPORT, tmp_path / "lake", tables=["labels", "objects"])
    found = lake(tmp_path / "lake")
    assert found.views == ()
    with pytest.raises(TableError) as raised:
        found.sql("from boxes")
    assert str(raised.value) == (
        "the view 'boxes' needs the table 'data_rows', which the lake does not hold\n"
        "hint: convert again with tables objects, data_rows"
    )
    exportkit.to_parquet(EXPORT, tmp_path / "few", columns={"objects": ["line"]})
    with pytest.raises(TableError, match="needs all columns of objects; 'data_row_id' is not there"):
        lake(tmp_path / "few").sql("from boxes")


SECRET = "Tr0ub4dor"


@pytest.mark.parametrize(
    "url",
    [
        f"http://user:{SECRET}@host/x", f"https://host/x?a=1&sig={SECRET}", f"s3://KEY:{SECRET}/RET@bucket/x",
        f"s3://KEY:SEC/{SECRET}@bucket/x", f"s3://bucket/x?token={SECRET}", f"gs://bucket/x#{SECRET}",
        f"file:///nowhere?sig={SECRET}", f"file://user:{SECRET}@host/nowhere", f"http://℀/x?sig={SECRET}",
        f"http://[::1/x?sig={SECRET}", f"HTTP://user:p@ss{SECRET}@host/x", f"http://host/x\n?sig={SECRET}",
        f"http://host\0/x?sig={SECRET}",
    ],
)  # fmt: skip
def test_a_url_that_is_no_lake_is_refused_without_its_secrets(url: str) -> None:
    doors: list[Any] = [
        lake, exportkit.causes_of, exportkit.replay, lambda url: exportkit.to_ndjson(url, io.BytesIO()),
    ]  # fmt: skip
    for door in doors:
        with pytest.raises((ExportkitError, FileNotFoundError, OptionError)) as caught:
            door(url)
        assert SECRET not in "".join(traceback.format_exception(caught.value)[-2:])
        assert SECRET not in str(caught.value)


def test_a_url_of_another_machine_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ReadError) as caught:
        lake("s3://user:key@bucket/lake?token=secret")
    assert str(caught.value) == (
        "a lake cannot be read from s3:// URLs (in s3://bucket/lake)\n"
        "hint: copy the lake, whole, into a local directory"
    )
    exportkit.to_parquet(EXPORT, tmp_path / "lake")
    assert lake((tmp_path / "lake").as_uri()).table("labels").num_rows == 50


def test_a_directory_that_is_no_lake_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="there is no directory"):
        lake(tmp_path / "nowhere")
    with pytest.raises(ReadError, match="no table of exportkit lies here"):
        lake(tmp_path)


def test_parts_of_two_formats_are_refused(tmp_path: Path) -> None:
    exportkit.to_parquet(EXPORT, tmp_path / "lake", tables=["labels"])
    exportkit.to_arrow(EXPORT, tmp_path / "other", tables=["labels"])
    for part in (tmp_path / "other" / "labels").iterdir():
        part.rename(tmp_path / "lake" / "labels" / part.name)
    with pytest.raises(ReadError, match="the parts of labels are of more than one format"):
        lake(tmp_path / "lake").table("labels")


def test_without_duckdb_tables_are_read_and_sql_says_what_to_install(tmp_path: Path) -> None:
    exportkit.to_parquet(EXPORT, tmp_path / "lake")
    code = (
        "import sys; sys.modules['duckdb'] = None; sys.modules['polars'] = None\n"
        "from exportkit.lake_views import lake\n"
        "opened = lake(sys.argv[1])\n"
        "print(opened.table('labels', columns=['line']).num_columns)\n"
        "try:\n    opened.sql('from labels')\nexcept ImportError as error:\n    print(error)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "lake")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "1\nSQL needs DuckDB\nhint: pip install 'exportkit[duckdb]'\n"
