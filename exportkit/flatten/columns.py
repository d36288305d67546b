"""Ways from lists of values and parts of structs to cells, shared by the tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from exportkit.flatten.extras import json_object
from exportkit.flatten.numbers import float_fields
from exportkit.rows.features import Metric
from exportkit.tables.cells import Bools, Cells, Lists, Numbers, Same

__all__ = [
    "Columns",
    "lists_of",
    "metric_lists",
    "optional",
    "parts",
    "pick",
    "present",
    "spread_fields",
    "spread_json",
]

#: What makes the cells of each column of a table.
Columns = dict[str, Callable[[], Cells]]


def optional(values: list[Any]) -> Cells:
    """Return `values` as cells, in short where all are null."""
    return Same(None) if values.count(None) == len(values) else values


def parts(values: list[Any]) -> list[Any] | None:
    """Return `values`, or None where all of them are."""
    return None if values.count(None) == len(values) else values


def present(values: Sequence[Any]) -> Bools:
    """Return where `values` are not null."""
    return np.array([value is not None for value in values], dtype=np.bool_)


def pick(values: list[Any] | None, attribute: str) -> Cells:
    """Return an attribute of each part, null where there is no part or it has no such attribute."""
    if values is None:
        return Same(None)
    return [getattr(value, attribute, None) for value in values]


def lists_of(lists: Sequence[Sequence[Any] | None], items: Cells | Mapping[str, Cells]) -> Lists:
    """Return lists over flat `items`: null where there is no list, or an empty one."""
    counts = np.array([len(some) if some else 0 for some in lists], dtype=np.int64)
    return Lists(counts, items, counts > 0)


def metric_lists(metrics: list[list[Metric] | None]) -> Cells:
    """Return lists of name and value."""
    if not any(metrics):
        return Same(None)
    flat = [one for some in metrics if some for one in some]
    items: Mapping[str, Cells] = {"name": [one.name for one in flat], "value": [one.value for one in flat]}
    return lists_of(metrics, items)


def spread_fields(values: list[Any] | None, cls: type[Any]) -> Callable[[str], Cells]:
    """Return what gives the column of a float field of parts of class `cls`; all fields at the first use."""
    columns: dict[str, Cells] = {}

    def column(name: str) -> Cells:
        if values is None:
            return Same(None)
        if not columns:
            held = [value for value in values if value is not None]
            found = float_fields(held, cls)
            if len(held) == len(values):
                columns.update(found)
            else:
                valid = present(values)
                for field, numbers in found.items():
                    full = np.zeros(len(values))
                    full[valid] = numbers
                    columns[field] = Numbers(full, valid)
        return columns[name]

    return column


def spread_json(found: Mapping[int, Mapping[str, Any]], count: int) -> Cells:
    """Return the JSON objects of the rows that have one, null elsewhere."""
    if not found:
        return Same(None)
    column: list[str | None] = [None] * count
    for at, value in found.items():
        column[at] = json_object(value)
    return column
