"""Paths: the place of a column's value in an input line, as one JSON path."""

from __future__ import annotations

from exportkit.tables.declaration import Column, Table

__all__ = ["source_path"]


def source_path(table: Table, column: Column) -> str | None:
    """Return the JSON path of `column` from the line's root; None for a column that is derived."""
    if not column.source or column.source.startswith("$"):
        return column.source or None
    return table.root + ("" if column.source.startswith("[") else ".") + column.source
