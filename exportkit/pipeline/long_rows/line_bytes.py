"""The bytes of a long line, read from the file where it lies, in whole or range by range.

Takes a range of a file; gives its bytes. A line that repeats keys is read without the members that do not
count: it is then made of several ranges of the file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from exportkit.read import read_range
from exportkit.tables.cells import Ints

__all__ = ["LineBytes"]

#: From an object store, so many blocks are sooner passed over than asked for anew.
PASSED_BLOCKS = 8


class LineBytes:
    """The bytes of one line.

    Parameters
    ----------
    uri : str
        The file in which it lies.
    starts, ends : sequence of int
        The ranges of the file that are the line, one after another.
    block_bytes : int
        How much is read at a time.
    """

    def __init__(
        self, uri: str, starts: Sequence[int] | Ints, ends: Sequence[int] | Ints, block_bytes: int
    ) -> None:
        self._uri = uri
        self._starts = np.array(starts, dtype=np.int64)
        self._ends = np.array(ends, dtype=np.int64)
        #: Where each range ends in the line.
        self._until = np.cumsum(self._ends - self._starts)
        self._block_bytes = block_bytes
        self._last = int(self._ends.max(initial=0))
        self._blocks: Iterator[bytes] = iter(())
        self._block, self._block_at = b"", self._last + 1  # nothing is read yet

    def __len__(self) -> int:
        return int(self._until[-1]) if len(self._until) else 0

    def blocks(self) -> Iterator[bytes]:
        """Yield all bytes of the line."""
        if len(self._starts) == 1:
            yield from read_range(self._uri, int(self._starts[0]), self._last, self._block_bytes)
            return
        for start in range(0, len(self), self._block_bytes):
            yield self.read(start, min(start + self._block_bytes, len(self)))

    def read(self, start: int, end: int) -> bytes:
        """Return a range of the line; ranges that rise are read in one go."""
        if len(self._starts) == 1:
            first = int(self._starts[0])
            return self._read_file(first + start, first + end)
        return b"".join(self._read_file(*one) for one in self._between(start, end))

    def without(self, starts: Ints, ends: Ints) -> LineBytes:
        """Return the line that the ranges of this one from `starts` to `ends` make."""
        if len(self._starts) > 1:
            found = [
                one
                for range_ in zip(starts.tolist(), ends.tolist(), strict=True)
                for one in self._between(*range_)
            ]
            return LineBytes(
                self._uri, [one for one, _ in found], [one for _, one in found], self._block_bytes
            )
        first = int(self._starts[0])
        return LineBytes(self._uri, first + starts, first + ends, self._block_bytes)

    def _between(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the ranges of the file that are a range of the line."""
        at = int(np.searchsorted(self._until, start, side="right"))
        while start < end and at < len(self._until):
            shift = int(self._ends[at] - self._until[at])
            until = min(end, int(self._until[at]))
            yield start + shift, until + shift
            start, at = until, at + 1

    def _read_file(self, start: int, end: int) -> bytes:
        reach = self._block_at + len(self._block) + PASSED_BLOCKS * self._block_bytes
        if not self._block_at <= start <= reach:
            self._blocks = read_range(self._uri, start, self._last, self._block_bytes)
            self._block, self._block_at = b"", start
        found: list[bytes] = []
        while start < end:
            block_end = self._block_at + len(self._block)
            if start >= block_end:
                self._block, self._block_at = next(self._blocks), block_end
                continue
            found.append(self._block[start - self._block_at : end - self._block_at])
            start = min(end, block_end)
        return found[0] if len(found) == 1 else b"".join(found)
