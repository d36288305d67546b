"""Tallies: counts that hold a bounded number of different keys, whatever they count."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["DERIVED", "Counted", "Key", "RunCounter", "Span", "Tally"]

Key = tuple[Any, ...]

#: Different keys that one tally tells apart: about 3 MB of memory at most.
MAX_KEYS = 10_000
#: Characters of a key that are kept: a name may be as long as its writer likes.
MAX_CHARACTERS = 200


def _missing(array: pa.Array, instead: Any) -> pa.Array:
    return pc.fill_null(array, instead)


#: Columns that stand in no table: the column each is made of, and how.
DERIVED: Mapping[str, tuple[str, Callable[[pa.Array], pa.Array]]] = {
    "is_first_answer": ("answer_position", lambda column: pc.equal(_missing(column, 0), 0)),
    "is_nested": ("depth", lambda column: pc.greater(column, 0)),
    "is_in_frame": ("frame", pc.is_valid),
    "is_timed": ("timestamp_ms", pc.is_valid),
    "is_first_span": ("position", lambda column: pc.equal(column, 0)),
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
        arrays = [_column(batch, key) for key in self.counted.keys]
        table = pa.table(arrays, names=[str(at) for at in range(len(arrays))])
        groups = table.group_by(table.column_names, use_threads=False).aggregate([([], "count_all")])
        *keys, counts = (column.to_pylist() for column in groups.columns)
        names = list(zip(*keys, strict=True))
        for key, count in sorted(zip(names, counts, strict=True), key=lambda one: -one[1]):
            self.count(tuple(map(_short, key)), count)

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
    value: datetime | None = scalar.as_py()
    return value


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
    codes: np.ndarray[Any, np.dtype[np.int32]] = array.dictionary_encode(
        null_encoding="encode"
    ).indices.to_numpy(zero_copy_only=False)
    return codes


def _row(arrays: Iterable[pa.Array], at: int) -> Key:
    return tuple(array[at].as_py() for array in arrays)
