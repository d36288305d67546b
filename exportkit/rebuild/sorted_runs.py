"""Sorted runs: ranges of rows of a part that are in the order of exports and lines.

Takes readers of parts; gives the range and the first key of each sorted run. Reads only the columns
``export_id`` and ``line``. A part that one worker wrote is usually a single sorted run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from exportkit.errors import ReadError
from exportkit.lakes import PartReader, reading
from exportkit.place import Place
from exportkit.tables.cells import Bools, Ints

__all__ = ["Exports", "Key", "SortedRun", "group_starts", "key_arrays", "sorted_runs_of"]

#: Ordinal of an export and line in it: the merge key of all tables.
Key = tuple[int, int]

#: Ordinal of an export that is not wanted.
UNWANTED = -1


@dataclass(frozen=True, slots=True)
class SortedRun:
    """Rows `start` to `stop` (exclusive) of a part, ascending by key; `first` is the least key."""

    path: Path
    start: int
    stop: int
    first: Key


class Exports:
    """The exports of a lake, numbered in the order in which they are written.

    Parameters
    ----------
    only : str, optional
        The one export that is wanted. Without it, `number` gives every export that it meets the next ordinal,
        until `close`.
    """

    def __init__(self, only: str | None = None) -> None:
        self.ordinals: dict[str, int] = {} if only is None else {only: 0}
        self._open = only is None
        self.seen: set[str] = set()

    def close(self) -> None:
        """Stop numbering exports: those that are met for the first time from now on are not wanted."""
        self._open = False

    def number(self, export_ids: pa.Array) -> Ints:
        """Return the ordinals of a column of export ids."""
        coded = export_ids if pa.types.is_dictionary(export_ids.type) else pc.dictionary_encode(export_ids)
        names = coded.dictionary.to_pylist()
        for name in names:
            if self._open and name not in self.ordinals:
                self.ordinals[name] = len(self.ordinals)
            self.seen.add(name)
        found = np.array([self.ordinals.get(name, UNWANTED) for name in names], dtype=np.int64)
        codes = coded.indices.to_numpy(zero_copy_only=False)
        return found[codes] if len(found) else np.zeros(0, dtype=np.int64)


def group_starts(columns: Sequence[Ints]) -> Bools:
    """Return which rows start a group of rows that are equal in all `columns`; the first row always does."""
    starts = np.zeros(len(columns[0]), dtype=np.bool_)
    starts[:1] = True
    for column in columns:
        starts[1:] |= column[1:] != column[:-1]
    return starts


def key_arrays(rows: pa.Table | pa.RecordBatch, exports: Exports, path: Path) -> tuple[Ints, Ints]:
    """Return the ordinals of the exports and the lines of some rows.

    Raises
    ------
    ReadError
        A row has no ``export_id`` or no ``line``, or they are of another type.
    """
    ids, lines = rows.column("export_id"), rows.column("line")
    if ids.null_count or lines.null_count:
        raise ReadError("a row has no export_id or no line", place=Place(str(path)))
    with reading(path):
        if not pa.types.is_dictionary(ids.type):
            ids = ids.cast(pa.string())
        chunks = ids.chunks if isinstance(ids, pa.ChunkedArray) else [ids]
        ordinals = [exports.number(chunk) for chunk in chunks]
        return np.concatenate(ordinals), lines.cast(pa.int64()).to_numpy()


def sorted_runs_of(reader: PartReader, exports: Exports) -> list[SortedRun]:
    """Return the sorted runs of wanted rows of a part, in the order of the file."""
    begins = list(_begins(reader, exports))
    ends = [*(start for start, _ in begins), sum(reader.chunk_rows)][1:]
    return [
        SortedRun(reader.path, start, stop, first)
        for (start, first), stop in zip(begins, ends, strict=True)
        if first[0] != UNWANTED
    ]


def _begins(reader: PartReader, exports: Exports) -> Iterator[tuple[int, Key]]:
    """Yield the row number and the key of each row that starts a sorted run."""
    row, last = 0, None
    for chunk, count in enumerate(reader.chunk_rows):
        if not count:
            continue
        ordinals, lines = key_arrays(reader.keys(chunk), exports, reader.path)
        before = (ordinals[0], lines[0]) if last is None else last
        previous = np.concatenate(([before[0]], ordinals[:-1]))
        falls = (ordinals == previous) & (lines < np.concatenate(([before[1]], lines[:-1])))
        turns = falls | (ordinals < previous) | ((ordinals == UNWANTED) != (previous == UNWANTED))
        turns[0] |= last is None
        for at in np.flatnonzero(turns).tolist():
            yield row + at, (int(ordinals[at]), int(lines[at]))
        row, last = row + count, (ordinals[-1], lines[-1])
