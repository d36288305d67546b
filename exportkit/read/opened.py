"""Opened sources: the names of an input, and its decompressed bytes in blocks."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from typing import Self

from exportkit.errors import ReadError
from exportkit.place import Source, in_unicode, without_signature
from exportkit.read.compression import compression_of, decompressed
from exportkit.read.locations import open_location
from exportkit.read.rows_in_memory import RowStream
from exportkit.read.stored_bytes import ByteReader, StoredBytes

__all__ = ["BLOCK_BYTES", "OpenedSource", "open_file", "open_stream"]

#: A block fits the cache together with its decoded rows; blocks four times as large halve the speed.
BLOCK_BYTES = 512 * 1024
#: First bytes of an input, which name a stream that has no other identity.
_HEAD_BYTES = 64 * 1024
#: Decompressed bytes per step; a block is filled in steps of this size.
_CHUNK_BYTES = 64 * 1024


class OpenedSource:
    """An open input, which can be read once; a context manager, which closes it.

    Attributes
    ----------
    source : Source
        The names of the input.
    compression : str or None
        ``gzip``, ``zstd``, ``bzip2`` or ``xz``, by its first bytes; None if it is plain.
    path_if_splittable : str or None
        The path or URL under which ranges of the input can be read; None if it is compressed or cannot seek.
        May hold a signature or a key: never show it.
    has_offsets : bool
        Whether the input has bytes of its own, and not those that were made of rows in memory.
    check_unchanged : callable
        Call it after ranges of the input have been read: raises `ReadError` if the file changed meanwhile.
    """

    def __init__(
        self,
        stored: StoredBytes,
        source: Source,
        *,
        seekable_location: str | None,
        close: Callable[[], None],
        max_compression_ratio: float | None,
        check_unchanged: Callable[[], None] = lambda: None,
        has_offsets: bool = True,
    ) -> None:
        self.check_unchanged = check_unchanged
        self._stored = stored
        self._close = close
        self._max_compression_ratio = max_compression_ratio
        self._is_read = False
        self.source = source
        self.has_offsets = has_offsets
        self.compression = compression_of(stored.head)
        self.path_if_splittable = None if self.compression else seekable_location

    @property
    def stored_bytes_read(self) -> int:
        """Stored (compressed) bytes that have been read so far."""
        return self._stored.taken

    def blocks(self, block_bytes: int = BLOCK_BYTES) -> Iterator[bytes]:
        """Return an iterator over the decompressed bytes, in blocks of at most `block_bytes`.

        Raises
        ------
        ReadError
            The compressed data is broken, or the store fails; all bytes before that are yielded first.
        ValueError
            `block_bytes` is below 1, or `blocks` was called before.
        """
        if block_bytes < 1:
            raise ValueError(f"block_bytes must be at least 1, got {block_bytes}")
        if self._is_read:
            raise ValueError("an opened source can be read once")
        self._is_read = True
        if self.compression is None:
            return _filled(iter(lambda: self._stored.read(block_bytes), b""), block_bytes)
        chunks = decompressed(
            self._stored,
            self.compression,
            self.source.uri,
            chunk_bytes=min(_CHUNK_BYTES, block_bytes),
            max_compression_ratio=self._max_compression_ratio,
        )
        return _filled(chunks, block_bytes)

    def close(self) -> None:
        """Close the input; a stream that the caller opened stays open."""
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_file(location: str, *, export_id: str | None, max_compression_ratio: float | None) -> OpenedSource:
    """Open the file at a path or URL."""
    opened = open_location(location)
    uri = in_unicode(without_signature(location))
    try:
        stored = StoredBytes(opened.reader, uri, head_bytes=_HEAD_BYTES)
    except BaseException:
        opened.reader.close()
        raise
    version = stored.head if opened.version is None else f"{opened.size}\x1f{opened.version}".encode()
    source = Source(uri, export_id or _stable_id(opened.identity, version), opened.size)
    return OpenedSource(
        stored,
        source,
        seekable_location=location if opened.seekable else None,
        close=opened.reader.close,
        max_compression_ratio=max_compression_ratio,
        check_unchanged=opened.check_unchanged,
    )


def open_stream(
    stream: ByteReader, *, uri: str | None = None, export_id: str | None, max_compression_ratio: float | None
) -> OpenedSource:
    """Open a binary stream, to be read from its position; its name is `uri`, or its own."""
    if uri is None:
        name = getattr(stream, "name", None)
        named = isinstance(name, str) and not name.startswith("<")
        uri = in_unicode(without_signature(str(name))) if named else "stream:"
    stored = StoredBytes(stream, uri, head_bytes=_HEAD_BYTES)
    return OpenedSource(
        stored,
        Source(uri, export_id or _stable_id(uri, stored.head)),
        seekable_location=None,
        close=lambda: None,
        max_compression_ratio=max_compression_ratio,
        has_offsets=not isinstance(stream, RowStream),
    )


def _stable_id(identity: str, version: bytes) -> str:
    named = identity.encode("utf-8", "surrogateescape")  # a path may hold any bytes
    return hashlib.sha256(named + b"\x1f" + version).hexdigest()[:16]


def _filled(chunks: Iterable[bytes], block_bytes: int) -> Iterator[bytes]:
    """Join short chunks to blocks of at most `block_bytes`; chunks before an error are yielded first."""
    held: list[bytes] = []
    size = 0
    try:
        for chunk in chunks:
            if held and size + len(chunk) > block_bytes:
                yield b"".join(held)
                held, size = [], 0
            held.append(chunk)
            size += len(chunk)
    except ReadError:
        if held:
            yield b"".join(held)
        raise
    if held:
        yield b"".join(held)
