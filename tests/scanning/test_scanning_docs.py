"""What the page about reading shows is what happens."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from house.test_house_examples import blocks_of, run_console, run_python

ROOT = Path(__file__).parents[2]


def test_the_examples_about_reading_run_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "examples" / "export.ndjson", tmp_path)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    blocks = blocks_of((ROOT / "docs" / "reading.md").read_text("utf-8"))
    assert {block.language for block in blocks} == {"python", "console"}
    for block in blocks:
        if block.language == "python":
            run_python(block, names)
        else:
            run_console(block)
