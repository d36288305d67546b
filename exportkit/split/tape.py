"""A tape: items in order; the unread rest of an item can be put back.

Two readers take turns with it: one cuts lines, the other streams a line that is too long to hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sized
from typing import Generic, TypeVar

__all__ = ["Tape", "take_head"]

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
