"""Directories: what begins as an export is read, others are named, and bad sources may be left out."""

from __future__ import annotations

import gzip
import io
import json
import os
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

import exportkit
from exportkit.cli import main
from exportkit.errors import ExportkitWarning, ReadError

ROW = b'{"data_row":{"id":"%b"}}\n'
EXPORTS = {
    "a.ndjson": ROW % b"a",
    "b.txt": ROW % b"b",
    "c.zst.gz": gzip.compress(ROW % b"c"),
    "d": b"\xef\xbb\xbf\n[" + ROW % b"d" + b"]",
    "e.data": json.dumps((ROW % b"e").decode()).encode(),
    "f.csv": b"ID,DataRow ID,Label\nl,f,{}\n",
    "sub/g.out": b'{\n  "data_row": {"id": "g"}}',
}
OTHERS = {
    "h.txt": b"notes",
    "i.gz": gzip.compress(b"notes"),
    "j.gz": b"\x1f\x8b\x08damaged",
    "k.ndjson.bak": ROW % b"k",
    "l.ndjson~": ROW % b"l",
    "m.png": b"\x89PNG",
    "n.csv": b"id,name\n1,data_row\n",
    "o": b"",
    "sub/p.md": b'The key "data_row": ...',
    "_raw-1.bin": ROW % b"q",
}
PIPES = ["pipe", "pipe.ndjson", "sub/pipe.json.gz"]
HIDDEN = {".r.ndjson": ROW % b"r", ".git/s": ROW % b"s"}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    for name, data in (EXPORTS | OTHERS | HIDDEN).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    for name in PIPES:
        os.mkfifo(folder / name)
    return folder


@pytest.mark.parametrize("workers", [1, 2])
def test_a_directory_reads_what_begins_as_an_export_and_names_the_rest(
    workers: int, directory: Path, tmp_path: Path
) -> None:
    report = exportkit.to_parquet(directory, tmp_path / "lake", workers=workers)
    assert sorted(report.sources) == sorted(str(directory / name) for name in EXPORTS)
    assert sorted(report.passed_over) == sorted(str(directory / name) for name in [*OTHERS, *PIPES])
    assert report.data_rows == len(EXPORTS)


def test_the_summary_names_what_was_passed_over(
    directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["convert", str(directory), str(tmp_path / "lake")]) == 0
    shown = capsys.readouterr().out
    assert "13 files passed over, no export by its bytes:" in shown
    assert "  … and 8 more" in shown


BAD: dict[str, Any] = {
    "empty.ndjson": b"",
    "page.json": b"<html></html>",
    "broken.json.gz": b"\x1f\x8b\x08damaged",
    "coco.json": b'{"images": [], "annotations": [], "categories": []}',
    "v1.json": b'[{"DataRow ID": "d", "Label": {}}, 5]',
}


