"""Cells: the forms in which `flatten` hands the values of one column to `batch`.

A column of a block is one of

- a ``list`` of Python values, ``None`` for null;
- `Attribute`: one attribute of many structs, which `batch` reads without a Python value a cell;
- a numpy array, no nulls;
- `Numbers`: a numpy array with a mask;
- `Same`: one value for every row;
- `Coded`: values by code, for what repeats (parent ids, paths);
- `Lists`: lists by counts over cells of items.

The forms differ in cost only, never in meaning.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct, field

from exportkit.native import attributes

__all__ = [
    "NULLS",
    "Attribute",
    "Bools",
    "Cells",
    "Coded",
    "Ints",
    "Leftovers",
    "Lists",
    "Numbers",
    "Same",
    "TableBlock",
]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Attribute(Struct, frozen=True):
    """The attribute `name` of each of `structs`; null where there is no struct or no such attribute."""

    structs: list[Any] | attributes.Structs
    name: str


class Numbers(Struct, frozen=True):
    """Numbers with nulls: `values[i]` counts only where `valid[i]`."""

    values: npt.NDArray[Any]
    valid: Bools


class Same(Struct, frozen=True):
    """The same value in every row."""

    value: Any


#: A column without any value.
NULLS = Same(None)


class Coded(Struct, frozen=True):
    """`values[codes[i]]` in row i; null where the code is -1."""

    codes: Ints
    values: list[Any]


class Lists(Struct, frozen=True):
    """Lists of `counts[i]` items, all items in one run; null where `valid` is given and false.

    `items` are cells of the item type, or cells by field name for items that are structs.
    """

    counts: Ints
    items: Cells | Mapping[str, Cells]
    valid: Bools | None = None


Cells = list[Any] | Attribute | npt.NDArray[Any] | Numbers | Same | Coded | Lists


class Leftovers(Struct, frozen=True):
    """What the source of some rows held beside their columns, counted.

    Attributes
    ----------
    unknown_fields : Counter of str
        Fields without a column, by table and path.
    drifted_fields : Counter of str
        Fields whose value does not fit their column, by table and path.
    unknown_kinds : Counter of str
        Annotation kinds that the format catalogue does not know.
    """

    unknown_fields: Counter[str] = field(default_factory=Counter)
    drifted_fields: Counter[str] = field(default_factory=Counter)
    unknown_kinds: Counter[str] = field(default_factory=Counter)


class TableBlock(Struct, frozen=True):
    """The rows that one block adds to one table.

    Attributes
    ----------
    table : str
        Name of the table.
    length : int
        Number of rows.
    columns : mapping of str to callable
        What makes the cells of a column; a column without an entry is null in every row.
        Called at most once each, and only for columns that somebody asked for.
    leftovers : Leftovers
        Counts that grow as the columns are made.
    """

    table: str
    length: int
    columns: Mapping[str, Callable[[], Cells]]
    leftovers: Leftovers = field(default_factory=Leftovers)
