"""The bracket scan: finds where JSON values end without parsing them, in an array or one after the other.

It scans whole blocks in numpy: which bytes are inside strings (after an odd number of unescaped quotes), how
deep the brackets outside strings are nested, and where a comma is at depth 1. Example, an array from the byte
after its opening bracket on::

    bytes          { " , " : 2 } , 7 ]
    inside string    1 1
    depth          2           1     0
    separators                   ^          positions of commas at depth 1
    closing                          ^      position of the bracket that leads to depth 0

Values one after the other start at depth 0, and end where a closing bracket leads back to it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

__all__ = ["ArrayScan", "MarkCount", "ValueScan"]

_QUOTE, _BACKSLASH, _COMMA = b'"\\,'
#: `[` and `{` differ in this bit, and so do `]` and `}`: with it set, two comparisons find four brackets.
_BRACKET_BIT = 0x20
_OPENING, _CLOSING = b"{}"
#: A 1 in every byte: as a factor, it turns the eight flags of a word into their running sums.
_ONES = np.uint64(0x0101010101010101)
_TOP_BYTE = np.uint64(56)
_LOW_BIT = np.uint64(1)
#: Bytes per step: temporaries stay in the cache, and below the size from which malloc requests new pages from
#: the kernel each time, which made the scan three times as slow.
_SLICE_BYTES = 64 * 1024


class _BracketScan:
    """The state of a scan between two blocks: depth, inside a string or not, after a backslash or not."""

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._inside_string = 0
        self._escaped = False

    @property
    def is_inside_string(self) -> bool:
        """Whether what was scanned ends inside a string."""
        return bool(self._inside_string)

    def _marks(
        self, block: memoryview
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_], npt.NDArray[np.bool_], npt.NDArray[np.int64]]:
        """Return where marks outside strings are, which close, which are commas, and depths after them."""
        shift = int(self._escaped)
        data = np.frombuffer(b"".join((b"\\", block)) if shift else block, dtype=np.uint8)
        inside = self._inside_strings(data, self._quotes(data))
        folded = data | _BRACKET_BIT
        marked = folded == _OPENING
        marked |= folded == _CLOSING
        marked |= data == _COMMA
        positions = np.flatnonzero(marked > inside)
        marks = folded[positions]
        closing = marks == _CLOSING
        steps = (marks == _OPENING).view(np.int8) - closing.view(np.int8)
        depths = np.cumsum(steps, dtype=np.int64) + self._depth
        if len(depths):
            self._depth = int(depths[-1])
        positions -= shift
        return positions, closing, marks == _COMMA, depths

    def _quotes(self, data: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
        """Return which bytes are quotes that no backslash escapes, padded to whole words."""
        quotes = np.zeros(-(-len(data) // 8) * 8, dtype=np.bool_)
        np.equal(data, _QUOTE, out=quotes[: len(data)])
        backslashes = np.flatnonzero(data == _BACKSLASH)
        self._escaped = False
        if len(backslashes):
            # Among neighbouring backslashes, the first, third, ... escape the byte that follows.
            order = np.arange(len(backslashes))
            starts = np.diff(backslashes, prepend=-2) != 1
            place = order - np.maximum.accumulate(np.where(starts, order, 0))
            escaped = backslashes[place % 2 == 0] + 1
            self._escaped = bool(escaped[-1] == len(data))
            quotes[escaped[: len(escaped) - self._escaped]] = False
        return quotes

    def _inside_strings(
        self, data: npt.NDArray[np.uint8], quotes: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.bool_]:
        """Return which bytes follow an odd number of quotes; an opening quote counts as inside.

        One multiplication gives the running sums inside words of eight bytes, and `cumsum` those over the
        words: a tenth of the time of a sum over the bytes.
        """
        sums = quotes.view("<u8") * _ONES
        totals = sums >> _TOP_BYTE
        through = np.cumsum(totals, dtype=np.uint64)
        through += np.uint64(self._inside_string)
        before = (through - totals) & _LOW_BIT
        self._inside_string = int(through[-1]) & 1
        sums += before * _ONES
        sums &= _ONES
        return sums.view(np.bool_)[: len(data)]


class ArrayScan(_BracketScan):
    """Scans an array from the byte after its opening bracket on.

    The separators are right for every valid JSON array. In an invalid one, at least one of the elements
    between them is invalid by itself, or the array is never closed.
    """

    def __init__(self) -> None:
        super().__init__(depth=1)

    def feed(self, block: bytes) -> tuple[list[int], int | None]:
        """Return the positions of separators in `block`, and the position of the closing bracket.

        Separators are the commas between elements, in order, none after the closing bracket. The closing
        position is None as long as the array goes on.
        """
        separators: list[int] = []
        view = memoryview(block)
        for start in range(0, len(block), _SLICE_BYTES):
            positions, _, is_comma, depths = self._marks(view[start : start + _SLICE_BYTES])
            found, closings = positions[is_comma & (depths == 1)], positions[depths == 0]
            if len(closings):
                found = found[found < closings[0]]
            separators += (found + start).tolist()
            if len(closings):
                return separators, start + int(closings[0])
        return separators, None


class ValueScan(_BracketScan):
    """Scans objects and arrays that follow each other.

    A closing bracket too many ends a value of its own, and changes nothing for those after it.
    """

    def __init__(self) -> None:
        super().__init__(depth=0)

    def feed(self, block: memoryview) -> list[int]:
        """Return the positions after the brackets of `block` that close a value."""
        found: list[int] = []
        for start in range(0, len(block), _SLICE_BYTES):
            positions, closes, _, depths = self._marks(block[start : start + _SLICE_BYTES])
            # Depth never falls below 0: what lies below the lowest depth so far starts from there anew.
            depths -= np.minimum(np.minimum.accumulate(depths), 0)
            if len(depths):
                self._depth = int(depths[-1])
            found += (positions[closes & (depths == 0)] + (start + 1)).tolist()
        return found

    def restart(self) -> None:
        """Go on as if a value began here, whatever came before."""
        self.__init__()  # type: ignore[misc]  # the state of a new scan


class MarkCount(_BracketScan):
    """Counts commas and opening brackets of any depth, without those in strings.

    Attributes
    ----------
    commas, openings : int
        How many there were so far.
    """

    def __init__(self) -> None:
        super().__init__(0)
        self.commas = self.openings = 0

    def add(self, data: bytes) -> None:
        """Count in more bytes."""
        view = memoryview(data)
        for start in range(0, len(data), _SLICE_BYTES):
            positions, closing, commas, _ = self._marks(view[start : start + _SLICE_BYTES])
            found = int(np.count_nonzero(commas))
            self.commas += found
            self.openings += len(positions) - found - int(np.count_nonzero(closing))
