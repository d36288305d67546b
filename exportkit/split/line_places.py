"""Finding the lines inside a block of lines."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from exportkit.native import octets
from exportkit.place import LineBlock, LinePlaces

__all__ = ["places"]

_RETURN, _OPENING, _CLOSING = b"\r{}"
#: What JSON calls whitespace, by byte.
_SPACE = np.zeros(256, dtype=np.bool_)
_SPACE[list(b" \t\r\n")] = True


def places(block: LineBlock) -> LinePlaces:
    """Return where the lines of `block` stand, without the blank ones.

    A line's length is without its newline and without a carriage return before that (or before the
    end of the input). A line is blank when it holds only what JSON calls whitespace.

    The block is `plain` when every other line starts with ``{`` and ends with ``}``. Then no JSON
    value runs over a line's end: inside a value ``}`` and ``{`` never follow each other with only
    whitespace between, and a raw newline inside a string is no JSON. So when a decoder of the
    whole block finds as many values as there are lines, they are one a line.
    """
    data = np.frombuffer(block.data, dtype=np.uint8)
    ends = np.frombuffer(octets.newlines(block.data), np.int64)
    if len(data) and (not len(ends) or ends[-1] != len(data) - 1):
        ends = np.append(ends, len(data))
    starts = np.empty_like(ends)
    starts[:1] = 0
    np.add(ends[:-1], 1, out=starts[1:])
    lengths = ends - starts
    lengths -= data[ends - 1] == _RETURN  # an empty line has another newline there, or is dropped below
    lines = np.arange(block.line, block.line + len(ends))
    blanks = 0
    if len(ends) and _SPACE[data[starts]].any():
        kept = np.logical_or.reduceat(~_SPACE[data], starts)
        blanks = len(kept) - int(np.count_nonzero(kept))
        lines, starts, lengths = lines[kept], starts[kept], lengths[kept]
    return LinePlaces(lines, starts, lengths, blanks, _is_plain(data, starts, lengths))


def _is_plain(
    data: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], lengths: npt.NDArray[np.int64]
) -> bool:
    return bool((data[starts] == _OPENING).all() and (data[starts + lengths - 1] == _CLOSING).all())
