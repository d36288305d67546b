"""Directories: what begins as an export is read, others are named, and bad sources may be left out."""

from __future__ import annotations

import gzip
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

import exportkit
from exportkit.cli import main
from exportkit.errors import ReadError

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
HIDDEN = {".r.ndjson": ROW % b"r", ".git/s": ROW % b"s"}


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    for name, data in (EXPORTS | OTHERS | HIDDEN).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    os.mkfifo(folder / "pipe")
    return folder


@pytest.mark.parametrize("workers", [1, 2])
def test_a_directory_reads_what_begins_as_an_export_and_names_the_rest(
    workers: int, directory: Path, tmp_path: Path
) -> None:
    report = exportkit.to_parquet(directory, tmp_path / "lake", workers=workers)
    assert sorted(report.sources) == sorted(str(directory / name) for name in EXPORTS)
    assert sorted(report.passed_over) == sorted(str(directory / name) for name in [*OTHERS, "pipe"])
    assert report.data_rows == len(EXPORTS)


def test_the_summary_names_what_was_passed_over(
    directory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["convert", str(directory), str(tmp_path / "lake")]) == 0
    shown = capsys.readouterr().out
    assert "11 files passed over, no export by its bytes:" in shown
    assert "  … and 6 more" in shown


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


def test_a_source_that_breaks_off_later_ends_the_run_in_either_case(tmp_path: Path) -> None:
    path = tmp_path / "cut.ndjson.gz"
    path.write_bytes(gzip.compress(b"".join(ROW % b"%d" % at for at in range(200_000)))[:-9])
    with pytest.raises(ReadError, match="ends in the middle"):
        exportkit.read_table([path, io.BytesIO(ROW % b"x")], "data_rows", on_bad_source="skip")
