"""Gathering: values and children of many structs at once, as cells; shared by the tables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from exportkit.native import attributes
from exportkit.rows.features import Metric
from exportkit.tables.cells import NULLS, Attribute, Bools, Cells, Ints, Lists

__all__ = [
    "Children",
    "Columns",
    "children",
    "lists_of",
    "metric_lists",
    "pick",
    "present",
]

#: Structs whose attributes become columns.
Structs = list[Any] | attributes.Structs

#: What makes the cells of each column of a table.
Columns = dict[str, Callable[[], Cells]]


class Children(NamedTuple):
    """What some lists, or dictionaries, hold; each of them is the parent of its items.

    Attributes
    ----------
    at, counts : ndarray of int64
        Positions of the parents that hold anything, and how many items each holds.
    items, keys : list
        All items, one parent after the other; the keys of dictionaries.
    """

    at: Ints
    counts: Ints
    items: list[Any]
    keys: list[Any]

    def parent_at(self) -> Ints:
        """Return, for each item, the position of its parent."""
        return np.repeat(self.at, self.counts)

    def positions(self) -> Ints:
        """Return, for each item, its position in its parent."""
        starts = np.cumsum(self.counts) - self.counts
        return np.arange(len(self.items), dtype=np.int64) - np.repeat(starts, self.counts)


def children(structs: Structs, attribute: str | None) -> Children | None:
    """Return what the lists or dictionaries under an attribute hold, None where they hold nothing."""
    found = attributes.children(structs, attribute)
    if found is None:
        return None
    at, counts, items, keys = found
    return Children(np.frombuffer(at, np.int64), np.frombuffer(counts, np.int64), items, keys)


def present(values: list[Any]) -> Bools:
    """Return where `values` are not null."""
    return np.frombuffer(attributes.present(values, None), np.bool_)


def pick(structs: Structs | None, attribute: str) -> Cells:
    """Return an attribute of each struct, null where there is none or it has no such attribute."""
    return NULLS if structs is None else Attribute(structs, attribute)


def lists_of(lists: Sequence[Sequence[Any] | None], items: Cells | Mapping[str, Cells]) -> Lists:
    """Return lists over flat `items`: null where there is no list, or an empty one."""
    counts = np.array([len(some) if some else 0 for some in lists], dtype=np.int64)
    return Lists(counts, items, counts > 0)


def metric_lists(structs: Structs, attribute: str = "custom_metrics") -> Cells:
    """Return lists of name and value."""
    metrics: list[list[Metric] | None] | None = attributes.values(structs, attribute)
    if metrics is None or not any(metrics):
        return NULLS
    flat = [one for some in metrics if some for one in some]
    return lists_of(metrics, {"name": Attribute(flat, "name"), "value": Attribute(flat, "value")})
