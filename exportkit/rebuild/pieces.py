"""Pieces: JSON text that is put together from small values and long streams.

Takes values in which some members are places for streams, gives the text piece by piece. A place is a number
between NUL bytes, which no JSON text holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from exportkit.json_text import write_json

__all__ = ["Streams", "array_of", "member", "object_of_members"]

#: Text of one item or member, in pieces.
Part = Iterable[bytes]


class Streams:
    """Values that are written as streams where they stand in other values."""

    def __init__(self) -> None:
        self._streams: list[Iterator[bytes]] = []

    def place(self, stream: Iterator[bytes]) -> msgspec.Raw:
        """Return what stands for `stream` in a value."""
        self._streams.append(stream)
        return msgspec.Raw(b"\x00%d\x00" % (len(self._streams) - 1))

    def written(self, value: Any) -> Iterator[bytes]:
        """Yield the text of `value` with the streams in their places."""
        for at, part in enumerate(write_json(value).split(b"\x00")):
            if at % 2:
                yield from self._streams[int(part)]
            else:
                yield part


def array_of(items: Iterable[Part]) -> Iterator[bytes]:
    """Yield a JSON array."""
    return _enclosed(b"[", items, b"]")


def object_of_members(members: Iterable[Part]) -> Iterator[bytes]:
    """Yield a JSON object."""
    return _enclosed(b"{", members, b"}")


def member(key: str, value: Any) -> Part:
    """Return one member of an object."""
    return write_json(key), b":", write_json(value)


def _enclosed(begin: bytes, parts: Iterable[Part], end: bytes) -> Iterator[bytes]:
    yield begin
    for order, part in enumerate(parts):
        if order:
            yield b","
        yield from part
    yield end
