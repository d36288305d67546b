"""Line rows: the rows of one table that belong to one line, few in memory, many in a temporary file.

Takes slices of batches in the order of their parts, gives records: all of them, or those at some row numbers.
Memory: `most` rows, then one cache of batches.
"""

from __future__ import annotations

import tempfile
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from exportkit.rebuild.records import Batch, Record
from exportkit.rebuild.streams import Slice

__all__ = ["LineRows"]

Ints = npt.NDArray[np.int64]

#: Batches of a temporary file that are kept in memory.
CACHED_BATCHES = 8


class LineRows:
    """Rows of one table and one line.

    Parameters
    ----------
    table : str
        Name of the table.
    most : int
        Rows that are held in memory.
    """

    def __init__(self, table: str, most: int) -> None:
        self.table = table
        self.count = 0
        self._most = most
        self._slices: list[Slice] = []
        self._starts: list[int] = []
        self._file: IO[bytes] | None = None
        self._places: list[tuple[int, int]] = []
        self._cache: OrderedDict[int, pa.RecordBatch] = OrderedDict()
        self._path: Path | None = None

    @property
    def is_spilled(self) -> bool:
        """Whether the rows are in a temporary file."""
        return self._file is not None

    def add(self, rows: Slice) -> None:
        """Take some rows."""
        self._starts.append(self.count)
        self.count += rows.stop - rows.start
        self._path = rows.batch.path
        if self._file is not None:
            self._write(rows)
        else:
            self._slices.append(rows)
            if self.count > self._most:
                self._spill()

    def records(self) -> list[Record]:
        """Return all rows, in the order in which they came."""
        if self.is_spilled:
            return self.records_at(np.arange(self.count))
        return [record for one in self._slices for record in one.batch.records[one.start : one.stop]]

    def records_at(self, rows: Ints | Sequence[int]) -> list[Record]:
        """Return the rows with these numbers, in this order."""
        wanted = np.asarray(rows, dtype=np.int64)
        owners = np.searchsorted(self._starts, wanted, side="right") - 1
        found: dict[int, Record] = {}
        for owner in np.unique(owners).tolist():
            numbers = wanted[owners == owner]
            taken = self._batch(owner).take(pa.array(numbers - self._starts[owner]))
            found.update(zip(numbers.tolist(), Batch(self.table, taken, self._path).records, strict=True))
        return [found[row] for row in wanted.tolist()]

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield all rows as Arrow has them."""
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
            offset, length = self._places[at]
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
        self._places.append((self._file.tell(), written.size))
        self._file.write(written)
