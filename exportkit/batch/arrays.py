"""Columns under way: the cells of one column, made small block by block, and the Arrow array they become.

One class a kind of type. Cells go into buffers at once, while what they come from is still in the processor's
cache (`exportkit.native.builders`); done once a row group instead, the same work took four times as long.
Arrays are put together from those buffers: ``pyarrow.array`` takes longer, and imports pandas, where it is
installed, at its first call (0.3 s a process).
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

__all__ = ["GrowingColumn", "Repeating", "growing_column", "string_array"]

#: Distinct strings from which a column does not repeat any more.
MAX_WORDS = 1 << 15
#: Of the fixed types: code for `NumberBuilder`, and numpy's type.
_NUMBERS: dict[str, tuple[str, Any]] = {
    "double": ("d", np.float64), "int64": ("q", np.int64), "int32": ("i", np.int32), "bool": ("?", np.bool_),
}  # fmt: skip


class GrowingColumn(Protocol):
    """What collects the cells of one column; rows at its end that nobody gave it are null."""

    @property
    def rows(self) -> int:
        """Rows it has been given."""

    @property
    def nbytes(self) -> int:
        """About how many bytes it holds."""

    def add(self, cells: Cells, length: int) -> None:
        """Take the cells of `length` rows."""

    def add_nulls(self, length: int) -> None:
        """Take `length` rows without a value."""

    def finish(self, rows: int) -> pa.Array:
        """Return the first `rows` rows as one array, and hold none."""


def growing_column(arrow_type: pa.DataType) -> GrowingColumn:
    """Return an empty column of a type."""
    if pa.types.is_list(arrow_type):
        return ListsColumn(arrow_type)
    if pa.types.is_string(arrow_type) or pa.types.is_binary(arrow_type):
        return Texts(arrow_type)
    return NumbersColumn(arrow_type)


def string_array(strings: Sequence[str | None]) -> pa.Array:
    """Return strings as an Arrow array."""
    column = Texts(pa.string())
    column.add(list(strings), len(strings))
    return column.finish(len(strings))


def nulls(rows: int, arrow_type: pa.DataType) -> pa.Array:
    """Return `rows` nulls of a type, over zeros that all such arrays share.

    Half of the columns of a table are null in most exports; with zeros of its own for each, those took a
    third of the time in which batches are put together.
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


class HeldColumn:
    """What columns of one compiled column share."""

    _held: builders.TextBuilder | builders.NumberBuilder

    @property
    def rows(self) -> int:
        """Rows it has been given."""
        return self._held.rows

    @property
    def nbytes(self) -> int:
        """About how many bytes it holds."""
        return self._held.nbytes

    def add_nulls(self, length: int) -> None:
        """Take `length` rows without a value."""
        self._held.add_nulls(length)


class Texts(HeldColumn):
    """A column of strings, or of bytes."""

    _held: builders.TextBuilder

    def __init__(self, arrow_type: pa.DataType) -> None:
        self._type = arrow_type
        self._held = builders.TextBuilder()

    def add(self, cells: Cells, length: int) -> None:
        """Take the cells of `length` rows."""
        if isinstance(cells, Attribute):
            self._held.add(cells.structs, cells.name)
        elif isinstance(cells, list):
            self._held.add(cells, None)
        elif isinstance(cells, Coded):
            self._held.add_coded(cells.codes, cells.values)
        elif isinstance(cells, Same):
            self._held.add([cells.value] * length, None)
        else:
            raise TypeError(f"strings do not come as {type(cells).__name__}")

    def finish(self, rows: int) -> pa.Array:
        """Return the first `rows` rows as one array, and hold none."""
        held = self._held
        if held.nulls == held.rows:
            self._held = builders.TextBuilder()
            return nulls(rows, self._type)
        held.add_nulls(rows - held.rows)
        valid = _bitmap(held.take_validity())
        data, ends = held.take()
        return pa.Array.from_buffers(self._type, rows, [valid, pa.py_buffer(ends), pa.py_buffer(data)])


