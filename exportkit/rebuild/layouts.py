"""Layouts: where each column of a table stands in the object that its row was made of.

Takes the declaration of a table (the JSON path of each column), gives objects built from records. Columns
whose place depends on other columns are left to whoever knows the table.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from exportkit.rebuild.json_texts import as_given
from exportkit.rebuild.records import Record, columns_to_read
from exportkit.tables import pick_table

__all__ = ["Layout"]


class Layout:
    """The columns of a table that have one place in its source object.

    Parameters
    ----------
    table : str
        Name of the table.
    without : collection of str
        Columns that are placed otherwise.
    """

    def __init__(self, table: str, *, without: Collection[str] = ()) -> None:
        declared = pick_table(table)
        self._flat: dict[str, str] = {}
        self._nested: dict[str, tuple[tuple[str, ...], str]] = {}
        self._json: dict[str, Callable[[str], Any]] = {}
        for name in columns_to_read(declared):
            column = declared.column(name)
            if not column.source or name in without:
                continue
            *parents, key = column.source.split(".")
            if column.json:
                self._json[name] = as_given
            if parents:
                self._nested[name] = (tuple(parents), key)
            else:
                self._flat[name] = key

    def fill(self, record: Record) -> dict[str, Any]:
        """Return the object that the columns of `record` describe."""
        built: dict[str, Any] = {}
        flat, nested, texts = self._flat, self._nested, self._json
        for name, held in record.items():
            value = texts[name](held) if name in texts else held
            if name in flat:
                built[flat[name]] = value
            elif name in nested:
                parents, key = nested[name]
                place = built
                for parent in parents:
                    place = place.setdefault(parent, {})
                place[key] = value
        return built
