"""Rows in strings: a line that is a JSON string becomes the row that the string holds.

Takes blocks of lines and long lines; gives the same with rows in the place of strings. Early in 2024 the
platform's SDK handed rows over as strings, and people wrote those as JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec

from exportkit.json_text import JSON_SPACE
from exportkit.place import LineBlock
from exportkit.split.line_blocks import LongLine

__all__ = ["rows_in_strings"]

_QUOTE = b'"'
#: What of a string is whole: no character is cut, no escape, and no pair of surrogates.
_WHOLE = re.compile(
    rb"""(?: [^\\"\x80-\xff]++
    | [\xc2-\xdf][\x80-\xbf] | [\xe0-\xef][\x80-\xbf]{2} | [\xf0-\xf4][\x80-\xbf]{3}
    | \\[^u]
    | \\u(?![dD][89abAB])[0-9a-fA-F]{4}
    | \\u[dD][89abAB][0-9a-fA-F]{2}(?: \\u[0-9a-fA-F]{4} | (?=[^\\]|\\[^u]) )
    )*+""",
    re.VERBOSE | re.DOTALL,
)
#: A pair of surrogates is the longest that may be cut.
_CUT_BYTES = 12


def rows_in_strings(cut: Iterable[LineBlock | LongLine]) -> Iterator[LineBlock | LongLine]:
    """Yield `cut` with the contents of each string in its place; what is no string stays as it is.

    A block that held strings has no offset: its bytes are not those of the input.
    """
    for one in cut:
        if isinstance(one, LongLine):
            yield _unwrapped(one)
            continue
        lines = one.data.split(b"\n")
        rows = list(map(_content, lines))
        yield one if rows == lines else LineBlock(b"\n".join(rows), one.line, None)


def _content(line: bytes) -> bytes:
    text = line.strip(JSON_SPACE)
    if not text.startswith(_QUOTE):
        return line
    try:
        row = msgspec.json.decode(text, type=str).encode()
    except (msgspec.DecodeError, UnicodeError):
        return line
    return row.replace(b"\n", b"\r") if row.strip(JSON_SPACE) else line


def _unwrapped(long: LongLine) -> LongLine:
    blanks: list[bytes] = []
    for chunk in long.chunks:
        text = chunk.lstrip(JSON_SPACE)
        if text.startswith(_QUOTE):
            return LongLine(long.line, None, _contents(chain((text[1:],), long.chunks)))
        blanks.append(chunk)
        if text:
            break
    return LongLine(long.line, long.offset, chain(blanks, long.chunks))


def _contents(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield what a string holds, given what follows its opening quote.

    What is no string any more is yielded as it is: it makes the row one that decoding rejects.
    """
    held = b""
    for chunk in chunks:
        joined = held + chunk
        whole = _WHOLE.match(joined)
        end = whole.end() if whole else 0
        try:
            yield msgspec.json.decode(b'"%b"' % joined[:end], type=str).encode().replace(b"\n", b"\r")
        except (msgspec.DecodeError, UnicodeError):
            end = 0
        held = joined[end:]
        if held.startswith(_QUOTE):
            yield from filter(lambda rest: rest.strip(JSON_SPACE), chain((held[1:],), chunks))
            return
        if len(held) >= _CUT_BYTES:
            break
    yield from chain((held or _QUOTE,), chunks)
