"""Ways to cut bytes into blocks, and the plainest way to say what lines are."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from hypothesis import strategies as st

from exportkit.place import LineBlock
from exportkit.split import LongLine, places

MARK = b"\xef\xbb\xbf"
SPACE = b" \t\r\n"


class Line(NamedTuple):
    """A line that is not blank, with its place."""

    number: int
    offset: int | None
    content: bytes


def pieces_of(data: bytes) -> st.SearchStrategy[list[bytes]]:
    """Every way to cut `data` into blocks, empty ones included."""
    cuts = st.lists(st.integers(0, len(data)), max_size=12).map(sorted)
    return cuts.map(lambda inner: [data[start:end] for start, end in pairwise([0, *inner, len(data)])])


def plain_lines(data: bytes) -> list[Line]:
    """The lines of `data` by the shortest way there is."""
    start = len(MARK) if data.startswith(MARK) else 0
    found = []
    for number, match in enumerate(re.finditer(rb"([^\n]*)(?:\n|\Z)", data[start:]), 1):
        content = match[1].removesuffix(b"\r")
        if content.strip(SPACE):
            found.append(Line(number, start + match.start(), content))
    return found


def lines_of(items: Iterable[LineBlock | LongLine]) -> Iterator[Line]:
    """Return the lines in the blocks of a cutter, without blank ones, as the next stage sees them."""
    for item in items:
        if isinstance(item, LongLine):
            content = b"".join(item.chunks)
            if content.strip(SPACE):
                yield Line(item.line, item.offset, content)
            continue
        found = places(item)
        for number, start, length in zip(found.lines, found.starts, found.lengths, strict=True):
            offset = None if item.offset is None else item.offset + int(start)
            yield Line(int(number), offset, item.data[start : start + length])


def rows(most: int = 12) -> st.SearchStrategy[bytes]:
    """Exports and what may be found instead: lines good and bad, blank, long, of every line end."""
    line = st.one_of(
        st.sampled_from(
            [b"", b" ", b"\t", b"\r", b"{}", b'{"a":1}', b"{", b"}", b"}{", b"[]", b'"', MARK, b"null"]
        ),
        st.sampled_from(["\u2028", "\u0085", '{"text":"\u2028ü"}']).map(str.encode),
        st.binary(max_size=20),
        st.integers(0, 200).map(lambda size: b'{"long":"' + b"x" * size + b'"}'),
    )
    ended = st.tuples(line, st.sampled_from([b"\n", b"\n", b"\r\n", b"\n\n", b" \n"])).map(b"".join)
    lines = st.lists(ended, max_size=most).map(b"".join)
    return st.tuples(st.sampled_from([b"", MARK]), lines, line | st.just(b"")).map(b"".join)
