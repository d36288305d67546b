"""Column builders: the cells of one column are collected in buffers, which become an Arrow array.

One class per kind of type. Cells are copied into buffers block by block (`exportkit.native.builders`), while
the structs that they come from are in the processor's cache; once per row group, the same work took four
times as long. Arrays are made from those buffers: ``pyarrow.array`` takes longer, and imports pandas at its
first call if it is installed (0.3 s per process).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from exportkit.batch.kernels import take
from exportkit.native import attributes, builders
from exportkit.tables.cells import NULLS, Attribute, Bools, Cells, Coded, Ints, Lists, Numbers, Same

__all__ = ["ColumnBuilder", "RepeatingBuilder", "column_builder", "string_array"]

#: A column with more distinct strings than this does not repeat.
MAX_WORDS = 1 << 15
#: The types of fixed width: code for `NumberBuilder`, and numpy's type.
_NUMBERS: dict[str, tuple[str, Any]] = {
    "double": ("d", np.float64), "int64": ("q", np.int64), "int32": ("i", np.int32), "bool": ("?", np.bool_),
}  # fmt: skip


class ColumnBuilder(Protocol):
    """Collects the cells of one column; rows that are missing at its end become null."""

    @property
    def rows(self) -> int:
        """Number of rows so far."""

    @property
    def nbytes(self) -> int:
        """Estimated size of the values so far, in bytes."""

    def add(self, cells: Cells, length: int) -> None:
        """Add the cells of `length` rows."""

    def add_nulls(self, length: int) -> None:
        """Add `length` nulls."""

    def finish(self, rows: int) -> pa.Array:
        """Return the column as one array of `rows` rows, and start again with none."""


def column_builder(arrow_type: pa.DataType) -> ColumnBuilder:
    """Return an empty builder for a type."""
    if pa.types.is_list(arrow_type):
        return ListColumnBuilder(arrow_type)
    if pa.types.is_string(arrow_type) or pa.types.is_binary(arrow_type):
        return TextColumnBuilder(arrow_type)
    return NumberColumnBuilder(arrow_type)


def string_array(strings: Sequence[str | None]) -> pa.Array:
    """Return strings as an Arrow array."""
    column = TextColumnBuilder(pa.string())
    column.add(list(strings), len(strings))
    return column.finish(len(strings))


def nulls(rows: int, arrow_type: pa.DataType) -> pa.Array:
    """Return `rows` nulls of a type, over zeros that all such arrays share.

    In most exports half of the columns of a table are null. With zeros of their own, they took a third of the
    time of making batches.
    """
    zeros = _zeros(8 * (rows + 1))
    if pa.types.is_list(arrow_type):
        children = [pa.nulls(0, arrow_type.value_type)]
        return pa.Array.from_buffers(arrow_type, rows, [zeros, zeros], rows, children=children)
    buffers = [zeros, zeros] if str(arrow_type) in _NUMBERS else [zeros, zeros, zeros]
    return pa.Array.from_buffers(arrow_type, rows, buffers, rows)


@lru_cache(maxsize=1)
def _zeros(size: int) -> pa.Buffer:
    # A power of two, so that batches of nearly the same length use the same.
    return pa.py_buffer(bytes(1 << (size - 1).bit_length()))


class _CompiledBuilder:
    """The base of builders that collect in one compiled builder."""

    _builder: builders.TextBuilder | builders.NumberBuilder

    @property
    def rows(self) -> int:
        """Number of rows so far."""
        return self._builder.rows

    @property
    def nbytes(self) -> int:
        """Estimated size of the values so far, in bytes."""
        return self._builder.nbytes

    def add_nulls(self, length: int) -> None:
        """Add `length` nulls."""
        self._builder.add_nulls(length)


class TextColumnBuilder(_CompiledBuilder):
    """A builder for strings, or for bytes."""

    _builder: builders.TextBuilder

    def __init__(self, arrow_type: pa.DataType) -> None:
        self._type = arrow_type
        self._builder = builders.TextBuilder()

    def add(self, cells: Cells, length: int) -> None:
        """Add the cells of `length` rows."""
        if isinstance(cells, Same):
            cells = [cells.value] * length
        _add_strings(self._builder, cells)

    def finish(self, rows: int) -> pa.Array:
        """Return the column as one array of `rows` rows, and start again with none."""
        builder = self._builder
        if builder.nulls == builder.rows:
            self._builder = builders.TextBuilder()
            return nulls(rows, self._type)
        builder.add_nulls(rows - builder.rows)
        valid = _bitmap(builder.take_validity())
        data, ends = builder.take()
        return pa.Array.from_buffers(self._type, rows, [valid, pa.py_buffer(ends), pa.py_buffer(data)])


class NumberColumnBuilder(_CompiledBuilder):
    """A builder for numbers or booleans."""

    _builder: builders.NumberBuilder

    def __init__(self, arrow_type: pa.DataType) -> None:
        self._type = arrow_type
        self._form, self._dtype = _NUMBERS[str(arrow_type)]
        self._builder = builders.NumberBuilder(self._form)

    def add(self, cells: Cells, length: int) -> None:
        """Add the cells of `length` rows."""
        if isinstance(cells, Attribute):
            self._builder.add(cells.structs, cells.name)
        elif isinstance(cells, list):
            self._builder.add(cells, None)
        elif isinstance(cells, np.ndarray):
            self._builder.add_raw(self._raw(cells), None)
        elif isinstance(cells, Numbers):
            self._builder.add_raw(self._raw(cells.values), cells.valid.view(np.uint8))
        elif isinstance(cells, Same):
            self._builder.add([cells.value] * length, None)
        elif isinstance(cells, Coded):
            self._builder.add([*map([*cells.values, None].__getitem__, cells.codes.tolist())], None)
        else:
            raise TypeError(f"numbers cannot be added as {type(cells).__name__}")

    def _raw(self, numbers: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
        fitting: npt.NDArray[Any] = np.ascontiguousarray(numbers, dtype=self._dtype)
        return fitting.view(np.uint8)

    def finish(self, rows: int) -> pa.Array:
        """Return the column as one array of `rows` rows, and start again with none."""
        builder = self._builder
        if builder.nulls == builder.rows:
            self._builder = builders.NumberBuilder(self._form)
            return nulls(rows, self._type)
        builder.add_nulls(rows - builder.rows)
        valid, numbers = _bitmap(builder.take_validity()), builder.take()
        data = _bitmap(numbers) if self._form == "?" else pa.py_buffer(numbers)
        return pa.Array.from_buffers(self._type, rows, [valid, data])


class ListColumnBuilder:
    """A builder for lists, over builders for their items."""

    def __init__(self, arrow_type: pa.DataType) -> None:
        self._type = arrow_type
        self._item_type = arrow_type.value_type
        is_struct = pa.types.is_struct(self._item_type)
        fields = list(self._item_type) if is_struct else [arrow_type.value_field]
        self._children = {field.name: column_builder(field.type) for field in fields}
        self._begin()

    def _begin(self) -> None:
        self.rows = self._items = 0
        self._counts: list[Ints] = []
        self._valid: list[Bools] = []

    @property
    def nbytes(self) -> int:
        """Estimated size of the values so far, in bytes."""
        return 8 * self.rows + sum(child.nbytes for child in self._children.values())

    def add(self, cells: Cells, length: int) -> None:
        """Add the cells of `length` rows."""
        if isinstance(cells, Attribute):
            cells = attributes.values(cells.structs, cells.name) or NULLS
        if isinstance(cells, Same):
            if cells.value is None:
                self.add_nulls(length)
                return
            cells = [cells.value] * length
        if isinstance(cells, Coded):
            cells = [*map([*cells.values, None].__getitem__, cells.codes.tolist())]
        if isinstance(cells, list):
            cells = _lists(cells)
        if not isinstance(cells, Lists):
            raise TypeError(f"lists cannot be added as {type(cells).__name__}")
        self.rows += len(cells.counts)
        self._counts.append(cells.counts)
        self._valid.append(np.ones(length, dtype=np.bool_) if cells.valid is None else cells.valid)
        count = int(cells.counts.sum())
        items = (
            cells.items if isinstance(cells.items, Mapping) else dict.fromkeys(self._children, cells.items)
        )
        for name, child in self._children.items():
            _add(child, items[name], count, self._items)
        self._items += count

    def add_nulls(self, length: int) -> None:
        """Add `length` nulls."""
        self.rows += length
        self._counts.append(np.zeros(length, dtype=np.int64))
        self._valid.append(np.zeros(length, dtype=np.bool_))

    def finish(self, rows: int) -> pa.Array:
        """Return the column as one array of `rows` rows, and start again with none."""
        if not any(valid.any() for valid in self._valid):
            self._begin()
            return nulls(rows, self._type)
        self.add_nulls(rows - self.rows)
        ends = np.zeros(rows + 1, dtype=np.int64)
        np.cumsum(np.concatenate(self._counts), out=ends[1:])
        if ends[-1] > np.iinfo(np.int32).max:
            raise OverflowError("the lists of a column hold more than 2**31 items together")
        valid = np.concatenate(self._valid)
        bitmap = None if valid.all() else _bitmap(valid)
        children = [child.finish(self._items) for child in self._children.values()]
        if pa.types.is_struct(self._item_type):
            items = pa.Array.from_buffers(self._item_type, self._items, [None], children=children)
        else:
            (items,) = children
        self._begin()
        buffers = [bitmap, pa.py_buffer(ends.astype(np.int32))]
        return pa.Array.from_buffers(self._type, rows, buffers, children=[items])


class RepeatingBuilder:
    """A builder for strings that repeat: it keeps codes of the distinct strings (words).

    A column with too many words becomes a plain one.

    Parameters
    ----------
    encoded : bool
        Whether `finish` may return a dictionary array, which is written faster than plain strings.
    """

    def __init__(self, *, encoded: bool) -> None:
        self._encoded = encoded
        self._builder = builders.WordBuilder()
        self._settled: list[pa.Array] = []
        self._settled_rows = 0

    @property
    def rows(self) -> int:
        """Number of rows so far."""
        return self._settled_rows + self._builder.rows

    @property
    def nbytes(self) -> int:
        """Estimated size of the values so far, in bytes."""
        settled: int = sum(array.nbytes for array in self._settled)
        return self._builder.nbytes + settled

    def add(self, cells: Cells, length: int) -> None:
        """Add the cells of `length` rows."""
        if isinstance(cells, Same):
            self._builder.add_same(cells.value, length)
        else:
            _add_strings(self._builder, cells)
        if len(self._builder.words) > MAX_WORDS:
            self._settled_rows = self.rows
            self._settled.append(_strings(self._dictionary()))

    def add_nulls(self, length: int) -> None:
        """Add `length` nulls."""
        self._builder.add_nulls(length)

    def _dictionary(self) -> pa.DictionaryArray:
        words, codes = self._builder.take()
        numbers = np.frombuffer(codes, np.int32)
        valid = numbers >= 0
        buffers = [None if valid.all() else _bitmap(valid), pa.py_buffer(codes)]
        indices = pa.Array.from_buffers(pa.int32(), len(numbers), buffers)
        return pa.DictionaryArray.from_arrays(indices, string_array(words))

    def finish(self, rows: int) -> pa.Array:
        """Return the column as one array of `rows` rows, and start again with none."""
        self.add_nulls(rows - self.rows)
        last = self._dictionary()
        settled, self._settled, self._settled_rows = self._settled, [], 0
        if settled:
            return pa.concat_arrays([*settled, _strings(last)])
        return last if self._encoded else _strings(last)


def _add_strings(builder: builders.TextBuilder | builders.WordBuilder, cells: Cells) -> None:
    if isinstance(cells, Attribute):
        builder.add(cells.structs, cells.name)
    elif isinstance(cells, list):
        builder.add(cells, None)
    elif isinstance(cells, Coded):
        builder.add_coded(cells.codes, cells.values)
    else:
        raise TypeError(f"strings cannot be added as {type(cells).__name__}")


def _add(column: ColumnBuilder, cells: Cells, length: int, rows: int) -> None:
    """Add cells to a column; if it has fewer than `rows` rows, nulls are added first."""
    if column.rows < rows:
        column.add_nulls(rows - column.rows)
    column.add(cells, length)


def _lists(lists: list[Any]) -> Lists:
    counts = np.array([0 if one is None else len(one) for one in lists], dtype=np.int64)
    valid = np.array([one is not None for one in lists], dtype=np.bool_)
    return Lists(counts, [item for one in lists for item in one or ()], valid)


def _bitmap(flags: Any) -> pa.Buffer | None:
    """Return bytes of 0 and 1 as a bitmap of Arrow."""
    if flags is None:
        return None
    return pa.py_buffer(np.packbits(np.frombuffer(flags, np.uint8), bitorder="little"))


def _strings(array: pa.DictionaryArray) -> pa.Array:
    return take(array.dictionary, array.indices)
