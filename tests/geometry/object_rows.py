"""Rows of `objects` with nothing in them but what a test is about."""

from __future__ import annotations

from typing import Any

import pyarrow as pa

import exportkit

SCHEMA = exportkit.schema("objects")


def objects_of(shapes: list[dict[str, Any]]) -> pa.Table:
    """Return one row for each of some shapes, all columns included."""
    whole = [
        {field.name: None if field.nullable else _some(field) for field in SCHEMA} | {"line": line} | shape
        for line, shape in enumerate(shapes, 1)
    ]
    return pa.Table.from_pylist(whole, schema=SCHEMA)


def _some(field: pa.Field) -> Any:
    return "e" if pa.types.is_string(field.type) else 0
