"""Files that nobody should send: each ends in tables or in an error of ours, with nothing half written."""

from __future__ import annotations

import io
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

import exportkit
from exportkit import ReadError, Report
from exportkit.cli import main
from exportkit.pipeline import batches, make_options
from hostile.corpus import GOOD, SECRET
from read.forms import COMPRESSORS

LINES = [GOOD.replace(b'"good"', b'"d%d"' % number) for number in range(40)]
EXPORT = b"\n".join(LINES) + b"\n"
#: Long, and no two parts alike, so that it stays long when it is compressed.
LONG_EXPORT = b"".join(
    b'{"data_row":{"id":"d%d","row_data":"%s"}}\n' % (at, random.Random(at).randbytes(600).hex().encode())
    for at in range(300)
)


def everything_below(path: Path) -> dict[str, bytes]:
    return {str(one): one.read_bytes() for one in sorted(path.rglob("*")) if one.is_file()}


def ids_of(data: bytes) -> tuple[list[str], Report]:
    found = exportkit.iter_batches(io.BytesIO(data), tables=["data_rows"])
    ids = [one for _, batch in found for one in batch.column("data_row_id").to_pylist()]
    return ids, found.report


@given(st.integers(2, len(EXPORT) - 1))
def test_of_a_truncated_export_every_whole_line_is_a_row_and_the_rest_of_the_last_a_reject(cut: int) -> None:
    found, report = ids_of(EXPORT[:cut])
    lines = EXPORT[:cut].split(b"\n")
    last = lines.pop()
    is_whole = last == LINES[len(lines)] if len(lines) < len(LINES) else False
    assert found == [f"d{number}" for number in range(len(lines) + is_whole)]
    assert report.rejects == (last != b"" and not is_whole)
    assert report.lines == report.data_rows + report.rejects


@given(st.data())
def test_garbage_between_good_lines_takes_none_of_them_along(data: st.DataObject) -> None:
    garbage = data.draw(st.lists(st.binary(min_size=1, max_size=80), max_size=6))
    lines = [*LINES[:6]]
    for one in garbage:
        lines.insert(data.draw(st.integers(1, len(lines))), one.replace(b"\n", b" "))
    found, report = ids_of(b"\n".join(lines))
    assert found == [f"d{number}" for number in range(6)]
    assert report.rejects + report.blanks == len(garbage)
    assert report.lines == len(lines)


def error_beside_an_older_run(path: Path, lake: Path) -> str:
    """Return the error of a run after making sure that only what an older run wrote is there."""
    exportkit.to_parquet(io.BytesIO(GOOD), lake, tables=["data_rows"])
    before = everything_below(lake)
    modes: tuple[Literal["append", "overwrite"], ...] = ("append", "overwrite")
    said = []
    for mode in modes:
        with pytest.raises(ReadError) as raised:
            exportkit.to_parquet(path, lake, mode=mode, tables=["data_rows"])
        assert everything_below(lake) == before
        said.append(str(raised.value).replace(str(path), "EXPORT"))
    assert len(set(said)) == 1
    return said[0]


