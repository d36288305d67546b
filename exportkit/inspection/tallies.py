"""Tallies: counts that hold a bounded number of different keys, whatever they count.

Made without a Python value becoming an Arrow one, on which pyarrow loads pandas where that is installed
(half a second).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["DERIVED", "Counted", "Key", "RunCounter", "Span", "Tally", "grouped"]

Key = tuple[Any, ...]

#: Different keys that one tally tells apart: about 3 MB of memory at most.
MAX_KEYS = 10_000
#: Characters of a key that are kept: a name may be as long as its writer likes.
MAX_CHARACTERS = 200
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _is_not_zero(array: pa.Array) -> pa.Array:
    return pc.cast(array, pa.bool_())


#: Columns that stand in no table: the column each is made of, and how; nulls stay null with `_is_not_zero`.
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

    A single key of lists counts their items.
    """

    table: str
    keys: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the table that are needed."""
        return tuple(DERIVED[key][0] if key in DERIVED else key for key in self.keys)


class Tally:
    """Rows by key: exact for the first `max_keys` keys that come; later ones are summed in `beyond`.

    Names are cut at 200 characters; names that begin alike up to there count as one.
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
        """Count `rows` under `key`, or beyond the keys told apart."""
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
            part = tuple(key[one] for one in at)
            summed[part] = summed.get(part, 0) + count
        return summed


def grouped(arrays: Sequence[pa.Array]) -> list[tuple[Key, int]]:
    """Return the different keys that the arrays hold side by side, most frequent first, with their rows."""
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


class Span:
    """The earliest and the latest of the moments of one column."""

    def __init__(self) -> None:
        self.first: datetime | None = None
        self.last: datetime | None = None

    def add(self, moments: pa.Array) -> None:
        """Look at more moments; nulls are none."""
        found = pc.min_max(moments)
        first, last = _moment(found["min"]), _moment(found["max"])
        if first is not None and last is not None:
            self.first = first if self.first is None else min(self.first, first)
            self.last = last if self.last is None else max(self.last, last)


def _moment(scalar: pa.Scalar) -> datetime | None:
    since: int | None = scalar.cast(pa.int64()).as_py()
    return None if since is None else EPOCH + timedelta(microseconds=since)


class RunCounter:
    """Count runs of equal neighbours over the batches of a table: groups, where each stands together."""

    def __init__(self, keys: Sequence[str]) -> None:
        self.keys = tuple(keys)
        self.runs = 0
        self._last: Key | None = None

    def add(self, batch: pa.RecordBatch) -> None:
        """Count the runs that begin in `batch`."""
        if not batch.num_rows:
            return
        arrays = [batch.column(key) for key in self.keys]
        begins = np.zeros(batch.num_rows, dtype=np.bool_)
        for codes in map(_codes, arrays):
            begins[1:] |= codes[1:] != codes[:-1]
        begins[0] = self._last != _row(arrays, 0)
        self.runs += int(begins.sum())
        self._last = _row(arrays, -1)


def _codes(array: pa.Array) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Return numbers that are equal where the values are; null is a value."""
    indices = array.dictionary_encode(null_encoding="encode").indices
    return np.frombuffer(indices.buffers()[1], dtype=np.int32)[indices.offset : indices.offset + len(indices)]


def _row(arrays: Iterable[pa.Array], at: int) -> Key:
    return tuple(array[at].as_py() for array in arrays)
