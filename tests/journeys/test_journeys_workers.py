"""The number of workers changes no table: their rows together, by line, are those of one."""

from __future__ import annotations

import gzip
import json
import tempfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

import exportkit
from exportkit import Report
from exportkit.pipeline import make_options, write_lake
from exportkit.tables import TABLES
from exportkit.write import WriteOptions
from journeys.converting import EXAMPLE, written_tables

#: Bad and blank lines among good ones, and no newline at the end.
LINES = (EXAMPLE + b"{\n\n \r\n" + EXAMPLE + b"null\n" + EXAMPLE).removesuffix(b"\n")
FORMS: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "array": lambda data: json.dumps(
        [json.loads(line) for line in data.split(b"\n") if line.startswith(b'{"')]
    ).encode(),
}


def sorted_tables(lake: Path) -> dict[str, pa.Table]:
    found = written_tables(lake, lambda path: pq.ParquetFile(path).read())
    return {
        name: table.append_column("order", pa.array(range(table.num_rows)))
        .sort_by([("line", "ascending"), ("order", "ascending")])
        .drop_columns("order")
        for name, table in found.items()
    }


def counts(report: Report) -> tuple[object, ...]:
    return (
        report.lines, report.data_rows, report.rejects, report.blanks, report.rows, report.unknown_fields,
        report.input_bytes, report.sources, report.export_ids,
    )  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_rows_and_report_do_not_depend_on_the_number_of_workers(form: str, tmp_path: Path) -> None:
    path = tmp_path / "export.bin"
    path.write_bytes(FORMS[form](LINES))
    one = exportkit.to_parquet(path, tmp_path / "one", workers=1)
    several = exportkit.to_parquet(path, tmp_path / "several", workers=3)
    assert counts(one) == counts(several)
    assert one.lines > 100
    assert sorted(one.first_rejects) == sorted(several.first_rejects)
    assert {Path(file).parent.name for file in several.files} == set(TABLES)
    assert sorted_tables(tmp_path / "one") == sorted_tables(tmp_path / "several")


@pytest.mark.parametrize("form", FORMS)
def test_long_lines_go_to_workers_as_other_lines_do_and_leave_no_temporary_file(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    path = tmp_path / "export.bin"
    path.write_bytes(FORMS[form](LINES))
    one = exportkit.to_parquet(path, tmp_path / "one", workers=1)
    options = replace(make_options(), max_line_bytes=2000, chunk_bytes=500)
    several = write_lake(
        path, tmp_path / "several", options, WriteOptions(), format="parquet", mode="error", workers=3
    )
    several = replace(several, input_bytes=one.input_bytes)  # that of long lines is without their ends
    assert counts(one) == counts(several)
    assert sorted_tables(tmp_path / "one") == sorted_tables(tmp_path / "several")
    assert list((tmp_path / "temporary").iterdir()) == []


def test_rows_in_memory_are_handed_out_to_workers(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in EXAMPLE.splitlines()] * 20
    one = exportkit.to_parquet(rows, tmp_path / "one", workers=1)
    several = exportkit.to_parquet(iter(rows), tmp_path / "several", workers=3)
    assert one.sources == ("rows:",)
    assert one.data_rows == len(rows)
    assert counts(one) == counts(several)
    assert sorted_tables(tmp_path / "one") == sorted_tables(tmp_path / "several")


def test_rows_of_a_part_file_stand_in_the_order_of_the_input(tmp_path: Path) -> None:
    rows = b"".join(b'{"data_row":{"id":"%d"}}\n' % number for number in range(400_000))
    (tmp_path / "export.ndjson").write_bytes(rows)
    report = exportkit.to_parquet(
        tmp_path / "export.ndjson", tmp_path / "lake", workers=2, row_group_rows=1000, tables=["data_rows"]
    )
    found = [pq.read_table(file, columns=["line"])["line"].to_pylist() for file in report.files]
    assert all(lines == sorted(lines) for lines in found)
    assert sorted(line for lines in found for line in lines) == list(range(1, 400_001))
    assert len(found) == 2


def test_a_run_that_workers_cannot_finish_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "export.ndjson"
    path.write_bytes(LINES)
    with pytest.raises(exportkit.DecodeError) as raised:
        exportkit.to_parquet(path, tmp_path / "lake", workers=2, on_bad_row="raise")
    line = EXAMPLE.count(b"\n") + 1
    assert str(raised.value) == (
        f"the line is not JSON: input data was truncated (in {path}, line {line}, byte {len(EXAMPLE)})"
    )
    with pytest.raises(exportkit.ReadError, match="more than 1 lines could not become rows"):
        exportkit.to_parquet(path, tmp_path / "lake", workers=2, max_rejects=1)
    assert not (tmp_path / "lake").exists()
