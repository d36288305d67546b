"""Streams: the rows of one table, line by line, merged from all its parts.

Takes the sorted runs of a table; gives for each key (export and line) the rows that belong to it. A sorted
run is opened when its first line is due and closed at its end, so that few files are open, with one batch of
each in memory.
"""

from __future__ import annotations

import heapq
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from exportkit.errors import ReadError
from exportkit.lakes import KEY_COLUMNS, open_part
from exportkit.place import Place
from exportkit.rebuild.sorted_runs import Exports, Key, SortedRun, group_starts, key_arrays
from exportkit.rebuild.table_rows import RowBatch

__all__ = ["Slice", "TableStream"]

#: Bytes of rows that are converted to dictionaries at a time.
BATCH_BYTES = 1024 * 1024
#: Part files of one table that are open at the same time.
MAX_OPEN = 128


@dataclass(frozen=True, slots=True)
class Slice:
    """Rows `start` to `stop` (exclusive) of a batch, all of one line."""

    batch: RowBatch
    start: int
    stop: int

    @property
    def arrow(self) -> pa.RecordBatch:
        """These rows as a record batch."""
        return self.batch.arrow.slice(self.start, self.stop - self.start)


Rows = Generator[tuple[Key, Slice], None, None]


class TableStream:
    """The rows of a table by ascending key.

    Parameters
    ----------
    table : str
        Name of the table.
    runs : sequence of SortedRun
        All its rows.
    columns : sequence of str
        Columns to read, beside the keys.
    exports : Exports
        Numbers of the exports.
    batch_rows : int
        Rows that are read from a part at a time.
    """

    def __init__(
        self,
        table: str,
        runs: Sequence[SortedRun],
        columns: Sequence[str],
        exports: Exports,
        batch_rows: int,
    ) -> None:
        self._table = table
        self._columns = columns
        self._exports = exports
        self._batch_rows = batch_rows
        numbered = sorted(enumerate(runs), key=lambda pair: (pair[1].first, pair[0]))
        self._waiting = list(reversed(numbered))
        self._open: list[tuple[Key, int, Slice, Rows]] = []
        #: Rows that were not taken.
        self.left_out = 0

    def peek(self) -> Key | None:
        """Return the least key that has not been taken; None at the end."""
        if self._waiting and (not self._open or self._waiting[-1][1].first < self._open[0][0]):
            self._open_next()
        return self._open[0][0] if self._open else None

    def take(self, key: Key) -> Iterator[Slice]:
        """Yield the rows of `key`; rows of lesser keys are left out."""
        while True:
            while self._waiting and self._waiting[-1][1].first <= key:
                self._open_next()
            if not self._open or self._open[0][0] > key:
                return
            found, number, rows, following = self._open[0]
            entry = next(following, None)
            if entry is None:
                heapq.heappop(self._open)
            else:
                heapq.heapreplace(self._open, (entry[0], number, entry[1], following))
            if found == key:
                yield rows
            else:
                self.left_out += rows.stop - rows.start

    def drain(self) -> None:
        """Leave out all rows that have not been taken."""
        self.left_out += sum(run.stop - run.start for _, run in self._waiting)
        self._waiting.clear()
        for _, _, rows, following in self._open:
            self.left_out += rows.stop - rows.start + sum(some.stop - some.start for _, some in following)
        self._open.clear()

    def close(self) -> None:
        """Close all files."""
        for _, _, _, following in self._open:
            following.close()
        self._open.clear()

    def _open_next(self) -> None:
        number, run = self._waiting.pop()
        if len(self._open) == MAX_OPEN:
            raise ReadError(
                f"the rows of {self._table} are not in the order of their lines",
                place=Place(str(run.path)),
                hint="write the table again, ordered by export_id and line",
            )
        following = self._read(run)
        entry = next(following, None)
        if entry is not None:
            heapq.heappush(self._open, (entry[0], number, entry[1], following))

    def _read(self, run: SortedRun) -> Rows:
        """Yield the rows of a sorted run by key; a line that crosses batches comes in several slices."""
        for arrow in self._batches(run):
            ordinals, lines = key_arrays(arrow, self._exports, run.path)
            starts = np.flatnonzero(group_starts((ordinals, lines))).tolist()
            firsts = zip(ordinals[starts].tolist(), lines[starts].tolist(), strict=True)
            batch = RowBatch(self._table, arrow, run.path)
            for key, start, stop in zip(firsts, starts, [*starts[1:], arrow.num_rows], strict=True):
                yield key, Slice(batch, start, stop)

    def _batches(self, run: SortedRun) -> Generator[pa.RecordBatch, None, None]:
        reader = open_part(run.path)
        try:
            columns = [name for name in reader.names if name in self._columns or name in KEY_COLUMNS]
            before = 0
            for chunk, count in enumerate(reader.chunk_rows):
                if before < run.stop and before + count > run.start:
                    at = before
                    for batch in reader.batches(chunk, columns, self._batch_rows):
                        start, stop = max(run.start - at, 0), min(run.stop - at, batch.num_rows)
                        yield from _small(batch, start, stop)
                        at += batch.num_rows
                before += count
        finally:
            reader.close()


def _small(batch: pa.RecordBatch, start: int, stop: int) -> Iterator[pa.RecordBatch]:
    """Yield some rows of a batch, fewer at a time when they are large."""
    step = max(1, batch.num_rows * BATCH_BYTES // max(batch.nbytes, BATCH_BYTES))
    for first in range(start, stop, step):
        yield batch.slice(first, min(step, stop - first))
