"""Stored bytes: what a file, an object store, a web server or a stream gives, counted as they are taken."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from typing import Protocol

from msgspec import Struct, field

from exportkit.errors import ReadError
from exportkit.place import Place

__all__ = ["ByteReader", "OpenedFile", "StoredBytes"]


class ByteReader(Protocol):
    """What bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes, nothing at the end."""
        ...

    def close(self) -> None:
        """Release what was opened."""
        ...


class OpenedFile(Struct, frozen=True):
    """A file that has just been opened.

    Attributes
    ----------
    reader : ByteReader
        Its bytes from the first.
    size : int or None
        Bytes in store.
    version : str or None
        What the store says of the version (a time or a tag); None where it says nothing.
    identity : str
        Name that is the same from wherever the file is opened.
    seekable : bool
        Whether ranges of it can be read.
    check_unchanged : callable
        Raises `ReadError` when the file is not any more what it was when it was opened, as far as its store
        can tell.
    """

    reader: ByteReader
    size: int | None
    version: str | None
    identity: str
    seekable: bool
    check_unchanged: Callable[[], None] = field(default=lambda: None)


class StoredBytes:
    """Read from `reader`, counting, after a look at the first bytes.

    Attributes
    ----------
    head : bytes
        The first `head_bytes` bytes, or all there are. `read` starts with them.
    taken : int
        Bytes handed on so far.
    """

    def __init__(self, reader: ByteReader, source_uri: str, *, head_bytes: int) -> None:
        self._read_some = (
            partial(_read_pipe, reader) if isinstance(reader, io.BufferedReader) else reader.read
        )
        self._source_uri = source_uri
        self.head = self._look(head_bytes)
        self.taken = 0

    def read(self, size: int) -> bytes:
        """Return at least one and at most `size` bytes, or nothing at the end."""
        data = self.head[self.taken : self.taken + size] or self._read(size)
        self.taken += len(data)
        return data

    def _look(self, size: int) -> bytes:
        pieces: list[bytes] = []
        while size > 0 and (piece := self._read(size)):
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def _read(self, size: int) -> bytes:
        data: object = self._read_some(size)
        if isinstance(data, bytes):
            return data
        if isinstance(data, bytearray | memoryview):
            return bytes(data)
        if isinstance(data, str):
            raise TypeError(f"{self._source_uri} is a text stream: open it in binary mode")
        if data is None:
            problem = "the stream has no bytes ready"
            raise ReadError(problem, place=Place(self._source_uri), hint="open it in blocking mode")
        kind = type(data).__name__
        raise TypeError(f"read() of {self._source_uri} must give bytes, not {kind}")


def _read_pipe(pipe: io.BufferedReader, size: int) -> bytes | None:
    """Return what ``pipe.read(size)`` does, but see signals while waiting for it.

    That goes on until all is there before it looks for a signal, so that Ctrl-C was lost when it came while a
    pipe was being read that then stood still.
    """
    data = bytearray(size)
    room = memoryview(data)
    filled = 0
    while filled < size and (more := pipe.readinto1(room[filled:])) != 0:
        if more is None:  # not blocking, and nothing is there
            return bytes(room[:filled]) or None
        filled += more
    return bytes(room[:filled])
