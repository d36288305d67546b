"""Line rows: the rows of one table that belong to one line, few in memory, many in a temporary file.

Takes slices of batches in the order of their parts; gives rows: all of them, or those with certain row
numbers. Memory: `max_rows` rows; beyond that, `CACHED_BATCHES` batches.
"""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import numpy as np
import pyarrow as pa

from exportkit.rebuild.streams import Slice
from exportkit.rebuild.table_rows import RowBatch, TableRow
from exportkit.tables.cells import Ints

__all__ = ["LineRows"]

#: Batches of a temporary file that are kept in memory.
CACHED_BATCHES = 8


class LineRows:
    """The rows of one table and one line; a row number is a position in the order in which they were added.

    Parameters
    ----------
    table : str
        Name of the table.
    max_rows : int
        Rows that are held in memory; with more, all go into a temporary file.
    """

    def __init__(self, table: str, max_rows: int) -> None:
        self.table = table
        self.count = 0
        self._max_rows = max_rows
        self._slices: list[Slice] = []
        self._starts: list[int] = []
        self._file: IO[bytes] | None = None
        self._extents: list[tuple[int, int]] = []
        self._cache: OrderedDict[int, pa.RecordBatch] = OrderedDict()
        self._path: Path | None = None

    @property
    def is_spilled(self) -> bool:
        """Whether the rows are in a temporary file."""
        return self._file is not None

    def add(self, rows: Slice) -> None:
        """Add some rows."""
        self._starts.append(self.count)
        self.count += rows.stop - rows.start
        self._path = rows.batch.path
        if self._file is not None:
            self._write(rows)
        else:
            self._slices.append(rows)
            if self.count > self._max_rows:
                self._spill()

    def rows(self) -> list[TableRow]:
        """Return all rows, in the order in which they were added."""
        if self.is_spilled:
            return self.rows_at(np.arange(self.count))
        return [row for one in self._slices for row in one.batch.rows[one.start : one.stop]]

    def rows_at(self, numbers: Ints | Sequence[int]) -> list[TableRow]:
        """Return the rows with these row numbers, in this order."""
        wanted = np.asarray(numbers, dtype=np.int64)
        batch_of = np.searchsorted(self._starts, wanted, side="right") - 1
        found: dict[int, TableRow] = {}
        for batch_at in np.unique(batch_of).tolist():
            here = wanted[batch_of == batch_at]
            taken = self._batch(batch_at).take(pa.array(here - self._starts[batch_at]))
            found.update(zip(here.tolist(), RowBatch(self.table, taken, self._path).rows, strict=True))
        return [found[number] for number in wanted.tolist()]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield all rows as record batches."""
        return (self._batch(at) for at in range(len(self._starts)))

    def close(self) -> None:
        """Delete the temporary file."""
        if self._file is not None:
            self._file.close()
        self._slices.clear()
        self._cache.clear()

    def _batch(self, at: int) -> pa.RecordBatch:
        if self._file is None:
            return self._slices[at].arrow
        if at not in self._cache:
            offset, length = self._extents[at]
            self._file.seek(offset)
            self._cache[at] = pa.ipc.open_stream(self._file.read(length)).read_next_batch()
            if len(self._cache) > CACHED_BATCHES:
                self._cache.popitem(last=False)
        self._cache.move_to_end(at)
        return self._cache[at]

    def _spill(self) -> None:
        self._file = tempfile.TemporaryFile(prefix="exportkit-line-")  # noqa: SIM115 - closed by `close`
        for rows in self._slices:
            self._write(rows)
        self._slices.clear()

    def _write(self, rows: Slice) -> None:
        if self._file is None:
            return
        arrow = rows.arrow
        sink = pa.BufferOutputStream()
        with pa.ipc.new_stream(sink, arrow.schema) as writer:
            writer.write_batch(arrow)
        written = sink.getvalue()
        self._extents.append((self._file.tell(), written.size))
        self._file.write(written)
