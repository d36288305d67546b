"""Goldens: takes the rows of a line, gives the form in which ``tests/golden`` keeps them, and writes it anew.

Run it from ``tests/`` with ``python -m oracle.goldens`` after a new line or a change of the tables, and
proofread what changed against ``schemas/README.md``: the oracle writes the goldens, a person vouches for
them.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from oracle.columns import COLUMNS, Tables
from oracle.comparison import without_nulls
from oracle.tables import tables_of_export

__all__ = ["GOLDENS", "golden_form", "write_goldens"]

GOLDENS = Path(__file__).parent.parent / "golden"
#: What depends on where the file lies or on wording.
LEFT_OUT = frozenset({"export_id", "source_uri", "byte_offset", "byte_length", "raw"})


def golden_form(tables: Tables) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of every table that has any, without nulls, as plain JSON values."""
    return {table: [_plain(table, row) for row in tables[table]] for table in COLUMNS if tables.get(table)}


def write_goldens() -> None:
    """Write the expected rows of every input in ``tests/golden``."""
    for source in sorted(GOLDENS.glob("*.ndjson")):
        tables = tables_of_export(source.read_bytes(), export_id="e", source_uri="s")
        text = _one_row_a_line(golden_form(tables))
        source.with_suffix(".json").write_text(text, encoding="utf-8")


def _one_row_a_line(tables: dict[str, list[dict[str, Any]]]) -> str:
    parts = []
    for table, rows in tables.items():
        lines = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in rows)
        parts.append(f'"{table}": [\n  {lines}\n]')
    return "{" + ",\n".join(parts) + "}\n"


def _plain(table: str, row: dict[str, Any]) -> dict[str, Any]:
    kept = without_nulls(table, row)
    return {column: _json(value) for column, value in kept.items() if column not in LEFT_OUT}


def _json(value: Any) -> Any:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value


if __name__ == "__main__":
    write_goldens()
