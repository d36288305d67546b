"""What the page about runs shows is what happens."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from house.test_house_examples import blocks_of, run_python

ROOT = Path(__file__).parents[2]


def test_the_examples_about_runs_run_as_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "examples" / "export.ndjson", tmp_path)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    blocks = blocks_of((ROOT / "docs" / "runs.md").read_text("utf-8"))
    assert {block.language for block in blocks} == {"python"}
    for block in blocks:
        run_python(block, names)
