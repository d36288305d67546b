"""Rejected lines too long for the table: whole, in files beside it."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

import exportkit
from exportkit.pipeline import make_options, write_lake
from exportkit.write import WriteOptions

#: Broken lines of these lengths, between good ones.
LENGTHS = (10, 999, 1_000, 1_001, 5_000, 1_001)
GOOD = b'{"data_row": {"id": "d"}}'


def lines() -> list[bytes]:
    broken = [b"{" + str(at).encode() * (length - 1) for at, length in enumerate(LENGTHS)]
    return [one for line in broken for one in (GOOD, line)]


def write(lake: Path, *, workers: int = 1, tables: list[str] | None = None, **columns: list[str]) -> None:
    source = lake.parent / "export.ndjson"
    source.write_bytes(b"\n".join(lines()))
    options = replace(make_options(tables=tables, columns=columns), max_raw_bytes=1_000)
    write_lake(str(source), lake, options, WriteOptions(), format="parquet", mode="error", workers=workers)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_long_reject_lies_whole_in_a_file_beside_the_table(tmp_path: Path, workers: int) -> None:
    lake = tmp_path / "lake"
    write(lake, workers=workers)
    rows = pq.read_table(lake / "rejects").sort_by("line").to_pylist()
    assert [row["line"] for row in rows] == [2, 4, 6, 8, 10, 12]
    assert [row["byte_length"] for row in rows] == list(LENGTHS)
    assert [row["raw"] is None for row in rows] == [length > 1_000 for length in LENGTHS]
    named = [row["raw_uri"] for row in rows]
    assert len({name for name in named if name}) == 3
    whole = [
        row["raw"] if name is None else (lake / "rejects" / name).read_bytes()
        for row, name in zip(rows, named, strict=True)
    ]
    assert whole == lines()[1::2]


@pytest.mark.parametrize("given", [{"tables": ["data_rows"]}, {"rejects": ["line", "raw"]}])
def test_without_a_column_for_its_name_no_such_file_is_written(
    tmp_path: Path, given: dict[str, list[str]]
) -> None:
    write(tmp_path / "lake", **given)  # type: ignore[arg-type]  # `tables`, or columns of a table
    assert not list(tmp_path.rglob("*.bin"))


def test_read_into_memory_a_long_reject_is_in_the_column() -> None:
    table = exportkit.read_table(io.BytesIO(b"\n".join([GOOD, b"{" * 17_000_000])), "rejects")
    assert table.column("raw")[0].as_py() == b"{" * 17_000_000
    assert table.column("raw_uri").to_pylist() == [None]
