"""Every golden line becomes the rows that its golden file holds, which people have proofread."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import exportkit
from oracle import rows_of_batches
from oracle.equality import canonical
from oracle.goldens import GOLDENS, golden_form

LINES = sorted(GOLDENS.glob("*.ndjson"))


def sorted_rows(tables: dict[str, list[dict[str, Any]]]) -> dict[str, list[str]]:
    """Return rows as text, sorted: their order within a line is free."""
    return {table: sorted(canonical(row) for row in rows) for table, rows in tables.items()}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.stem)
def test_a_line_becomes_the_rows_of_its_golden(line: Path) -> None:
    expected = json.loads(line.with_suffix(".json").read_text(encoding="utf-8"))
    actual = golden_form(rows_of_batches(exportkit.iter_batches(line)))
    assert sorted_rows(actual) == sorted_rows(expected)


def test_there_is_a_golden_for_every_line_and_no_other() -> None:
    assert len(LINES) > 0
    assert {path.stem for path in GOLDENS.glob("*.json")} == {line.stem for line in LINES}
