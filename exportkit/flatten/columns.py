"""Ways from lists of values and parts of structs to cells, shared by the tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from exportkit import attributes
from exportkit.flatten.extras import json_object
from exportkit.rows.features import Metric
from exportkit.tables.cells import Attribute, Bools, Cells, Lists, Same

__all__ = [
    "Columns",
    "lists_of",
    "metric_lists",
    "pick",
    "present",
    "spread_json",
]

#: What makes the cells of each column of a table.
Columns = dict[str, Callable[[], Cells]]


def present(values: list[Any]) -> Bools:
    """Return where `values` are not null."""
    return np.frombuffer(attributes.present(values, None), np.bool_)


def pick(structs: list[Any] | None, attribute: str) -> Cells:
    """Return an attribute of each struct, null where there is none or it has no such attribute."""
    return Same(None) if structs is None else Attribute(structs, attribute)


def lists_of(lists: Sequence[Sequence[Any] | None], items: Cells | Mapping[str, Cells]) -> Lists:
    """Return lists over flat `items`: null where there is no list, or an empty one."""
    counts = np.array([len(some) if some else 0 for some in lists], dtype=np.int64)
    return Lists(counts, items, counts > 0)


def metric_lists(structs: list[Any], attribute: str = "custom_metrics") -> Cells:
    """Return lists of name and value."""
    metrics: list[list[Metric] | None] | None = attributes.values(structs, attribute)
    if metrics is None or not any(metrics):
        return Same(None)
    flat = [one for some in metrics if some for one in some]
    return lists_of(metrics, {"name": Attribute(flat, "name"), "value": Attribute(flat, "value")})


def spread_json(found: Mapping[int, Mapping[str, Any]], count: int) -> Cells:
    """Return the JSON objects of the rows that have one, null elsewhere."""
    if not found:
        return Same(None)
    column: list[str | None] = [None] * count
    for at, value in found.items():
        column[at] = json_object(value)
    return column
