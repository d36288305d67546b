"""Columns under way: the cells of one column, made small block by block.

Cells are turned into buffers while their strings are still in the processor's cache; done once a row
group instead, the same work took four times as long. Few rows at a time wait until they are worth a call.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from exportkit.batch.arrays import codes_of, string_array, to_array
from exportkit.batch.kernels import take
from exportkit.tables.cells import Cells, Coded, Same

__all__ = ["GrowingColumn", "PlainColumn", "RepeatingColumn"]

#: Rows from which cells are made small at once.
WORTHWHILE_ROWS = 256
#: Distinct strings from which a column does not repeat any more.
MAX_WORDS = 1 << 15

Codes = npt.NDArray[np.int32]


class GrowingColumn(Protocol):
    """What collects the cells of one column; rows at its end that nobody gave it are null.

    Attributes
    ----------
    rows : int
        Rows it has been given.
    """

    rows: int

    def add(self, cells: Cells, length: int) -> int:
        """Take the cells of `length` rows; return about how many bytes they hold."""

    def add_nulls(self, length: int) -> None:
        """Take `length` rows without a value."""

    def finish(self, rows: int) -> pa.Array:
        """Return the first `rows` rows as one array, and hold none."""


class PlainColumn:
    """A column kept as Arrow arrays, one for each few blocks."""

    def __init__(self, arrow_type: pa.DataType) -> None:
        self.rows = 0
        self._type = arrow_type
        self._arrays: list[pa.Array] = []
        self._waiting: list[Any] = []

    def add(self, cells: Cells, length: int) -> int:
        """Take the cells of `length` rows; return about how many bytes they hold."""
        self.rows += length
        if isinstance(cells, list):
            if self._waiting or length < WORTHWHILE_ROWS:
                self._waiting += cells
                return self._settle() if len(self._waiting) >= WORTHWHILE_ROWS else 16 * length
        else:
            self._settle()
        return self._keep(to_array(cells, length, self._type))

    def add_nulls(self, length: int) -> None:
        """Take `length` rows without a value."""
        self._settle()
        self.rows += length
        self._arrays.append(pa.nulls(length, self._type))

    def _settle(self) -> int:
        if not self._waiting:
            return 0
        waiting, self._waiting = self._waiting, []
        return self._keep(to_array(waiting, len(waiting), self._type))

    def _keep(self, array: pa.Array) -> int:
        self._arrays.append(array)
        return int(array.nbytes)

    def finish(self, rows: int) -> pa.Array:
        """Return the first `rows` rows as one array, and hold none."""
        if self.rows < rows or not rows:
            self.add_nulls(rows - self.rows)
        self._settle()
        arrays, self._arrays, self.rows = self._arrays, [], 0
        return arrays[0] if len(arrays) == 1 else pa.concat_arrays(arrays)


class RepeatingColumn:
    """A column of strings of which few repeat: kept as codes into the words seen.

    A column that turns out not to repeat becomes plain.

    Parameters
    ----------
    encoded : bool
        Whether `finish` may return a dictionary array, which writes faster than the strings it stands for.
    """

    def __init__(self, *, encoded: bool) -> None:
        self.rows = 0
        self._encoded = encoded
        self._words: dict[str | None, int] = {None: -1}
        self._codes: list[Codes] = []
        self._settled: list[pa.Array] = []

    def add(self, cells: Cells, length: int) -> int:
        """Take the cells of `length` rows; return about how many bytes they hold."""
        self.rows += length
        if isinstance(cells, Same):
            codes = np.full(length, self._code(cells.value), dtype=np.int32)
        elif isinstance(cells, Coded):
            words = np.array([*map(self._code, cells.values), -1], dtype=np.int32)
            codes = words[cells.codes]
        else:
            codes = self._coded(cells)
        self._codes.append(codes)
        if len(self._words) > MAX_WORDS:
            self._settle()
        return 4 * length

    def add_nulls(self, length: int) -> None:
        """Take `length` rows without a value."""
        self.rows += length
        self._codes.append(np.full(length, -1, dtype=np.int32))

    def _code(self, word: str | None) -> int:
        return self._words.setdefault(word, len(self._words) - 1)

    def _coded(self, cells: Any) -> Codes:
        words = self._words
        try:
            return np.fromiter(map(words.__getitem__, cells), np.int32, len(cells))
        except KeyError:
            for word in set(cells):
                self._code(word)
            return np.fromiter(map(words.__getitem__, cells), np.int32, len(cells))

    def _settle(self) -> None:
        self._settled.append(_strings(self._dictionary()))
        self._words, self._codes = {None: -1}, []

    def _dictionary(self) -> pa.DictionaryArray:
        words = string_array(list(self._words)[1:])
        codes = np.concatenate(self._codes) if self._codes else np.zeros(0, dtype=np.int32)
        return pa.DictionaryArray.from_arrays(codes_of(codes), words)

    def finish(self, rows: int) -> pa.Array:
        """Return the first `rows` rows as one array, and hold none."""
        self.add_nulls(rows - self.rows)
        last = self._dictionary()
        settled, self._settled = self._settled, []
        self._words, self._codes, self.rows = {None: -1}, [], 0
        if settled:
            return pa.concat_arrays([*settled, _strings(last)])
        return last if self._encoded else _strings(last)


def _strings(array: pa.DictionaryArray) -> pa.Array:
    return take(array.dictionary, array.indices)
