"""Cells in every form that a column may come in, with the Python values that they stand for.

A seed decides, not hypothesis draw by draw: a table has up to forty columns, and a draw costs more than
a cell.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa

from exportkit.batch import arrow_schema
from exportkit.native.attributes import Structs
from exportkit.tables import TABLES
from exportkit.tables.cells import Attribute, Cells, Coded, Lists, Numbers, Same
from exportkit.tables.types import (
    BINARY,
    BOOL,
    FLOAT64,
    INT32,
    INT64,
    STRING,
    TIMESTAMP,
    ColumnType,
    ListOf,
    StructOf,
)

__all__ = ["ARROW_TYPES", "INSTANTS", "cells_of", "expanded", "value_of"]

NUMPY = {INT32: np.int32, INT64: np.int64, FLOAT64: np.float64, BOOL: np.bool_}
#: Strings as exports hold them: ids of one length, few that repeat, and others.
TEXTS = (
    "cm00000000000000000000001", "cm00000000000000000000002", "cm00000000000000000000003", "", "a", "b", "é",
    "a\0b", "東京", "x" * 31, "x" * 32, "\u2028",
)  # fmt: skip
#: Instants as the platform spells them.
INSTANTS = {
    "2025-03-02T08:00:00.000+00:00": datetime(2025, 3, 2, 8, tzinfo=UTC),
    "2025-03-02T10:00:00+02:00": datetime(2025, 3, 2, 8, tzinfo=UTC),
    "2025-03-02T08:00:00.000001Z": datetime(2025, 3, 2, 8, 0, 0, 1, tzinfo=UTC),
    "1969-12-31T23:59:59": datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC),
    "0001-01-01T00:00:00Z": datetime(1, 1, 1, tzinfo=UTC),
    "9999-12-31T23:59:59.999999Z": datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
}
#: Every type that a column has, with the Arrow type it is declared as.
ARROW_TYPES: dict[ColumnType, pa.DataType] = {
    column.type: arrow_schema(table.name).field(column.name).type
    for table in TABLES.values()
    for column in table.columns
    if column.type != TIMESTAMP
}


def value_of(chance: Random, declared: ColumnType, *, null: bool = True) -> Any:
    """Return a value of a declared type, as Arrow shows it; of a timestamp, the text."""
    if null and chance.random() < 0.3:
        return None
    if isinstance(declared, ListOf):
        return [value_of(chance, declared.item, null=False) for _ in range(chance.randrange(4))]
    if isinstance(declared, StructOf):
        return {one.name: value_of(chance, one.type, null=one.null) for one in declared.fields}
    return _scalar_of(chance, declared)


def _scalar_of(chance: Random, declared: ColumnType) -> Any:
    if declared == STRING:
        return chance.choice(TEXTS[: chance.choice((1, 3, len(TEXTS)))])
    if declared == TIMESTAMP:
        return chance.choice([*INSTANTS])
    if declared == BINARY:
        return chance.randbytes(chance.randrange(4))
    if declared == BOOL:
        return chance.random() < 0.5
    if declared == FLOAT64:
        (number,) = struct.unpack("<d", chance.randbytes(8))
        return number if math.isfinite(number) else -0.0
    bits = 31 if declared == INT32 else 63
    return chance.choice((0, 1, -(2**bits), 2**bits - 1, chance.randrange(2**bits)))


def cells_of(chance: Random, declared: ColumnType, values: list[Any]) -> Cells:
    """Return `values` in one of the forms that a column of this type may have."""
    if isinstance(declared, ListOf) and isinstance(declared.item, StructOf):
        return _listed(chance, declared, values)
    found: list[Cells] = [values, _coded(chance, values)]
    if isinstance(declared, ListOf):
        found.append(_listed(chance, declared, values))
    if declared in NUMPY:
        held: Any = np.array([value or 0 for value in values], dtype=NUMPY[declared])
        valid = np.array([value is not None for value in values], dtype=np.bool_)
        found += [Numbers(held, valid)] + ([held] if valid.all() else [])
    if values and values.count(values[0]) == len(values):
        found.append(Same(values[0]))
    return chance.choice(found)


def _coded(chance: Random, values: list[Any]) -> Coded:
    """Return values by code: in any order, some twice; a null as -1 or by a code of its own."""
    distinct = [value for at, value in enumerate(values) if value not in values[:at]]
    named = [*distinct, *distinct[: chance.randrange(3)]]
    chance.shuffle(named)
    places = [[at for at, one in enumerate(named) if one == value] for value in values]
    codes = [
        -1 if value is None and chance.random() < 0.5 else chance.choice(known)
        for value, known in zip(values, places, strict=True)
    ]
    return Coded(np.array(codes, dtype=np.int64), named)


def _listed(chance: Random, declared: ListOf, values: list[Any]) -> Lists:
    counts = np.array([len(value or ()) for value in values], dtype=np.int64)
    items = [item for value in values for item in value or ()]
    if isinstance(declared.item, StructOf):
        found: Any = {
            one.name: cells_of(chance, one.type, [item[one.name] for item in items])
            for one in declared.item.fields
        }
    else:
        found = cells_of(chance, declared.item, items)
    valid = np.array([value is not None for value in values], dtype=np.bool_)
    return Lists(counts, found, None if valid.all() and chance.random() < 0.5 else valid)


def expanded(cells: Cells, length: int) -> list[Any]:
    """Return the values that cells stand for, read from their definition alone."""
    if isinstance(cells, list):
        return cells
    if isinstance(cells, Attribute):
        structs = cells.structs.items if isinstance(cells.structs, Structs) else cells.structs
        return [getattr(one, cells.name, None) for one in structs]
    if isinstance(cells, Same):
        return [cells.value] * length
    if isinstance(cells, Numbers):
        return [
            value if known else None
            for value, known in zip(cells.values.tolist(), cells.valid.tolist(), strict=True)
        ]
    if isinstance(cells, Coded):
        return [None if code < 0 else cells.values[code] for code in cells.codes.tolist()]
    if isinstance(cells, Lists):
        return _expanded_lists(cells)
    return list(cells.tolist())


def _expanded_lists(cells: Lists) -> list[Any]:
    total = int(cells.counts.sum())
    items: Iterator[Any]
    if isinstance(cells.items, dict):
        children = {name: expanded(child, total) for name, child in cells.items.items()}
        items = iter([dict(zip(children, one, strict=True)) for one in zip(*children.values(), strict=True)])
    else:
        items = iter(expanded(cells.items, total))  # type: ignore[arg-type]  # no mapping, so cells
    lists = [list(islice(items, count)) for count in cells.counts.tolist()]
    valid = [True] * len(lists) if cells.valid is None else cells.valid.tolist()
    return [one if known else None for one, known in zip(lists, valid, strict=True)]
