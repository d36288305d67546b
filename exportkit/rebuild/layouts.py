"""Layouts: where each column of a table stands in the object that its row was made of.

Takes the declaration of a table (the JSON path of each column), gives objects built from records. Columns
whose place depends on other columns are left to whoever knows the table.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from exportkit.json_text import on_one_line
from exportkit.rebuild.records import Record, columns_to_read
from exportkit.tables import pick_table

__all__ = ["Layout"]

#: Keys of the objects around a value, its own key, and what turns a column's value into it.
_Step = tuple[tuple[str, ...], str, Callable[[str], Any] | None]


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
        self._steps: dict[str, _Step] = {}
        for name in columns_to_read(declared):
            column = declared.column(name)
            if column.source and name not in without:
                *parents, key = column.source.split(".")
                self._steps[name] = (tuple(parents), key, on_one_line if column.json else None)

    def fill(self, record: Record) -> dict[str, Any]:
        """Return the object that the columns of `record` describe."""
        built: dict[str, Any] = {}
        steps = self._steps
        for name, value in record.items():
            if name in steps:
                parents, key, convert = steps[name]
                place = built
                for parent in parents:
                    if parent not in place:
                        place[parent] = {}
                    place = place[parent]
                place[key] = value if convert is None else convert(value)
        return built
