"""Converting rows in memory with and without a selection, and what is equal afterwards."""

from __future__ import annotations

import io
import json
from typing import Any

import exportkit
from exportkit.tables import TABLES

__all__ = ["OF_LABELS", "Tables", "converted", "converted_lines", "of_lines"]

Tables = dict[str, list[dict[str, Any]]]
#: Tables of labels and of what is below them.
OF_LABELS = ("labels", "objects", "classifications", "relationships", "segments", "key_frames")
#: Columns about the bytes of a line.
_OF_BYTES = ("byte_length", "byte_offset")


def converted(*rows: dict[str, Any], **asked: Any) -> Tables:
    """Convert rows; columns about the bytes of the line are left out."""
    lines = [json.dumps(row, ensure_ascii=False).encode() for row in rows]
    tables, _ = converted_lines(b"\n".join(lines), **asked)
    for row in tables.get("data_rows", ()):
        for name in _OF_BYTES:
            row.pop(name, None)
    return tables


def converted_lines(data: bytes, **asked: Any) -> tuple[Tables, exportkit.Report]:
    """Convert an export, and return the report beside the rows."""
    tables: Tables = {name: [] for name in asked.get("tables", TABLES)}
    batches = exportkit.iter_batches(io.BytesIO(data), export_id="e", **asked)
    for name, batch in batches:
        tables[name] += batch.to_pylist()
    return tables, batches.report


def of_lines(tables: Tables, lines: set[int]) -> Tables:
    """Return what tables hold of some lines."""
    return {name: [row for row in rows if row["line"] in lines] for name, rows in tables.items()}
