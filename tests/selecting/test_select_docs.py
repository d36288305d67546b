"""What the pages about choosing, old exports and rejects show is what happens."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import get_args

import pytest

from exportkit.select import Filters, LabelPolicy, Params
from exportkit.select.params import SWITCHED
from house.test_house_examples import blocks_of, run_console, run_python

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "docs" / name for name in ("choosing.md", "old_exports.md", "rejects.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_examples_run_as_printed(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(ROOT / "examples" / "export.ndjson", tmp_path)
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {}
    for block in blocks_of(page.read_text("utf-8")):
        if block.language == "python":
            run_python(block, names)
        else:
            run_console(block)


@pytest.mark.parametrize(
    "name", [*Filters.__annotations__, *Params.__annotations__, *get_args(LabelPolicy), *SWITCHED]
)
def test_every_name_is_explained(name: str) -> None:
    assert f"`{name}`" in PAGES[0].read_text("utf-8")