class NumbersColumn(HeldColumn):
    """A column of numbers or booleans."""

    _held: builders.NumberBuilder

    def __init__(self, arrow_type: pa.DataType) -> None:
        self._type = arrow_type
        self._form, self._dtype = _NUMBERS[str(arrow_type)]
        self._held = builders.NumberBuilder(self._form)

    def add(self, cells: Cells, length: int) -> None:
        """Take the cells of `length` rows."""
        if isinstance(cells, Attribute):
            self._held.add(cells.structs, cells.name)
        elif isinstance(cells, list):
            self._held.add(cells, None)
        elif isinstance(cells, np.ndarray):
            self._held.add_raw(self._raw(cells), None)
        elif isinstance(cells, Numbers):
            self._held.add_raw(self._raw(cells.values), cells.valid.view(np.uint8))
        elif isinstance(cells, Same):
            self._held.add([cells.value] * length, None)
        elif isinstance(cells, Coded):
            self._held.add([*map([*cells.values, None].__getitem__, cells.codes.tolist())], None)
        else:
            raise TypeError(f"numbers do not come as {type(cells).__name__}")

    def _raw(self, numbers: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
        fitting: npt.NDArray[Any] = np.ascontiguousarray(numbers, dtype=self._dtype)
        return fitting.view(np.uint8)

    def finish(self, rows: int) -> pa.Array:
        """Return the first `rows` rows as one array, and hold none."""
        held = self._held
        if held.nulls == held.rows:
            self._held = builders.NumberBuilder(self._form)
            return nulls(rows, self._type)
        held.add_nulls(rows - held.rows)
        valid, numbers = _bitmap(held.take_validity()), held.take()
        data = _bitmap(numbers) if self._form == "?" else pa.py_buffer(numbers)
        return pa.Array.from_buffers(self._type, rows, [valid, data])


class ListsColumn:
    """A column of lists, over columns of what the lists hold."""

    def __init__(self, arrow_type: pa.DataType) -> None:
        self._type = arrow_type
        self._item_type = arrow_type.value_type
        is_struct = pa.types.is_struct(self._item_type)
        fields = list(self._item_type) if is_struct else [arrow_type.value_field]
        self._children = {field.name: growing_column(field.type) for field in fields}
        self._begin()

    def _begin(self) -> None:
        self.rows = self._items = 0
        self._counts: list[Ints] = []
        self._valid: list[Bools] = []

    @property
    def nbytes(self) -> int:
        """About how many bytes it holds."""
        return 8 * self.rows + sum(child.nbytes for child in self._children.values())

    def add(self, cells: Cells, length: int) -> None:
        """Take the cells of `length` rows."""
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
            raise TypeError(f"lists do not come as {type(cells).__name__}")
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
        """Take `length` rows without a value."""
        self.rows += length
        self._counts.append(np.zeros(length, dtype=np.int64))
        self._valid.append(np.zeros(length, dtype=np.bool_))

    def finish(self, rows: int) -> pa.Array:
        """Return the first `rows` rows as one array, and hold none."""
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


class Repeating:
    """A column of strings of which few repeat: kept as codes into the words seen.

    A column that turns out not to repeat becomes plain.

    Parameters
    ----------
    encoded : bool
        Whether `finish` may return a dictionary array, which writes faster than the strings it stands for.
    """

    def __init__(self, *, encoded: bool) -> None:
        self._encoded = encoded
        self._held = builders.WordBuilder()
        self._settled: list[pa.Array] = []
        self._settled_rows = 0

    @property
    def rows(self) -> int:
        """Rows it has been given."""
        return self._settled_rows + self._held.rows

    @property
    def nbytes(self) -> int:
        """About how many bytes it holds."""
        settled: int = sum(array.nbytes for array in self._settled)
        return self._held.nbytes + settled

    def add(self, cells: Cells, length: int) -> None:
        """Take the cells of `length` rows."""
        if isinstance(cells, Attribute):
            self._held.add(cells.structs, cells.name)
        elif isinstance(cells, list):
            self._held.add(cells, None)
        elif isinstance(cells, Coded):
            self._held.add_coded(cells.codes, cells.values)
        elif isinstance(cells, Same):
            self._held.add_same(cells.value, length)
        else:
            raise TypeError(f"strings do not come as {type(cells).__name__}")
        if len(self._held.words) > MAX_WORDS:
            self._settled_rows = self.rows
            self._settled.append(_strings(self._dictionary()))

    def add_nulls(self, length: int) -> None:
        """Take `length` rows without a value."""
        self._held.add_nulls(length)

    def _dictionary(self) -> pa.DictionaryArray:
        words, codes = self._held.take()
        numbers = np.frombuffer(codes, np.int32)
        valid = numbers >= 0
        buffers = [None if valid.all() else _bitmap(valid), pa.py_buffer(codes)]
        indices = pa.Array.from_buffers(pa.int32(), len(numbers), buffers)
        return pa.DictionaryArray.from_arrays(indices, string_array(words))

    def finish(self, rows: int) -> pa.Array:
        """Return the first `rows` rows as one array, and hold none."""
        self.add_nulls(rows - self.rows)
        last = self._dictionary()
        settled, self._settled, self._settled_rows = self._settled, [], 0
        if settled:
            return pa.concat_arrays([*settled, _strings(last)])
        return last if self._encoded else _strings(last)


def _add(column: GrowingColumn, cells: Cells, length: int, rows: int) -> None:
    """Add cells to a column that has been given fewer than `rows` rows where the last ones were null."""
    if column.rows < rows:
        column.add_nulls(rows - column.rows)
    column.add(cells, length)


def _lists(lists: list[Any]) -> Lists:
    counts = np.array([0 if one is None else len(one) for one in lists], dtype=np.int64)
    valid = np.array([one is not None for one in lists], dtype=np.bool_)
    return Lists(counts, [item for one in lists for item in one or ()], valid)


def _bitmap(flags: Any) -> pa.Buffer | None:
    """Return bytes of 0 and 1 as bits, as Arrow keeps them."""
    if flags is None:
        return None
    return pa.py_buffer(np.packbits(np.frombuffer(flags, np.uint8), bitorder="little"))


def _strings(array: pa.DictionaryArray) -> pa.Array:
    return take(array.dictionary, array.indices)
