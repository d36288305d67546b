"""The example export is what its script writes, and shows what the format catalogue covers."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from oracle import tables_of_export

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "examples" / "export.ndjson"
MAX_BYTES = 400_000


def test_the_example_is_what_its_script_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    written = import_module("examples.make_export").make_export()
    assert written == EXAMPLE.read_bytes(), "run: python -m examples.make_export"


def test_the_example_is_small_and_fills_the_columns_without_leftovers() -> None:
    export = EXAMPLE.read_bytes()
    tables = tables_of_export(export, export_id="e", source_uri="s")
    assert len(export) < MAX_BYTES
    assert not tables.pop("rejects")
    assert all(tables.values())
    assert not [row for rows in tables.values() for row in rows if row["extra"] or row.get("payload")]
