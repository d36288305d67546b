"""Stored bytes: the bytes of a file, an object store, a web server or a stream, counted as they are read."""

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
    """Anything that bytes are read from."""

    def read(self, size: int, /) -> bytes:
        """Return at most `size` bytes; none at the end."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


class OpenedFile(Struct, frozen=True):
    """A file that has just been opened.

    Attributes
    ----------
    reader : ByteReader
        Its bytes, from the first on.
    size : int or None
        Bytes in store.
    version : str or None
        Time of change or tag, as the store has it; None if it has neither.
    identity : str
        Name that does not depend on the working directory.
    seekable : bool
        Whether ranges of the file can be read.
    check_unchanged : callable
        Raises `ReadError` if the file has changed since it was opened, as far as its store reports that.
    """

    reader: ByteReader
    size: int | None
    version: str | None
    identity: str
    seekable: bool
    check_unchanged: Callable[[], None] = field(default=lambda: None)


class StoredBytes:
    """Reads from `reader` and counts the bytes; the first bytes are known from the start.

    Attributes
    ----------
    head : bytes
        The first `head_bytes` bytes, or all if there are fewer. `read` begins with them.
    taken : int
        Bytes that `read` has returned so far.
    """

    def __init__(self, reader: ByteReader, source_uri: str, *, head_bytes: int) -> None:
        self._read_some = (
            partial(_read_pipe, reader) if isinstance(reader, io.BufferedReader) else reader.read
        )
        self._source_uri = source_uri
        self.head = self._look(head_bytes)
        self.taken = 0

    def read(self, size: int) -> bytes:
        """Return at least one and at most `size` bytes; none at the end."""
        data = self.head[self.taken : self.taken + size] or self._read(size)
        self.taken += len(data)
        return data

    def _look(self, size: int) -> bytes:
        chunks: list[bytes] = []
        while size > 0 and (chunk := self._read(size)):
            chunks.append(chunk)
            size -= len(chunk)
        return b"".join(chunks)

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
    """Return what ``pipe.read(size)`` returns, but handle signals while waiting.

    ``pipe.read`` waits for all bytes before it looks for a signal: on a pipe that stalls, Ctrl-C would be
    lost.
    """
    data = bytearray(size)
    view = memoryview(data)
    filled = 0
    while filled < size and (more := pipe.readinto1(view[filled:])) != 0:
        if more is None:  # not blocking, and no bytes are ready
            return bytes(view[:filled]) or None
        filled += more
    return bytes(view[:filled])
