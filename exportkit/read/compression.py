"""Decompression in bounded memory: the first bytes decide the form, errors have the offset reached."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from typing import Protocol

from exportkit.errors import ReadError, Wording
from exportkit.options import MAX_COMPRESSION_RATIO
from exportkit.place import Place
from exportkit.read.stored_bytes import StoredBytes

__all__ = ["MAGIC_BYTES", "compression_of", "decompressed"]

#: The ratio counts from this much output on: a short input of one repeated byte is harmless.
_RATIO_FROM_BYTES = 64 * 2**20
#: Compressed bytes per step. The output of a step that fails is lost, so steps are short.
_STEP_BYTES = 16 * 1024
#: Memory that an xz or zstd stream may request: `xz -9` needs 65 MiB, `zstd --ultra -22` 128 MiB.
_MAX_WINDOW_BYTES = 128 * 2**20
#: First bytes that are enough to recognise every form of compression.
MAGIC_BYTES = 10

_MAGIC = {
    "gzip": re.compile(rb"\x1f\x8b\x08"),
    "zstd": re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18"),  # the latter is a frame to skip
    "bzip2": re.compile(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)"),
    "xz": re.compile(rb"\xfd7zXZ\x00"),
}
_HINT_INCOMPLETE = "the file is incomplete; download or copy it again"
_HINT_DAMAGED = "`{} -t` checks the file; download or copy it again if it is damaged"
_HINT_TRAILING = "what follows belongs to another file or is damaged; download or copy the file again"
_HINT_RATIO = Wording("raise {max_compression_ratio} if the source is trusted")
_HINT_WINDOW = "decompress it first, or compress it with a smaller window"


class _Decompressor(Protocol):
    """The interface that the decompressors of four libraries share."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, /, max_length: int) -> bytes: ...


def compression_of(head: bytes) -> str | None:
    """Return how bytes that begin with `head` are compressed: ``gzip``, ``zstd``, ``bzip2``, ``xz`` or None.

    The bytes decide and never the file name: exports travel under wrong ones.
    """
    return next((name for name, magic in _MAGIC.items() if magic.match(head)), None)


def decompressed(
    stored: StoredBytes,
    compression: str,
    source_uri: str,
    *,
    chunk_bytes: int,
    max_compression_ratio: float | None = MAX_COMPRESSION_RATIO,
) -> Iterator[bytes]:
    """Yield the decompressed bytes of `stored`, in chunks of at most `chunk_bytes`.

    Members, frames and streams that follow each other are one input. Zeros after them are padding.
    Memory: the window of the compression (gzip 32 KiB, bzip2 4 MiB, zstd and xz up to 128 MiB).

    Raises
    ------
    ReadError
        The data is incomplete, damaged, followed by other data, needs too much memory, or expands more than
        `max_compression_ratio` times (None: no limit). The place has the decompressed offset that was
        reached; all bytes before it are yielded first.
    """
    new, refusals = _LIBRARIES[compression]()
    produced = 0

    def broken(problem: str, hint: str) -> ReadError:
        return ReadError(problem, place=Place(source_uri, byte_offset=produced), hint=hint)

    pending = stored.read(_STEP_BYTES)
    while pending:
        decompressor = new()
        while not decompressor.eof:
            if decompressor.needs_input and not pending:
                pending = stored.read(_STEP_BYTES)
                if not pending:
                    raise broken(f"the {compression} data ends in the middle", _HINT_INCOMPLETE)
            try:
                chunk = decompressor.decompress(pending, max_length=chunk_bytes)
            except refusals as refusal:
                if "memory" in str(refusal).lower():
                    problem = f"the {compression} data needs more than 128 MiB of memory"
                    raise broken(problem, _HINT_WINDOW) from None
                problem = f"the {compression} data is damaged"
                raise broken(problem, _HINT_DAMAGED.format(compression)) from None
            pending = b""
            produced += len(chunk)
            limit = None if max_compression_ratio is None else stored.taken * max_compression_ratio
            if limit is not None and produced > max(_RATIO_FROM_BYTES, limit):
                problem = f"the {compression} data expands more than {max_compression_ratio:g} times"
                raise broken(problem, _HINT_RATIO)
            if chunk:
                yield chunk
        pending = _after_padding(decompressor.unused_data, stored)
        if pending and compression_of(pending) != compression:
            raise broken(f"the {compression} data is followed by something else", _HINT_TRAILING)


def _after_padding(unused: bytes, stored: StoredBytes) -> bytes:
    """Return the stored bytes from the next non-zero byte on, enough of them to recognise their form."""
    rest = unused.lstrip(b"\0")
    while len(rest) < MAGIC_BYTES and (more := stored.read(_STEP_BYTES)):
        rest = (rest + more).lstrip(b"\0")
    return rest


# Each library is imported only for inputs that need it.

_Library = tuple[Callable[[], _Decompressor], tuple[type[Exception], ...]]


def _gzip() -> _Library:
    from isal import igzip_lib  # noqa: PLC0415  # see above

    refusal: type[Exception] = igzip_lib.IsalError  # type: ignore[assignment]  # the stub has an instance
    return lambda: igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP), (refusal,)


def _zstd() -> _Library:
    if sys.version_info >= (3, 14):
        from compression import zstd  # noqa: PLC0415  # see above
    else:
        from backports import zstd  # noqa: PLC0415  # see above

    return zstd.ZstdDecompressor, (zstd.ZstdError,)


def _bzip2() -> _Library:
    import bz2  # noqa: PLC0415  # see above

    return bz2.BZ2Decompressor, (OSError, ValueError)


def _xz() -> _Library:
    import lzma  # noqa: PLC0415  # see above

    return lambda: lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MAX_WINDOW_BYTES), (lzma.LZMAError,)


_LIBRARIES: dict[str, Callable[[], _Library]] = {
    "gzip": _gzip,
    "zstd": _zstd,
    "bzip2": _bzip2,
    "xz": _xz,
}
