"""A lake where a source is asked for gives what its export gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

import exportkit
from exportkit import ReadError, TableError
from exportkit.cli import main
from exportkit.errors import OptionError
from exportkit.tables import TABLES
from rejects.broken_lakes import broken, good, write_rejecting

EXPORT = Path(__file__).parents[2] / "examples" / "export.ndjson"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the lake of the example, of two parts each."""
    lake = tmp_path_factory.mktemp("lakes") / "lake"
    for mode in ("error", "append"):
        exportkit.to_parquet(EXPORT, lake, mode=mode, export_id=mode, workers=1)
    return lake


def twice(table: str, **options: Any) -> pa.Table:
    return pa.concat_tables(
        [exportkit.read_table(EXPORT, table, export_id=name, **options) for name in ("error", "append")]
    )


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_a_lake_is_that_of_its_export(lake: Path, table: str) -> None:
    wanted = twice(table)
    for source in (lake, str(lake), exportkit.lake(lake), [lake]):
        assert exportkit.read_table(source, table).equals(wanted, check_metadata=True)
        assert exportkit.scan(source, table).collect().height == wanted.num_rows
    reader = exportkit.open_reader(lake, table)
    assert reader.read_all() == reader.read_all() == wanted


def test_columns_and_sizes_of_batches_are_chosen_as_for_an_export(lake: Path) -> None:
    for columns in (["name"], ["name", "line"], ["line", "name"]):
        found = exportkit.read_table(lake, "objects", columns=columns)
        assert found == twice("objects", columns=columns)
    batches = list(exportkit.open_reader(lake, "objects", batch_rows=7))
    assert max(batch.num_rows for batch in batches) == 7


def test_batches_of_a_lake_come_with_a_report_of_its_rows(lake: Path) -> None:
    for options in ({}, {"tables": ["labels", "objects"]}, {"columns": {"labels": ["line"]}}):
        seen: dict[str, int] = {}
        batches = exportkit.iter_batches(lake, **options)
        for table, batch in batches:
            seen[table] = seen.get(table, 0) + batch.num_rows
        report = batches.report
        assert {name: rows for name, rows in report.rows.items() if rows} == seen
        assert (report.lines, report.data_rows, report.rejects) == (94, 94, 0)
        assert report.sources == (str(lake),)
        assert report.export_ids == ("error", "append")


def test_a_lake_is_inspected_as_its_export_is(tmp_path: Path) -> None:
    write_rejecting(tmp_path / "lake", [*EXPORT.read_bytes().splitlines(), broken("x")], name="all.ndjson")
    found = exportkit.inspect_export(tmp_path / "lake").to_dict()
    wanted = exportkit.inspect_export(tmp_path / "all.ndjson").to_dict()
    assert found["report"]["export_ids"] == ["all.ndjson"]
    for one in (found, wanted):
        one["report"] = {name: one["report"][name] for name in ("lines", "data_rows", "rejects", "rows")}
    assert found == wanted


def test_a_lake_where_only_an_export_will_do_is_said_to_be_one(lake: Path, tmp_path: Path) -> None:
    """Nothing of it is read as an export, not even the long line that lies beside its rejects."""
    write_rejecting(tmp_path / "raw", [broken("b", x="x" * 99)], max_raw_bytes=64)
    for source in (lake, str(lake), tmp_path / "raw", [EXPORT, lake], [lake, tmp_path / "raw"]):
        doors: list[Any] = [
            lambda source: exportkit.to_parquet(source, tmp_path / "new"),
            lambda source: exportkit.to_parquet(source, lake, mode="overwrite", on_bad_source="skip"),
            lambda source: exportkit.to_arrow(source, tmp_path / "new", workers=2),
            lambda source: exportkit.start(source, tmp_path / "new").wait(),
            lambda source: exportkit.upgrade(source, tmp_path / "new"),
        ]
        if isinstance(source, list):
            doors += [
                lambda source: exportkit.read_table(source, "labels"),
                lambda source: exportkit.scan(source, "labels"),
                exportkit.inspect_export,
            ]
        for door in doors:
            with pytest.raises(ReadError, match=r"^the source is a lake, converted already \(in "):
                door(source)
    assert exportkit.read_table(lake, "labels").num_rows == 100
    assert not [*(tmp_path / "new").glob("*")]


def test_the_command_inspects_a_lake(lake: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(lake), "--quiet"]) == 0
    assert "94" in capsys.readouterr().out
    assert main(["inspect", str(lake), "--max-rejects", "3"]) == 2
    error = "error: a lake is converted already: --max-rejects is for an export"
    assert error in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("params", {"attachments": False}), ("filters", {"data_row_ids": ["a"]}), ("labels", "latest"),
        ("redact", {"row_data": "hash"}), ("export_id", "mine"), ("on_bad_row", "skip"), ("max_rejects", 3),
        ("max_compression_ratio", 7.0),
    ],
)  # fmt: skip
def test_options_of_a_conversion_are_refused_by_name(lake: Path, option: str, value: object) -> None:
    more = {"redact_key": "k"} if option == "redact" else {}
    asked: dict[str, Any] = {option: value, **more}
    for read in (
        lambda: exportkit.read_table(lake, "labels", **asked),
        lambda: exportkit.iter_batches(lake, **asked),
        lambda: exportkit.scan(lake, "labels", **asked),
    ):
        with pytest.raises(
            OptionError, match=f"^a lake is converted already: {option}.* is for an export\nhint:"
        ):
            read()


def test_a_lake_without_all_tables_gives_those_it_holds(tmp_path: Path) -> None:
    (tmp_path / "export.ndjson").write_bytes(good("a"))
    columns = {"labels": ["label_id", "line", "export_id"]}
    exportkit.to_parquet(tmp_path / "export.ndjson", tmp_path / "lake", tables=["labels"], columns=columns)
    assert {name for name, _ in exportkit.iter_batches(tmp_path / "lake")} == {"labels"}
    assert exportkit.read_table(tmp_path / "lake", "labels").column_names == ["label_id", "export_id", "line"]
    with pytest.raises(TableError, match="the lake holds no table 'objects'"):
        exportkit.read_table(tmp_path / "lake", "objects")
    with pytest.raises(TableError, match="labels has no column 'created_by'"):
        exportkit.read_table(tmp_path / "lake", "labels", columns=["created_by"])
    with pytest.raises(TableError, match="the lake holds no table 'data_rows'"):
        exportkit.inspect_export(tmp_path / "lake")


def test_types_of_another_program_are_read_as_those_declared(lake: Path, tmp_path: Path) -> None:
    wanted = exportkit.read_table(lake, "objects")
    (tmp_path / "lake" / "objects").mkdir(parents=True)
    pl.from_arrow(wanted).write_parquet(tmp_path / "lake" / "objects" / "all.parquet")  # type: ignore[union-attr]  # a frame
    found = exportkit.read_table(tmp_path / "lake", "objects")
    assert found.schema == exportkit.schema("objects")
    assert found == wanted


def test_a_damaged_part_is_named(tmp_path: Path) -> None:
    write_rejecting(tmp_path / "lake", [good("a")])
    (part,) = (tmp_path / "lake" / "labels").iterdir()
    part.write_bytes(part.read_bytes()[:-9])
    with pytest.raises(ReadError, match="cannot read the part"):
        exportkit.read_table(tmp_path / "lake", "labels")