@pytest.mark.parametrize("form", ["gzip", "zstd"])
def test_a_truncated_compressed_file_adds_nothing_to_a_lake(form: str, tmp_path: Path) -> None:
    path = tmp_path / "export.ndjson"
    stored = COMPRESSORS[form](LONG_EXPORT)
    path.write_bytes(stored[: len(stored) // 2])
    problem, _, place = error_beside_an_older_run(path, tmp_path / "lake").partition(" (in EXPORT, byte ")
    assert problem == f"the {form} data ends in the middle"
    assert place.endswith(")\nhint: the file is incomplete; download or copy it again")


@pytest.mark.parametrize("form", ["gzip", "zstd"])
def test_a_compressed_file_damaged_in_the_middle_adds_nothing_to_a_lake(form: str, tmp_path: Path) -> None:
    path = tmp_path / "export.ndjson"
    stored = bytearray(COMPRESSORS[form](LONG_EXPORT))
    middle = len(stored) // 2
    stored[middle : middle + 64] = bytes(byte ^ 0xFF for byte in stored[middle : middle + 64])
    path.write_bytes(stored)
    said = error_beside_an_older_run(path, tmp_path / "lake")
    assert said.startswith(f"the {form} data is damaged (in EXPORT, byte ")


@pytest.fixture(scope="module")
def bomb(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of a few kilobytes that is 80 MB of blank lines and one data row."""
    path = tmp_path_factory.mktemp("bomb") / "export.ndjson.zst"
    path.write_bytes(COMPRESSORS["zstd"](GOOD + b"\n" + (b" " * 999_999 + b"\n") * 80))
    return path


def test_a_compression_bomb_adds_nothing_to_a_lake(bomb: Path, tmp_path: Path) -> None:
    assert bomb.stat().st_size < 10_000
    problem, _, place = error_beside_an_older_run(bomb, tmp_path / "lake").partition(" (in EXPORT, byte ")
    assert problem == "the zstd data expands more than 1000 times"
    assert place.endswith(")\nhint: raise max_compression_ratio if the source is trusted")


def test_the_limit_for_compression_bombs_can_be_raised_and_lifted(bomb: Path) -> None:
    for ratio in (100_000, None):
        batches = exportkit.iter_batches(bomb, max_compression_ratio=ratio)
        list(batches)
        report = batches.report
        assert (report.data_rows, report.blanks) == (1, 80)
        assert exportkit.read_table(bomb, "labels", max_compression_ratio=ratio).num_rows == 1


def test_the_command_names_the_limit_for_compression_bombs_and_takes_another(
    bomb: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["convert", str(bomb), str(tmp_path / "lake"), "--quiet"]
    assert main(command) == 1
    assert capsys.readouterr().err.endswith("hint: raise --max-compression-ratio if the source is trusted\n")
    assert main([*command, "--max-compression-ratio", "none"]) == 0
    assert main(["inspect", str(bomb), "--quiet", "--max-compression-ratio", "1e6"]) == 0


def test_the_limit_for_compression_bombs_can_be_lowered(tmp_path: Path) -> None:
    path = tmp_path / "export.ndjson.gz"
    path.write_bytes(COMPRESSORS["gzip"](GOOD + b"\n" + (b" " * 999_999 + b"\n") * 70))
    with pytest.raises(ReadError, match=r"^the gzip data expands more than 2\.5 times "):
        exportkit.read_table(path, "labels", max_compression_ratio=2.5)


def test_ids_that_look_like_paths_name_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    evil = "../../../evil"
    row = (
        GOOD.replace(b'"good"', b'"../../../evil"').replace(b'"p"', b'"/etc/evil"').replace(b'"l"', b'"C:x"')
    )
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    path = Path("export.ndjson")
    path.write_bytes(row + b'\n{"data_row_id":"/../evil"}\n')
    exportkit.to_parquet(path, "lake", export_id=evil)
    back = io.BytesIO()
    exportkit.to_ndjson("lake", back)
    assert b'"../../../evil"' in back.getvalue()
    named = [str(one.relative_to(tmp_path)) for one in tmp_path.rglob("*") if one.is_file()]
    assert {Path(name).parts[:2] for name in named} == {("work", "export.ndjson"), ("work", "lake")}
    assert not [name for name in named if "evil" in name]


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(EXPORT)


def shrink(path: Path) -> None:
    os.truncate(path, 5_000_000)


def exchange(path: Path) -> None:
    other = path.with_suffix(".new")
    other.write_bytes(path.read_bytes())
    other.replace(path)


@pytest.mark.parametrize(
    ("workers", "change"), [(1, grow), (1, shrink), (2, grow), (2, shrink), (2, exchange)]
)
def test_a_file_that_changes_under_a_run_adds_nothing_to_a_lake(
    workers: int, change: Callable[[Path], None], tmp_path: Path
) -> None:
    path = tmp_path / "export.ndjson"
    path.write_bytes(LONG_EXPORT * 24)
    size = path.stat().st_size
    first = path.stat().st_ino

    def once(_: object) -> None:
        if (path.stat().st_size, path.stat().st_ino) == (size, first):
            change(path)

    lake = tmp_path / "lake"
    with pytest.raises(ReadError) as raised:
        exportkit.to_parquet(path, lake, tables=["data_rows"], workers=workers, progress=once)
    assert str(path) in str(raised.value)
    assert SECRET not in str(raised.value)
    assert not lake.exists()


def test_a_file_that_is_replaced_before_its_long_line_is_read_again_adds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "export.ndjson"
    path.write_bytes(GOOD + b"\n" + GOOD)
    options = replace(make_options(), max_line_bytes=100)
    found = batches(path, options, lambda _: exchange(path))
    with pytest.raises(ReadError) as raised:
        list(found)
    assert str(raised.value) == (
        f"the file was replaced by another one while it was read (in {path})\n"
        "hint: wait until it is complete, or read a copy"
    )
