"""Tallies: counts with a bounded number of different keys.

No Python value is converted to an Arrow value here: pyarrow would import pandas for that, if it is installed,
which takes half a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["DERIVED", "Counted", "GroupCounter", "Key", "PeriodTally", "Tally", "grouped"]

Key = tuple[Any, ...]

#: Different keys of one tally: at most about 3 MB of memory.
MAX_KEYS = 10_000
#: Characters of a key that are kept: names have no limit of their own.
MAX_CHARACTERS = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _is_not_zero(array: pa.Array) -> pa.Array:
    return pc.cast(array, pa.bool_())


#: Keys that are no columns: the source column of each, and its function (`_is_not_zero` keeps nulls).
DERIVED: Mapping[str, tuple[str, Callable[[pa.Array], pa.Array]]] = {
    "is_later_answer": ("answer_position", _is_not_zero),
    "is_nested": ("depth", _is_not_zero),
    "is_in_frame": ("frame", pc.is_valid),
    "is_timed": ("timestamp_ms", pc.is_valid),
    "is_later_span": ("position", _is_not_zero),
    "has_vector": ("vector_position", pc.is_valid),
}


@dataclass(frozen=True, slots=True)
class Counted:
    """What a tally counts: the rows of `table` by the values of `keys`, columns of it or of `DERIVED`.

    If the only key is a column of lists, their items are counted.
    """

    table: str
    keys: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table that are needed."""
        return tuple(DERIVED[key][0] if key in DERIVED else key for key in self.keys)


class Tally:
    """Rows by key, exact for the first `max_keys` different keys; `beyond` counts the rows of all later keys.

    Names are cut at 200 characters; names with the same first 200 characters count as one.
    """

    def __init__(self, counted: Counted, max_keys: int = MAX_KEYS) -> None:
        self.counted = counted
        self.counts: dict[Key, int] = {}
        self.beyond = 0
        self._max_keys = max_keys

    def add(self, batch: pa.RecordBatch) -> None:
        """Count the rows of a batch of the tally's table."""
        for key, rows in grouped([_column(batch, key) for key in self.counted.keys]):
            self.count(tuple(map(_short, key)), rows)

    def count(self, key: Key, rows: int) -> None:
        """Count `rows` under `key`, or in `beyond` if there are too many keys."""
        if key in self.counts:
            self.counts[key] += rows
        elif len(self.counts) < self._max_keys:
            self.counts[key] = rows
        else:
            self.beyond += rows

    def by(self, *keys: str) -> dict[Key, int]:
        """Return the counts summed over the other keys."""
        at = [self.counted.keys.index(key) for key in keys]
        summed: dict[Key, int] = {}
        for key, count in self.counts.items():
            shorter = tuple(key[one] for one in at)
            summed[shorter] = summed.get(shorter, 0) + count
        return summed


def grouped(arrays: Sequence[pa.Array]) -> list[tuple[Key, int]]:
    """Return the different rows of parallel arrays, most frequent first, each with its count."""
    codes = np.zeros(len(arrays[0]), dtype=np.int64)
    for array in arrays:
        more = _codes(array)
        _, codes = np.unique(codes * (int(more.max(initial=0)) + 1) + more, return_inverse=True)
    _, firsts, counts = np.unique(codes, return_index=True, return_counts=True)
    at = pa.Array.from_buffers(pa.int64(), len(firsts), [None, pa.py_buffer(firsts.astype(np.int64))])
    keys = zip(*(array.take(at).to_pylist() for array in arrays), strict=True)
    return sorted(zip(keys, counts.tolist(), strict=True), key=lambda one: -one[1])


def _column(batch: pa.RecordBatch, key: str) -> pa.Array:
    if key in DERIVED:
        source, derive = DERIVED[key]
        return derive(batch.column(source))
    array = batch.column(key)
    return pc.list_flatten(array) if pa.types.is_list(array.type) else array


def _short(value: Any) -> Any:
    return value[:MAX_CHARACTERS] if isinstance(value, str) else value


class PeriodTally:
    """The earliest and the latest timestamp of one column."""

    def __init__(self) -> None:
        self.first: datetime | None = None
        self.last: datetime | None = None

    def add(self, timestamps: pa.Array) -> None:
        """Count more timestamps; nulls are ignored."""
        found = pc.min_max(timestamps)
        first, last = _datetime(found["min"]), _datetime(found["max"])
        if first is not None and last is not None:
            self.first = first if self.first is None else min(self.first, first)
            self.last = last if self.last is None else max(self.last, last)


def _datetime(scalar: pa.Scalar) -> datetime | None:
    since: int | None = scalar.cast(pa.int64()).as_py()
    return None if since is None else EPOCH + timedelta(microseconds=since)


class GroupCounter:
    """Counts groups of neighbouring rows with equal keys, over all batches of a table."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.keys = tuple(keys)
        self.groups = 0
        self._last: Key | None = None

    def add(self, batch: pa.RecordBatch) -> None:
        """Count the groups that begin in `batch`."""
        if not batch.num_rows:
            return
        arrays = [batch.column(key) for key in self.keys]
        begins = np.zeros(batch.num_rows, dtype=np.bool_)
        for codes in map(_codes, arrays):
            begins[1:] |= codes[1:] != codes[:-1]
        begins[0] = self._last != _row(arrays, 0)
        self.groups += int(begins.sum())
        self._last = _row(arrays, -1)


def _codes(array: pa.Array) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Return numbers that are equal if and only if the values are; null is a value."""
    indices = array.dictionary_encode(null_encoding="encode").indices
    return np.frombuffer(indices.buffers()[1], dtype=np.int32)[indices.offset : indices.offset + len(indices)]


def _row(arrays: Iterable[pa.Array], at: int) -> Key:
    return tuple(array[at].as_py() for array in arrays)
