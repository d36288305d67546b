"""Places: where the lines of a block are."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from exportkit.json_text import JSON_SPACE
from exportkit.native import octets
from exportkit.place import LineBlock, LinePlaces

__all__ = ["places"]

_RETURN, _OPENING, _CLOSING = b"\r{}"
#: Whether a byte is white space in JSON.
_SPACE = np.zeros(256, dtype=np.bool_)
_SPACE[list(JSON_SPACE)] = True


def places(block: LineBlock) -> LinePlaces:
    """Return the places of the lines of `block`, without the blank ones.

    The length of a line excludes its newline, and a carriage return before that (or before the end of the
    input). A line is blank if it holds only white space of JSON.

    The block is `plain` if every line that is not blank starts with ``{`` and ends with ``}``. Then no JSON
    value crosses the end of a line: inside a value ``}`` and ``{`` never follow each other with only white
    space between, and a raw newline inside a string is not JSON. If a decoder of the whole block finds as
    many values as there are lines, there is therefore one per line.
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
