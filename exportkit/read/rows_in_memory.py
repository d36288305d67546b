"""Rows in memory: dictionaries or lines that a caller holds, as a stream of one line per row.

Takes an iterable whose first element is a row; gives a binary stream with a line for each element, made while
it is read. What a row holds is none of its business.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from exportkit.errors import ReadError
from exportkit.place import Place

__all__ = ["ROWS_URI", "RowStream", "holds_rows", "is_row"]

#: What tables and errors call rows that lie in no file.
ROWS_URI = "rows:"

#: How a text begins that is JSON and no path: an object, an array, an object in a string; or a blank line.
_JSON = re.compile(r'\s*(?:\{\s*["}]|\[\s*(?:[{"]|\]\s*\Z)|"(?:\\[nrt]|\s)*\{)|\s+\Z')
#: How a text begins that holds rows and is none.
_ROWS = re.compile(rb'\s*(?:\[|\{\s*"data"\s*:\s*\[)')


def is_row(value: object) -> bool:
    """Return whether an element of an iterable is a row, a dictionary or a line, and not a source.

    Text that holds several rows counts as one: it is JSON and no path.
    """
    return isinstance(value, Mapping | bytes | bytearray | memoryview) or (
        isinstance(value, str) and _JSON.match(value) is not None
    )


def holds_rows(value: object) -> bool:
    """Return whether an element is the text of a whole export, an array or lines, and not of one row."""
    if not isinstance(value, str | bytes | bytearray | memoryview):
        return False
    text = _encoded(value) if isinstance(value, str) else bytes(value)
    if _ROWS.match(text) is not None:
        return True
    first, _, rest = text.strip().partition(b"\n")
    if not rest.strip():
        return False
    try:
        msgspec.json.decode(first, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeError, RecursionError):  # the first line of a row that is laid out
        return False
    return True


class RowStream:
    """Rows as a binary stream that is read once; row N is line N.

    Parameters
    ----------
    rows : iterable of dict, bytes or str
        Dictionaries as ``json.loads`` gives them, or JSON text with or without a newline at its end. A row
        that is laid out over several lines becomes one. What a JSON string holds is for others to unpack.
    """

    def __init__(self, rows: Iterable[Any]) -> None:
        self._lines = _lines_of(rows)
        self._rest = memoryview(b"")

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""
        if not self._rest:
            lines, held = [], 0
            while held < size and (line := next(self._lines, None)) is not None:
                lines.append(line)
                held += len(line)
            self._rest = memoryview(b"".join(lines))
        data, self._rest = self._rest[:size], self._rest[size:]
        return bytes(data)

    def close(self) -> None:
        """Leave the rows alone: they are the caller's."""


def _lines_of(rows: Iterable[Any]) -> Iterator[bytes]:
    for number, row in enumerate(rows, 1):
        # A newline would end the line; a carriage return is white space in the same places of JSON.
        yield _text_of(row, number).rstrip(b"\r\n").replace(b"\n", b"\r") + b"\n"


def _text_of(row: Any, number: int) -> bytes:
    if isinstance(row, bytes | bytearray | memoryview):
        return bytes(row)
    if isinstance(row, str):
        return _encoded(row)
    if not isinstance(row, Mapping):
        kind = type(row).__name__
        raise TypeError(f"element {number} of the rows is a {kind}: each must be a dict, bytes or str")
    try:
        return _encoded(json.dumps(dict(row), ensure_ascii=False, separators=(",", ":")))
    except (TypeError, ValueError, RecursionError) as error:
        raise ReadError(
            f"a row holds what JSON cannot say: {error}",
            place=Place(ROWS_URI, number),
            hint="give rows as `json.loads` returns them",
        ) from None


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # half a character makes a bad line, as it does in a file