@pytest.mark.parametrize("workers", [1, 2])
def test_bad_sources_are_left_out_and_named(workers: int, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name, data in {**BAD, "good.ndjson": ROW % b"a", "last.ndjson": ROW % b"b"}.items():
        (folder / name).write_bytes(data)
    (folder / "dangling.ndjson").symlink_to(tmp_path / "nothing")
    sources = [
        folder,
        tmp_path / "missing.ndjson",
        str(tmp_path / "no*thing"),
        tmp_path / "lake of none" / "x",
    ]
    asked: dict[str, Any] = {"workers": workers, "on_bad_source": "skip"}
    report = exportkit.to_parquet(sources, tmp_path / "lake", **asked)
    assert report.sources == (str(folder / "good.ndjson"), str(folder / "last.ndjson"))
    assert (report.data_rows, len(report.bad_sources)) == (2, len(BAD) + 4)
    for name in [*BAD, "dangling.ndjson", "missing.ndjson", "no*thing"]:
        assert any(name in message for message in report.bad_sources), name
    with pytest.raises((ReadError, FileNotFoundError)):
        exportkit.to_parquet(sources, tmp_path / "lake", mode="append", workers=workers)


def test_the_command_ends_with_3_where_it_left_a_source_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.ndjson").write_bytes(ROW % b"a")
    (tmp_path / "b.ndjson").touch()
    sources = [str(tmp_path / "a.ndjson"), str(tmp_path / "b.ndjson"), str(tmp_path / "lake")]
    assert main(["convert", *sources]) == 1
    assert main(["convert", *sources, "--on-bad-source", "skip"]) == 3
    assert f"1 source left out:\n  the input is empty (in {tmp_path}/b.ndjson)" in capsys.readouterr().out


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("mode", ["error", "append", "overwrite"])
def test_a_run_without_one_source_that_can_be_read_writes_nothing(
    mode: Any, workers: int, tmp_path: Path
) -> None:
    lake, empty = tmp_path / "lake", tmp_path / "empty.ndjson"
    empty.touch()
    if mode != "error":
        exportkit.to_parquet(io.BytesIO(ROW % b"a"), lake)
    before = sorted(lake.rglob("*"))
    sources = [empty, tmp_path / "missing.ndjson", str(tmp_path / "*.nothing")]
    with pytest.raises(ReadError) as caught:
        exportkit.to_parquet(sources, lake, mode=mode, workers=workers, on_bad_source="skip")
    assert str(caught.value) == f"no source could be read: the input is empty (in {empty}); and 2 more"
    assert sorted(lake.rglob("*")) == before


def test_a_table_of_nothing_but_bad_sources_is_an_error(tmp_path: Path) -> None:
    missing = tmp_path / "missing.ndjson"
    with pytest.raises(ReadError) as caught:
        exportkit.read_table(missing, "labels", on_bad_source="skip")
    assert str(caught.value) == f"no source could be read: No such file or directory (in {missing})"


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("on_bad_row", ["reject", "skip"])
def test_lines_of_which_none_is_a_row_take_the_place_of_no_table(
    on_bad_row: Any, workers: int, tmp_path: Path
) -> None:
    lake, page = tmp_path / "lake", tmp_path / "page.json"
    page.write_bytes(b'{"errors": [{"message": "not authorized"}]}\n')
    asked: dict[str, Any] = {"mode": "overwrite", "workers": workers, "on_bad_row": on_bad_row}
    with pytest.warns(ExportkitWarning) if on_bad_row == "reject" else nullcontext():
        assert exportkit.to_parquet(page, lake, **asked).bad_lines == 1  # nothing is lost
    exportkit.to_parquet(io.BytesIO(ROW % b"a"), lake, mode="overwrite")
    before = sorted(lake.rglob("*"))
    with pytest.raises(ReadError, match=r"^no line could become a row; the first: "):
        exportkit.to_parquet(page, lake, **asked)
    assert sorted(lake.rglob("*")) == before


@pytest.mark.parametrize("source", [b"[]", ROW % b"a"])
def test_an_export_without_rows_and_a_filter_that_keeps_none_take_the_place_of_tables(
    source: bytes, tmp_path: Path
) -> None:
    lake = tmp_path / "lake"
    exportkit.to_parquet(io.BytesIO(ROW % b"a"), lake)
    filters: Any = {"data_row_ids": ["other"]}
    report = exportkit.to_parquet(io.BytesIO(source), lake, mode="overwrite", filters=filters)
    assert (report.data_rows, exportkit.read_table(lake, "data_rows").num_rows) == (0, 0)


@pytest.mark.parametrize("command", ["inspect", "validate"])
def test_a_directory_that_converts_can_be_looked_at_as_well(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.ndjson").write_bytes(ROW % b"a")
    (tmp_path / "b.ndjson").touch()
    (tmp_path / "c.txt").write_bytes(b"notes")
    assert main([command, str(tmp_path)]) == 1
    capsys.readouterr()
    assert main([command, str(tmp_path), "--on-bad-source", "skip"]) == 3
    shown = capsys.readouterr().out
    assert f"1 source left out:\n  the input is empty (in {tmp_path}/b.ndjson)" in shown
    assert f"1 file passed over, no export by its bytes:\n  {tmp_path}/c.txt" in shown


def test_a_source_that_breaks_off_later_ends_the_run_in_either_case(tmp_path: Path) -> None:
    path = tmp_path / "cut.ndjson.gz"
    path.write_bytes(gzip.compress(b"".join(ROW % b"%d" % at for at in range(200_000)))[:-9])
    with pytest.raises(ReadError, match="ends in the middle"):
        exportkit.read_table([path, io.BytesIO(ROW % b"x")], "data_rows", on_bad_source="skip")
