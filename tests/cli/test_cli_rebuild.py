"""``exportkit rebuild``: lines go into a lake and come back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from exportkit.cli import main
from oracle import rows_equal

EXPORT = Path(__file__).parents[2] / "examples" / "export.ndjson"


def test_lines_that_were_converted_come_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lake, back = tmp_path / "lake", tmp_path / "back.ndjson"
    assert main(["convert", str(EXPORT), str(lake), "--quiet"]) == 0
    assert main(["rebuild", str(lake), str(back), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["data_rows"] == 47
    pairs = zip(EXPORT.read_bytes().splitlines(), back.read_bytes().splitlines(), strict=True)
    assert all(rows_equal(line, again) for line, again in pairs)


def test_what_is_no_lake_is_said_to_be_none(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rebuild", str(tmp_path), str(tmp_path / "back.ndjson")]) == 1
    assert capsys.readouterr().err.startswith("error: ")
    assert not (tmp_path / "back.ndjson").exists()
