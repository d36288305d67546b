"""The bytes of a long line, read from the file where it lies, in whole or range by range.

Takes a range of a file; gives its bytes. A line that repeats keys is read without the members that do not
count: it is then made of several ranges of the file.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import accumulate

from exportkit.read import read_range

__all__ = ["LineBytes", "Piece"]

#: A range of bytes (end exclusive), or bytes as they are.
Piece = tuple[int, int] | bytes
#: From an object store, so many blocks are sooner passed over than asked for anew.
PASSED_BLOCKS = 8


class LineBytes:
    """The bytes of one line.

    Parameters
    ----------
    uri : str
        The file in which it lies.
    pieces : iterable of (int, int) or bytes
        Ranges of the file, and bytes between them.
    block_bytes : int
        How much is read at a time.
    """

    def __init__(self, uri: str, pieces: Iterable[Piece], block_bytes: int) -> None:
        self._uri = uri
        self._pieces = [piece for piece in pieces if _length(piece)]
        self._ends = list(accumulate(map(_length, self._pieces)))
        self._block_bytes = block_bytes
        self._last = max((piece[1] for piece in self._pieces if isinstance(piece, tuple)), default=0)
        self._blocks: Iterator[bytes] = iter(())
        self._block, self._block_at = b"", self._last + 1  # nothing is read yet

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def blocks(self) -> Iterator[bytes]:
        """Yield all bytes of the line."""
        for piece in self._pieces:
            if isinstance(piece, bytes):
                yield piece
            else:
                yield from read_range(self._uri, *piece, self._block_bytes)

    def read(self, start: int, end: int) -> bytes:
        """Return a range of the line; ranges that rise are read in one go."""
        found = [
            piece if isinstance(piece, bytes) else self._read_file(*piece)
            for piece in self._between(start, end)
        ]
        return found[0] if len(found) == 1 else b"".join(found)

    def spliced(self, pieces: Iterable[Piece]) -> LineBytes:
        """Return a line that is made of pieces of this one."""
        of_file = (
            one
            for piece in pieces
            for one in ((piece,) if isinstance(piece, bytes) else self._between(*piece))
        )
        return LineBytes(self._uri, of_file, self._block_bytes)

    def _between(self, start: int, end: int) -> Iterator[Piece]:
        """Yield what of the pieces lies in a range of the line."""
        at = bisect_right(self._ends, start)
        while start < end and at < len(self._pieces):
            piece, first = self._pieces[at], self._ends[at] - _length(self._pieces[at])
            low, high = start - first, min(end, self._ends[at]) - first
            yield piece[low:high] if isinstance(piece, bytes) else (piece[0] + low, piece[0] + high)
            start, at = self._ends[at], at + 1

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


def _length(piece: Piece) -> int:
    return len(piece) if isinstance(piece, bytes) else piece[1] - piece[0]
