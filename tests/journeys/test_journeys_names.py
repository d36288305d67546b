"""Files and lakes may have any name that the file system takes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import exportkit
from exportkit.cli import main
from exportkit.place import in_unicode, printable

pytestmark = pytest.mark.filterwarnings("ignore::exportkit.ExportkitWarning")
DATA = b'{"data_row":{"id":"c1"}}\n{"data_row":1}\n'
NAMES = [
    b"caf\xe9",
    b"a%20b#c",
    b"~tilde",
    b"q?x",
    b"two\nlines",
    b"\x1b[2J",
    "März".encode(),
    b"[a]*",
    b"\xff\xfe",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_file_and_a_lake_may_have_any_name(
    name: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / os.fsdecode(name + b".ndjson")
    lake = tmp_path / os.fsdecode(b"lake of " + name)
    path.write_bytes(DATA)
    for source in (str(path), tmp_path):
        report = exportkit.to_parquet(source, lake, mode="overwrite")
        assert report.sources == (in_unicode(str(path)),)
        assert printable(report.sources[0]) in report.first_rejects[0]
        report.first_rejects[0].encode()
        table = exportkit.read_table(path, "data_rows")
        assert table.column("source_uri").to_pylist() == [report.sources[0]]
        assert list(lake.glob("data_rows/*.parquet"))
    assert main(["validate", str(path)]) == 3
    assert main(["convert", str(path), str(lake), "--mode", "append", "--json"]) == 3
    assert main(["rejects", str(lake)]) == 0
    assert main(["convert", str(path), str(lake)]) == 1
    output = capsys.readouterr()
    assert "\x1b" not in output.out + output.err
    output.out.encode()


def test_a_url_of_a_file_may_escape_any_byte(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9 %.ndjson")).write_bytes(DATA)
    url = f"file://{tmp_path}/caf%E9%20%25.ndjson"
    assert exportkit.read_table(url, "data_rows").num_rows == 1


def test_a_tilde_is_the_home_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "e.ndjson").write_bytes(DATA)
    table = exportkit.read_table("~/e.ndjson", "data_rows")
    assert table.column("source_uri").to_pylist() == ["~/e.ndjson"]
    assert exportkit.read_table("~/*.ndjson", "data_rows").num_rows == 1


@given(st.binary(max_size=20))
def test_any_bytes_are_shown_on_one_line_as_text_that_can_be_written(name: bytes) -> None:
    shown = printable(os.fsdecode(name))
    assert shown.isprintable()
    shown.encode()


@given(st.text(st.characters() | st.characters(categories=["Cs"])))
def test_any_text_is_shown_on_one_line_as_text_that_can_be_written(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    shown.encode()
