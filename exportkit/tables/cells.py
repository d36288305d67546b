"""Cells: the forms in which `flatten` hands the values of one column to `batch`.

A column of a block is one of

- a ``list`` of Python values, ``None`` for null;
- `Attribute`: one attribute of many structs, which `batch` reads without one Python value per cell;
- a numpy array, no nulls;
- `Numbers`: a numpy array with a mask;
- `Same`: one value for every row;
- `Coded`: values by code, for what repeats (parent ids, paths);
- `Lists`: lists by counts over cells of items.

The forms differ in cost only, never in meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct, field

from exportkit.native import attributes
from exportkit.report import Leftovers

__all__ = [
    "NULLS",
    "Attribute",
    "Bools",
    "Cells",
    "Coded",
    "Ints",
    "Lists",
    "Numbers",
    "Same",
    "TableBlock",
]

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Attribute(Struct, frozen=True):
    """The attribute `name` of each of `structs`; null if there is no struct or no such attribute."""

    structs: list[Any] | attributes.Structs
    name: str


class Numbers(Struct, frozen=True):
    """Numbers with nulls: row i is `values[i]` if `valid[i]`, else null."""

    values: npt.NDArray[Any]
    valid: Bools


class Same(Struct, frozen=True):
    """The same value in every row."""

    value: Any


#: A column without any value.
NULLS = Same(None)


class Coded(Struct, frozen=True):
    """Row i is `values[codes[i]]`; null if the code is -1."""

    codes: Ints
    values: list[Any]


class Lists(Struct, frozen=True):
    """Row i is a list of the next `counts[i]` items; null if `valid` is given and `valid[i]` is false.

    `items` are cells of the item type, or cells by field name for items that are structs.
    """

    counts: Ints
    items: Cells | Mapping[str, Cells]
    valid: Bools | None = None


Cells = list[Any] | Attribute | npt.NDArray[Any] | Numbers | Same | Coded | Lists


class TableBlock(Struct, frozen=True):
    """The rows that one block adds to one table.

    Attributes
    ----------
    table : str
        Name of the table.
    length : int
        Number of rows.
    columns : mapping of str to callable
        Functions that make the cells of a column; a column without an entry is null in every row. Each is
        called at most once, and only if its column is needed.
    """

    table: str
    length: int
    columns: Mapping[str, Callable[[], Cells]]
    leftovers: Leftovers = field(default_factory=Leftovers)
