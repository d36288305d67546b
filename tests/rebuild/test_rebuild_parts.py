"""Lines come in input order out of any number of parts, whoever wrote them."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

import exportkit
from exportkit.errors import ReadError
from exportkit.pipeline import make_options, write_lake
from exportkit.rebuild import streams, to_ndjson
from exportkit.rejects import replay
from exportkit.tables import TABLES
from exportkit.write import WriteOptions
from legacy.upgrading import upgrade_rows
from rebuild.round_trips import differing, line, lines_in

LINES = [
    line(
        {
            "data_row": {"id": f"d{number}"},
            "attachments": [{"id": f"{number}.{order}"} for order in range(number % 4)],
            "projects": {"p": {"labels": [{"id": f"l{number}", "annotations": {"objects": [
                {"feature_id": f"{number}.{order}", "classifications": [{"feature_id": "q"}]}
                for order in range(number % 5)
            ]}}]}},
        }
    )
    for number in range(60)
]  # fmt: skip
EXPORT = b"".join(LINES)


def rebuilt(lake: Path, **options: Any) -> list[bytes]:
    stream = io.BytesIO()
    report = to_ndjson(lake, stream, **options)
    assert report.left_out == 0
    assert report.bytes == len(stream.getvalue())
    return lines_in(stream.getvalue())


def ids(lines: list[bytes]) -> list[str]:
    return [json.loads(one)["data_row"]["id"] for one in lines]


def cut(lake: Path, table: str, pick: Any, parts: int, *, form: str = "parquet") -> None:
    """Write the rows of a table into several parts anew: a row goes to the part that `pick` says."""
    directory = lake / table
    rows = pq.read_table(directory)
    for part in directory.iterdir():
        part.unlink()
    owners = [pick(number) for number in rows.column("line").to_pylist()]
    for number in range(parts):
        some = rows.filter(pa.array([owner == number for owner in owners], pa.bool_()))
        if form == "arrow":
            with pa.ipc.new_file(directory / f"part-{number:02}.arrow", some.schema) as writer:
                writer.write_table(some, max_chunksize=7)
        else:
            pq.write_table(some, directory / f"part-{number:02}.parquet", row_group_size=7)


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    exportkit.to_parquet(io.BytesIO(EXPORT), tmp_path / "lake", export_id="export", workers=1)
    return tmp_path / "lake"


@pytest.mark.parametrize("form", ["parquet", "arrow"])
@pytest.mark.parametrize("batch_rows", [1, 5, 2048])
def test_parts_with_interleaved_lines_are_merged(lake: Path, form: str, batch_rows: int) -> None:
    for number, table in enumerate(TABLES):
        parts = 1 + number % 5
        cut(lake, table, lambda at, parts=parts: at * 7 % parts, parts, form=form)
    assert not differing(lines_in(EXPORT), rebuilt(lake, batch_rows=batch_rows))


def test_more_parts_than_may_be_open_are_opened_one_after_another(
    lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "MAX_OPEN", 2)
    for table in TABLES:
        cut(lake, table, lambda number: number // 3, 21)
    assert not differing(lines_in(EXPORT), rebuilt(lake))


def test_rows_of_a_part_in_another_order_are_merged_as_far_as_files_may_be_open(
    lake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = pq.read_table(lake / "objects")
    shuffled = list(range(rows.num_rows))
    random.Random(1).shuffle(shuffled)
    for part in (lake / "objects").iterdir():
        part.unlink()
    pq.write_table(rows.take(shuffled), lake / "objects" / "part-0.parquet")
    assert not differing(lines_in(EXPORT), rebuilt(lake))
    monkeypatch.setattr(streams, "MAX_OPEN", 3)
    with pytest.raises(ReadError, match="not in the order of their lines") as caught:
        rebuilt(lake)
    assert "ordered by export_id and line" in str(caught.value)


def test_files_of_several_workers_make_one_export(tmp_path: Path) -> None:
    source = tmp_path / "export.ndjson"
    source.write_bytes(EXPORT * 50)
    exportkit.to_parquet(source, tmp_path / "lake", workers=2)
    assert not differing(lines_in(EXPORT) * 50, rebuilt(tmp_path / "lake"))


def test_exports_of_one_lake_come_one_after_another_or_alone(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    for export_id in ("b", "a", "c"):
        rows = b"".join(line({"data_row": {"id": f"{export_id}{number}"}}) for number in range(3))
        exportkit.to_parquet(io.BytesIO(rows), lake, mode="append", export_id=export_id, workers=1)
    assert ids(rebuilt(lake)) == ["b0", "b1", "b2", "a0", "a1", "a2", "c0", "c1", "c2"]
    assert ids(rebuilt(lake, export_id="a")) == ["a0", "a1", "a2"]
    with pytest.raises(ReadError, match="holds no export 'd'"):
        rebuilt(lake, export_id="d")


def test_parts_that_another_program_wrote_with_other_types_are_read(lake: Path) -> None:
    rows = pq.read_table(lake / "objects")
    retyped = {
        "label_index": rows.column("label_index").cast(pa.float64()),
        "feature_id": rows.column("feature_id").cast(pa.large_string()),
        "name": rows.column("name").dictionary_encode(),
    }
    for name, column in retyped.items():
        rows = rows.set_column(rows.schema.names.index(name), name, column)
    for part in (lake / "objects").iterdir():
        part.unlink()
    pq.write_table(rows.drop_columns(["is_key_frame", "data_row_id"]), lake / "objects" / "all.parquet")
    assert not differing(lines_in(EXPORT), rebuilt(lake))
    assert not differing(lines_in(EXPORT), rebuilt(lake, max_line_rows=0))


def test_rejected_lines_are_left_out_or_come_back_where_they_stood(tmp_path: Path) -> None:
    export = LINES[0] + b"{broken\n" + b"\n" + LINES[1] + b"\xff\xfe\n" + LINES[2]
    exportkit.to_parquet(io.BytesIO(export), tmp_path / "lake", workers=1)
    assert not differing(lines_in(b"".join(LINES[:3])), rebuilt(tmp_path / "lake"))
    found = rebuilt(tmp_path / "lake", include_rejects=True)
    assert (found[1], found[3]) == (b"{broken", b"\xff\xfe")
    assert len(found) == 5


def test_a_rejected_line_too_long_for_its_column_comes_back_out_of_its_file(tmp_path: Path) -> None:
    broken = b'{"data_row":{"id":"x"},"text":"' + b"long " * 1_000
    options = replace(make_options(export_id="e"), max_line_bytes=1_000, max_raw_bytes=1_000)
    write_lake(
        io.BytesIO(LINES[0] + broken + b"\n" + LINES[1]), tmp_path / "lake", options, WriteOptions(),
        format="parquet", mode="error", workers=1,
    )  # fmt: skip
    assert pq.read_table(tmp_path / "lake" / "rejects").column("raw").null_count == 1
    assert rebuilt(tmp_path / "lake", include_rejects=True)[1] == broken
    (held,) = (tmp_path / "lake" / "rejects").glob("_raw-*")
    held.rename(tmp_path / "elsewhere")
    held.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ReadError) as raised:
        rebuilt(tmp_path / "lake", include_rejects=True)
    assert str(raised.value) == f"a rejected line is not in the lake (in {tmp_path}/lake, line 2)"
    assert replay(tmp_path / "lake").problems == {"the lake does not hold the line": 1}
    held.unlink()
    with pytest.raises(ReadError, match="cannot read the part"):
        rebuilt(tmp_path / "lake", include_rejects=True)


def test_lines_of_an_export_v1_come_back_as_the_lines_they_were_upgraded_to(tmp_path: Path) -> None:
    for source in sorted((Path(__file__).parents[1] / "legacy" / "golden").glob("*.v1.json")):
        lake = tmp_path / source.name
        exportkit.to_parquet(source, lake, workers=1)
        with source.open("rb") as file:
            upgraded = [json.dumps(row).encode() for row in upgrade_rows(file)]
        assert not differing(upgraded, rebuilt(lake))


def test_lines_of_an_array_come_back_as_lines(tmp_path: Path) -> None:
    array = json.dumps([json.loads(one) for one in LINES], indent=2).encode()
    exportkit.to_parquet(io.BytesIO(array), tmp_path / "lake", workers=1)
    assert not differing(lines_in(EXPORT), rebuilt(tmp_path / "lake"))
