"""Cells into Arrow arrays: one function a form, each by the cheapest way that Arrow has for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa

from exportkit.tables.cells import Cells, Coded, Lists, Numbers, Same

__all__ = ["join", "to_array"]


def to_array(cells: Cells, length: int, arrow_type: pa.DataType) -> pa.Array:
    """Return `cells` as an Arrow array of `length` values."""
    if isinstance(cells, Same):
        if cells.value is None:
            return pa.nulls(length, arrow_type)
        return pa.repeat(pa.scalar(cells.value, arrow_type), length)
    if isinstance(cells, Coded):
        return _taken(cells, arrow_type)
    if isinstance(cells, Lists):
        return _lists(cells, arrow_type)
    if isinstance(cells, Numbers):
        return pa.array(cells.values, arrow_type, mask=~cells.valid)
    return pa.array(cells, arrow_type)


def _taken(cells: Coded, arrow_type: pa.DataType) -> pa.Array:
    codes = pa.array(cells.codes, pa.int64(), mask=cells.codes < 0) if _any_null(cells) else pa.array(cells.codes)
    return pa.array(cells.values, arrow_type).take(codes)


def _any_null(cells: Coded) -> bool:
    return bool(len(cells.codes)) and bool(cells.codes.min() < 0)


def _lists(cells: Lists, arrow_type: pa.DataType) -> pa.Array:
    offsets = np.zeros(len(cells.counts) + 1, dtype=np.int32)
    np.cumsum(cells.counts, out=offsets[1:])
    items = _items(cells.items, int(offsets[-1]), arrow_type.value_type)
    mask = None if cells.valid is None or cells.valid.all() else pa.array(~cells.valid)
    return pa.ListArray.from_arrays(pa.array(offsets), items, type=arrow_type, mask=mask)


def _items(items: Cells | Mapping[str, Cells], length: int, item_type: pa.DataType) -> pa.Array:
    if not isinstance(items, Mapping):
        return to_array(items, length, item_type)
    fields = list(item_type)
    return pa.StructArray.from_arrays(
        [to_array(items[field.name], length, field.type) for field in fields], fields=fields
    )


def join(chunks: Sequence[tuple[Cells, int]]) -> list[tuple[Cells, int]]:
    """Return the chunks of one column with neighbours of the same form made one."""
    joined: list[tuple[Cells, int]] = []
    start = 0
    while start < len(chunks):
        stop = start + 1
        while stop < len(chunks) and _alike(chunks[start][0], chunks[stop][0]):
            stop += 1
        run = chunks[start:stop]
        joined.append((_joined([cells for cells, _ in run]), sum(length for _, length in run)))
        start = stop
    return joined


def _alike(first: Cells, second: Cells) -> bool:
    if isinstance(first, Same):
        return isinstance(second, Same) and first.value == second.value
    return type(first) is type(second)


def _joined(run: list[Any]) -> Cells:
    first = run[0]
    if len(run) == 1 or isinstance(first, Same):
        return first  # type: ignore[no-any-return]  # one of the cells
    if isinstance(first, list):
        return list(chain.from_iterable(run))
    if isinstance(first, Coded):
        starts = np.cumsum([0, *(len(one.values) for one in run[:-1])])
        codes = [np.where(one.codes < 0, -1, one.codes + at) for one, at in zip(run, starts, strict=True)]
        return Coded(np.concatenate(codes), list(chain.from_iterable(one.values for one in run)))
    if isinstance(first, Numbers):
        return Numbers(np.concatenate([one.values for one in run]), np.concatenate([one.valid for one in run]))
    if isinstance(first, Lists):
        return _joined_lists(run)
    return np.concatenate(run)


def _joined_lists(run: list[Lists]) -> Lists:
    counts = np.concatenate([one.counts for one in run])
    valid = np.concatenate(
        [np.ones(len(one.counts), dtype=np.bool_) if one.valid is None else one.valid for one in run]
    )
    firsts = run[0].items
    if isinstance(firsts, Mapping):
        return Lists(counts, {name: _joined([one.items[name] for one in run]) for name in firsts}, valid)  # type: ignore[index, call-overload]  # all alike
    return Lists(counts, _joined([one.items for one in run]), valid)
