"""Buffers: the columns of many blocks, collected until they are worth a record batch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from exportkit.batch.arrays import join, to_array
from exportkit.batch.schemas import arrow_schema
from exportkit.batch.timestamps import timestamps
from exportkit.errors import TableError
from exportkit.tables import Column, pick_table
from exportkit.tables.cells import Cells, Coded, Lists, Same, TableBlock
from exportkit.tables.types import TIMESTAMP

__all__ = ["TableBuffer"]

#: What one cell of a narrow column is counted as, in bytes.
NARROW_BYTES = 12


class TableBuffer:
    """Rows of one table, collected as cells and given back as record batches of the declared schema.

    Numpy and Arrow work is done once a batch, not once a block. Memory: the values of the rows held,
    which `bytes` estimates.
    """

    def __init__(self, name: str, columns: Iterable[str] | None = None) -> None:
        table = pick_table(name)
        asked = None if columns is None else set(columns)
        self.columns: tuple[Column, ...] = tuple(
            one for one in table.columns if asked is None or one.name in asked
        )
        self.schema: pa.Schema = arrow_schema(name, tuple(one.name for one in self.columns))
        self._root = table.root
        self._chunks: dict[str, list[tuple[Cells, int]]] = {one.name: [] for one in self.columns}
        self.rows = 0
        self.bytes = 0

    def add(self, block: TableBlock) -> None:
        """Take the rows of one block; the cells of columns that nobody asked for are never made."""
        for column in self.columns:
            make = block.columns.get(column.name)
            cells = Same(None) if make is None else make()
            self._chunks[column.name].append((cells, block.length))
            self.bytes += wide_bytes(cells) if column.wide else NARROW_BYTES * block.length
        self.rows += block.length

    def take(self) -> pa.RecordBatch:
        """Return all rows held as one record batch, and hold none."""
        made = {column.name: self._column(column) for column in self.columns}
        arrays: dict[str, pa.Array] = {}
        odd: dict[int, dict[str, Any]] = {}
        for column in self.columns:
            array = made[column.name]
            if column.type == TIMESTAMP:
                array, left = timestamps(array)
                note_odd(odd, column, left)
            arrays[column.name] = array
        if odd and "extra" in arrays:
            arrays["extra"] = with_extras(arrays["extra"], odd)
        self._chunks = {name: [] for name in self._chunks}
        self.rows, self.bytes = 0, 0
        return self._checked(arrays)

    def _column(self, column: Column) -> pa.Array:
        field = self.schema.field(column.name)
        arrow_type = pa.string() if column.type == TIMESTAMP else field.type
        chunks = self._chunks[column.name]
        if not chunks:
            return pa.nulls(0, arrow_type)
        try:
            arrays = [to_array(cells, length, arrow_type) for cells, length in join(chunks)]
        except (pa.ArrowException, TypeError, ValueError) as error:
            raise TableError(f"column {column.name!r} cannot hold its values: {type(error).__name__}") from error
        return arrays[0] if len(arrays) == 1 else pa.concat_arrays(arrays)

    def _checked(self, arrays: Mapping[str, pa.Array]) -> pa.RecordBatch:
        for column in self.columns:
            if not column.null and arrays[column.name].null_count:
                raise TableError(f"column {column.name!r} has nulls and may have none")
        return pa.RecordBatch.from_arrays(list(arrays.values()), schema=self.schema)


def wide_bytes(cells: Cells) -> int:
    """Estimate the bytes of a column of long values."""
    if isinstance(cells, list):
        return sum([len(one) for one in cells if one is not None]) + 8 * len(cells)
    if isinstance(cells, Lists):
        parts = cells.items.values() if isinstance(cells.items, Mapping) else (cells.items,)
        return 8 * len(cells.counts) + sum(
            wide_bytes(one) if isinstance(one, (list, Lists)) and _is_sized(one) else 8 * int(cells.counts.sum())
            for one in parts
        )
    if isinstance(cells, Coded):
        return 32 * len(cells.codes)
    return 8


def _is_sized(cells: list[Any] | Lists) -> bool:
    return isinstance(cells, Lists) or any(isinstance(one, str) for one in cells[:1])


def note_odd(odd: dict[int, dict[str, Any]], column: Column, left: Mapping[int, str]) -> None:
    """Note under their source paths the strings of a timestamp column that are no timestamps."""
    path = column.source.split(".")
    for at, text in left.items():
        held = odd.setdefault(at, {})
        for key in path[:-1]:
            held = held.setdefault(key, {})
        held[path[-1]] = text


def with_extras(extras: pa.Array, odd: Mapping[int, Mapping[str, Any]]) -> pa.Array:
    """Return the column ``extra`` with what is `odd` merged in, by position."""
    texts = extras.to_pylist()
    for at, found in odd.items():
        held = json.loads(texts[at]) if texts[at] else {}
        _merge(held, found)
        texts[at] = json.dumps(held, separators=(",", ":"))
    return pa.array(texts, pa.string())


def _merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(into.get(key), dict) and isinstance(value, Mapping):
            _merge(into[key], value)
        else:
            into[key] = value
