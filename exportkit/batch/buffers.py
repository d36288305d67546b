"""Buffers: the columns of many blocks, collected until they are enough for a record batch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
import pyarrow as pa

from exportkit.batch.column_builders import ColumnBuilder, RepeatingBuilder, column_builder, string_array
from exportkit.batch.schemas import arrow_schema
from exportkit.batch.timestamps import timestamps
from exportkit.errors import TableError
from exportkit.json_text import json_string, read_json, write_json
from exportkit.report import Leftovers
from exportkit.tables import Column, pick_table
from exportkit.tables.cells import NULLS, TableBlock
from exportkit.tables.types import STRING, TIMESTAMP

__all__ = ["TableBuffer"]

_read_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode


class TableBuffer:
    """Rows of one table, collected block by block and returned as record batches of the declared schema.

    Memory: the values of the collected rows, which `bytes` estimates.

    Parameters
    ----------
    name : str
        Table.
    columns : iterable of str, optional
        Columns to make; all by default.
    encoded : bool
        Whether repeating strings may be dictionary arrays, which writers of files take for plain strings. By
        default batches have the declared types.
    """

    def __init__(self, name: str, columns: Iterable[str] | None = None, *, encoded: bool = False) -> None:
        table = pick_table(name)
        asked = None if columns is None else set(columns)
        self.columns: tuple[Column, ...] = tuple(
            one for one in table.columns if asked is None or one.name in asked
        )
        self.schema: pa.Schema = arrow_schema(name, tuple(one.name for one in self.columns))
        self._shows_extra = any(one.name == "extra" for one in self.columns)
        self._encoded = encoded
        #: Timestamps whose odd values are a part of ``extra``, whether they are asked for or not.
        self._instants = tuple(
            one
            for one in table.columns
            if one.type == TIMESTAMP and (one in self.columns or self._shows_extra)
        )
        made = dict.fromkeys((*self.columns, *self._instants))
        self._builders = {one.name: self._builder_of(one) for one in made}
        self.rows = 0
        self._table = name
        self._leftovers = Leftovers()

    @property
    def bytes(self) -> int:
        """Estimated size of the collected rows, in bytes."""
        return sum(builder.nbytes for builder in self._builders.values())

    def _builder_of(self, column: Column) -> ColumnBuilder:
        if column.type == TIMESTAMP:
            return column_builder(pa.string())
        if column.repeats and column.type == STRING:
            return RepeatingBuilder(encoded=self._encoded)
        return column_builder(self.schema.field(column.name).type)

    def add(self, block: TableBlock) -> None:
        """Add the rows of one block; cells are made only for the columns of this buffer."""
        for name, make in block.columns.items():
            builder = self._builders.get(name)
            if builder is None:
                continue
            cells = make()
            if cells is NULLS:
                continue
            try:
                if builder.rows < self.rows:
                    builder.add_nulls(self.rows - builder.rows)
                builder.add(cells, block.length)
            except (pa.ArrowException, OverflowError) as error:
                problem = f"column {name!r} of {block.table!r} cannot hold its values: {error}"
                raise TableError(problem) from error
            if builder.rows != self.rows + block.length:
                got = builder.rows - self.rows
                raise TableError(
                    f"column {name!r} of {block.table!r} has {got} cells for {block.length} rows"
                )
        self.rows += block.length

    def take(self) -> pa.RecordBatch:
        """Return the collected rows as one record batch, and start again with none."""
        arrays = {name: builder.finish(self.rows) for name, builder in self._builders.items()}
        odd: dict[int, dict[str, Any]] = {}
        for column in self._instants:
            arrays[column.name], left = timestamps(arrays[column.name])
            note_odd(odd, column, left)
            if left and self._shows_extra:
                self._leftovers.drifted_fields[f"{self._table}.{column.source}"] += len(left)
        if odd and self._shows_extra:
            arrays["extra"] = with_extras(arrays["extra"], odd)
        rows, self.rows = self.rows, 0
        return self._checked([arrays[one.name] for one in self.columns], rows)

    def take_leftovers(self) -> Leftovers:
        """Return what the batches taken since the last call left to ``extra``, counted."""
        found, self._leftovers = self._leftovers, Leftovers()
        return found

    def _checked(self, arrays: Sequence[pa.Array], rows: int) -> pa.RecordBatch:
        for column, array in zip(self.columns, arrays, strict=True):
            if not column.null and array.null_count:
                raise TableError(f"column {column.name!r} has nulls and may have none")
        schema = self.schema
        if self._encoded:
            fields = [field.with_type(one.type) for field, one in zip(schema, arrays, strict=True)]
            schema = pa.schema(fields, metadata=schema.metadata)
        if arrays:
            return pa.RecordBatch.from_arrays(arrays, schema=schema)
        nothing = pa.StructArray.from_buffers(pa.struct([]), rows, [None])  # which has rows all the same
        return pa.RecordBatch.from_struct_array(nothing).replace_schema_metadata(schema.metadata)


def note_odd(odd: dict[int, dict[str, Any]], column: Column, left: Mapping[int, str]) -> None:
    """Add to `odd`, by row and source path, the strings of a timestamp column that are no timestamps."""
    path = column.source.split(".")
    for at, text in left.items():
        held = odd.setdefault(at, {})
        for key in path[:-1]:
            held = held.setdefault(key, {})
        held[path[-1]] = text


def with_extras(extras: pa.Array, odd: Mapping[int, Mapping[str, Any]]) -> pa.Array:
    """Return the column ``extra`` with the values of `odd` merged in, by row."""
    texts = extras.to_pylist()
    for at, found in odd.items():
        texts[at] = joined(texts[at] or "{}", found)
    return string_array(texts)


def joined(text: str, more: Mapping[str, Any]) -> str:
    """Return the JSON object `text` with `more` merged in, keys in order; what it held keeps its spelling."""
    try:
        held: dict[str, Any] = _read_object(text)
    except msgspec.MsgspecError:  # a key with half a surrogate pair, which only Python reads
        held = {key: msgspec.Raw(write_json(value)) for key, value in read_json(text).items()}
    for key, value in more.items():
        known = bytes(held.get(key, b"")).decode()
        held[key] = value
        if isinstance(value, Mapping):
            held[key] = msgspec.Raw(joined(known if known.startswith("{") else "{}", value))
    parts = (f"{json_string(key)}:{json_string(held[key])}" for key in sorted(held))
    return "{" + ",".join(parts) + "}"
