"""Buffers: the columns of many blocks, collected until they are worth a record batch."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import pyarrow as pa

from exportkit.batch.arrays import GrowingColumn, Repeating, growing_column, string_array
from exportkit.batch.schemas import arrow_schema
from exportkit.batch.timestamps import timestamps
from exportkit.errors import TableError
from exportkit.tables import Column, pick_table
from exportkit.tables.cells import NULLS, Leftovers, TableBlock
from exportkit.tables.types import STRING, TIMESTAMP

__all__ = ["TableBuffer"]

_read_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class TableBuffer:
    """Rows of one table, collected block by block and given back as record batches of the declared schema.

    Memory: the values of the rows held, which `bytes` estimates.

    Parameters
    ----------
    name : str
        Table.
    columns : iterable of str, optional
        Columns to make; all of them when left out.
    encoded : bool
        Whether repeating strings may come as dictionary arrays. Writers of files take them for the
        strings they stand for; everybody else gets the declared types.
    """

    def __init__(self, name: str, columns: Iterable[str] | None = None, *, encoded: bool = False) -> None:
        table = pick_table(name)
        asked = None if columns is None else set(columns)
        self.columns: tuple[Column, ...] = tuple(
            one for one in table.columns if asked is None or one.name in asked
        )
        self.schema: pa.Schema = arrow_schema(name, tuple(one.name for one in self.columns))
        self._encoded = encoded
        self._growing = {one.name: self._growing_column(one) for one in self.columns}
        self.rows = 0
        self._table = name
        self._leftovers = Leftovers()

    @property
    def bytes(self) -> int:
        """About how many bytes the rows take that it holds."""
        return sum(growing.nbytes for growing in self._growing.values())

    def _growing_column(self, column: Column) -> GrowingColumn:
        if column.type == TIMESTAMP:
            return growing_column(pa.string())
        if column.repeats and column.type == STRING:
            return Repeating(encoded=self._encoded)
        return growing_column(self.schema.field(column.name).type)

    def add(self, block: TableBlock) -> None:
        """Take the rows of one block; the cells of columns that nobody asked for are never made."""
        for name, make in block.columns.items():
            growing = self._growing.get(name)
            if growing is None:
                continue
            cells = make()
            if cells is NULLS:
                continue
            try:
                if growing.rows < self.rows:
                    growing.add_nulls(self.rows - growing.rows)
                growing.add(cells, block.length)
            except (pa.ArrowException, OverflowError) as error:
                problem = f"column {name!r} of {block.table!r} cannot hold its values: {error}"
                raise TableError(problem) from error
            if growing.rows != self.rows + block.length:
                got = growing.rows - self.rows
                raise TableError(
                    f"column {name!r} of {block.table!r} has {got} cells for {block.length} rows"
                )
        self.rows += block.length

    def take(self) -> pa.RecordBatch:
        """Return all rows held as one record batch, and hold none."""
        arrays = {name: growing.finish(self.rows) for name, growing in self._growing.items()}
        odd: dict[int, dict[str, Any]] = {}
        for column in self.columns:
            if column.type == TIMESTAMP:
                arrays[column.name], left = timestamps(arrays[column.name])
                note_odd(odd, column, left)
                if left and "extra" in arrays:
                    self._leftovers.drifted_fields[f"{self._table}.{column.source}"] += len(left)
        if odd and "extra" in arrays:
            arrays["extra"] = with_extras(arrays["extra"], odd)
        self.rows = 0
        return self._checked(arrays)

    def take_leftovers(self) -> Leftovers:
        """Return what the batches taken since the last call left to ``extra``, counted."""
        found, self._leftovers = self._leftovers, Leftovers()
        return found

    def _checked(self, arrays: Mapping[str, pa.Array]) -> pa.RecordBatch:
        for column in self.columns:
            if not column.null and arrays[column.name].null_count:
                raise TableError(f"column {column.name!r} has nulls and may have none")
        schema = self.schema
        if self._encoded:
            fields = [field.with_type(arrays[field.name].type) for field in schema]
            schema = pa.schema(fields, metadata=schema.metadata)
        return pa.RecordBatch.from_arrays(list(arrays.values()), schema=schema)


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
        texts[at] = joined(texts[at] or "{}", found)
    return string_array(texts)


def joined(text: str, more: Mapping[str, Any]) -> str:
    """Return the JSON object `text` with `more` in it, key by key; what it held keeps its spelling."""
    try:
        held: dict[str, Any] = _read_object(text)
    except msgspec.MsgspecError:  # a key with half a surrogate pair, which only Python reads
        held = {key: msgspec.Raw(json.dumps(value)) for key, value in json.loads(text).items()}
    for key, value in more.items():
        known = bytes(held.get(key, b"")).decode()
        held[key] = value
        if isinstance(value, Mapping):
            held[key] = msgspec.Raw(joined(known if known.startswith("{") else "{}", value))
    parts = (f"{json.dumps(key)}:{msgspec.json.encode(value).decode()}" for key, value in held.items())
    return "{" + ",".join(parts) + "}"
