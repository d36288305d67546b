"""Source objects: the JSON object that a table row was made from.

Takes rows and the declaration of their table, which has the JSON path of each column; gives the object that
the columns describe, and merges into it what the row's ``extra`` holds. In `extra` a list index is a string
key, and a list item that was no object stands under ``$value``. Columns whose place depends on other columns
are left to the module that knows the table.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from exportkit.json_text import on_one_line, read_json
from exportkit.rebuild.table_rows import TableRow, columns_to_read
from exportkit.rows import VALUE_KEY
from exportkit.tables import pick_table

__all__ = ["Layout", "extra_of", "merge", "whole"]


#: Keys of the objects around a value, its own key, and the conversion of a column's value, if it needs one.
_Step = tuple[tuple[str, ...], str, Callable[[str], Any] | None]


class Layout:
    """The columns of a table that have a fixed place in its source object.

    Parameters
    ----------
    table : str
        Name of the table.
    without : collection of str
        Columns that the caller places.
    """

    def __init__(self, table: str, *, without: Collection[str] = ()) -> None:
        declared = pick_table(table)
        self._steps: dict[str, _Step] = {}
        for name in columns_to_read(declared):
            column = declared.column(name)
            if column.source and name not in without:
                *parents, key = column.source.split(".")
                self._steps[name] = (tuple(parents), key, on_one_line if column.json else None)

    def fill(self, row: TableRow) -> dict[str, Any]:
        """Return the object that the columns of `row` describe."""
        built: dict[str, Any] = {}
        steps = self._steps
        for name, value in row.items():
            if name in steps:
                parents, key, convert = steps[name]
                place = built
                for parent in parents:
                    if parent not in place:
                        place[parent] = {}
                    place = place[parent]
                place[key] = value if convert is None else convert(value)
        return built


def extra_of(row: TableRow) -> dict[str, Any]:
    """Return the ``extra`` of a row as a new dictionary: what its source object held beside the columns."""
    text = row.get("extra")
    if text is None:
        return {}
    extra = read_json(text)
    return extra if isinstance(extra, dict) else {}


def whole(built: dict[str, Any], extra: Mapping[str, Any]) -> Any:
    """Return an object with its `extra`, or the plain item that stood in the object's place."""
    if not extra:
        return built
    if not built and extra.keys() == {VALUE_KEY}:
        return extra[VALUE_KEY]
    return merge(built, extra)


def merge(built: Any, extra: Any) -> Any:
    """Merge `extra` into `built`, key by key and index by index; where nothing was built, return `extra`."""
    if isinstance(extra, Mapping):
        if isinstance(built, dict):
            for key, value in extra.items():
                held = built.get(key)
                built[key] = value if held is None else merge(held, value)
            return built
        if isinstance(built, list) and built:
            for key, value in extra.items():
                if key.isdecimal() and int(key) < len(built):
                    built[int(key)] = merge(built[int(key)], value)
            return built
    return extra
