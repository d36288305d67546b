"""A tape: items in order; the unread rest of an item can be put back.

Two readers take turns with it: one cuts lines, the other streams a line that is too long to hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from itertools import chain
from typing import Generic, NamedTuple, TypeVar

from exportkit.json_text import JSON_SPACE
from exportkit.place import LineBlock

__all__ = ["BYTE_ORDER_MARK", "Start", "Tape", "take_head", "take_start"]

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_Item = TypeVar("_Item", bound=Sized)


class Tape(Generic[_Item]):
    """Iterates over `items` and counts their bytes.

    Attributes
    ----------
    offset : int
        End of the bytes taken so far: the offset given to `__init__`, plus the items taken, minus the rests
        put back.
    """

    def __init__(self, items: Iterable[_Item], offset: int) -> None:
        self._items = iter(items)
        self._put_back: _Item | None = None
        self.offset = offset

    def __iter__(self) -> Iterator[_Item]:
        return self

    def __next__(self) -> _Item:
        item, self._put_back = self._put_back, None
        if item is None:
            item = next(self._items)
        self.offset += len(item)
        return item

    def put_back(self, rest: _Item) -> None:
        """Make `rest`, the end of the item taken last, the next item."""
        self._put_back = rest
        self.offset -= len(rest)


def take_head(blocks: Iterable[bytes], head_bytes: int = 64 * 1024) -> tuple[bytes, Iterator[bytes]]:
    """Return the first `head_bytes` of `blocks` (fewer if there are fewer), and an iterator over all blocks.

    Only as many blocks are taken as the head needs.
    """
    taken: list[bytes] = []
    iterator = iter(blocks)
    while sum(map(len, taken)) < head_bytes and (block := next(iterator, None)) is not None:
        taken.append(block)
    return b"".join(taken)[:head_bytes], _again(taken, iterator)


def _again(taken: list[bytes], rest: Iterator[bytes]) -> Iterator[bytes]:
    while taken:
        yield taken.pop(0)
    yield from rest


class Start(NamedTuple):
    """The start of an input behind the blank lines before it, where those are more than a head holds.

    Attributes
    ----------
    head : bytes
        Its first bytes behind white space; only white space if there is nothing else.
    blocks : iterator of bytes
        All of it, from the line of `head` on.
    line, offset : int
        Line number and offset of their first byte.
    """

    head: bytes
    blocks: Iterator[bytes]
    line: int = 1
    offset: int = 0

    def blank_lines(self) -> Iterator[LineBlock]:
        """Yield as many blank lines as came before, to be counted."""
        for line in range(1, self.line, _BLANK_LINES):
            yield LineBlock(b"\n" * min(_BLANK_LINES, self.line - line), line, None)


#: Blank lines of a block.
_BLANK_LINES = 2**16


def take_start(blocks: Iterable[bytes]) -> Start:
    """Return the start of `blocks`; memory: one block, however many blank lines come first."""
    head, rest = take_head(blocks)
    line, offset = 1, 0
    if head.removeprefix(BYTE_ORDER_MARK).strip(JSON_SPACE):
        return Start(head, rest)
    blank = JSON_SPACE + BYTE_ORDER_MARK if head.startswith(BYTE_ORDER_MARK) else JSON_SPACE
    for block in rest:
        shown = len(block.lstrip(blank))
        if shown:
            at = block.rfind(b"\n", 0, len(block) - shown) + 1
            line += block.count(b"\n", 0, at)
            before, first = block[at : len(block) - shown], block[len(block) - shown :]
            shown_head, rest = take_head(chain((first,), rest))
            return Start(shown_head, chain((before,), rest), line, offset + at)
        line += block.count(b"\n")
        offset += len(block)
    return Start(head, iter(()))
