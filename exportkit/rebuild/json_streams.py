"""JSON streams: JSON text that is put together from small values and long streams.

Takes values in which placeholders stand for streams; gives the text in chunks. A placeholder is a number
between NUL bytes, which no JSON text holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from exportkit.json_text import write_json

__all__ = ["Chunks", "TextStreams", "array_of", "member", "object_of_members"]

#: The text of one item or member, in chunks.
Chunks = Iterable[bytes]


class TextStreams:
    """Values that are written as streams, wherever they stand inside other values."""

    def __init__(self) -> None:
        self._streams: list[Iterator[bytes]] = []

    def place(self, stream: Iterator[bytes]) -> msgspec.Raw:
        """Return the placeholder of `stream`, to be put into a value."""
        self._streams.append(stream)
        return msgspec.Raw(b"\x00%d\x00" % (len(self._streams) - 1))

    def written(self, value: Any) -> Iterator[bytes]:
        """Yield the text of `value`, each placeholder replaced by its stream."""
        for at, chunk in enumerate(write_json(value).split(b"\x00")):
            if at % 2:
                yield from self._streams[int(chunk)]
            else:
                yield chunk


def array_of(items: Iterable[Chunks]) -> Iterator[bytes]:
    """Yield a JSON array."""
    return _enclosed(b"[", items, b"]")


def object_of_members(members: Iterable[Chunks]) -> Iterator[bytes]:
    """Yield a JSON object."""
    return _enclosed(b"{", members, b"}")


def member(key: str, value: Any) -> Chunks:
    """Return one member of an object."""
    return write_json(key), b":", write_json(value)


def _enclosed(begin: bytes, items: Iterable[Chunks], end: bytes) -> Iterator[bytes]:
    yield begin
    for order, item in enumerate(items):
        if order:
            yield b","
        yield from item
    yield end
