"""Old exports: an Export V1 is upgraded to lines of Export V2 on the way in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any, BinaryIO, Unpack, cast

import msgspec

from exportkit import legacy
from exportkit.errors import OptionError
from exportkit.options import SourceOptions, UpgradeOptions, complete, only
from exportkit.place import LineBlock
from exportkit.read import SourceLike, local_files, open_sources

if TYPE_CHECKING:
    from exportkit.legacy import Upgraded

__all__ = ["BlockStream", "upgrade_source", "upgraded_lines"]


class BlockStream:
    """Blocks of bytes as a binary stream that is only read.

    Attributes
    ----------
    name : str
        What errors call it.
    """

    def __init__(self, blocks: Iterator[bytes], name: str) -> None:
        self._blocks = blocks
        self._held = b""
        self.name = name

    def read(self, size: int = -1) -> bytes:
        """Return at most `size` bytes, fewer only at the end; all that there are without `size`."""
        if size < 0:
            data, self._held = b"".join((self._held, *self._blocks)), b""
            return data
        while len(self._held) < size and (block := next(self._blocks, None)) is not None:
            self._held += block
        data, self._held = self._held[:size], self._held[size:]
        return data


def upgrade_source(
    source: SourceLike, destination: str | os.PathLike[str], **options: Unpack[UpgradeOptions]
) -> Upgraded:
    """Write one Export V1, in whatever compression, as lines of Export V2.

    Raises
    ------
    ValueError
        There are several inputs.
    OptionError
        The limit is none.
    """
    asked = complete(UpgradeOptions, options)
    files = [*local_files(source)]
    sources = open_sources(source, **only(SourceOptions, asked))
    with closing(next(sources)) as opened:
        other = next(sources, None)
        if other is not None:
            other.close()
            raise OptionError("source", "upgrade takes one export at a time")
        stream: Any = BlockStream(opened.blocks(), opened.source.uri)
        return legacy.upgrade(cast(BinaryIO, stream), destination, force=asked["force"], sources=files)


def upgraded_lines(blocks: Iterator[bytes], source_uri: str, block_bytes: int) -> Iterator[LineBlock]:
    """Yield the data rows of an Export V1 as lines of Export V2, numbered in the order of the input.

    Raises
    ------
    DecodeError, WriteError
        As `exportkit.legacy.upgrade_rows`, before the first line.
    """
    stream: Any = BlockStream(blocks, source_uri)
    encode = msgspec.json.Encoder().encode
    held: list[bytes] = []
    size, first = 0, 1
    for row in legacy.upgrade_rows(cast(BinaryIO, stream)):
        line = encode(row) + b"\n"
        if held and size + len(line) > block_bytes:
            yield LineBlock(b"".join(held), first, None)
            first += len(held)
            held, size = [], 0
        held.append(line)
        size += len(line)
    if held:
        yield LineBlock(b"".join(held), first, None)
