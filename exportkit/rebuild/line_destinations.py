"""Line destinations: where the lines of an export are written, whole or not at all.

Takes bytes, gives a file that appears under its name when it is complete, or a stream that belongs to the
caller. Knows no lines.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

from exportkit.lakes import ReadFrom, written_whole

__all__ = ["DestinationLike", "Sink", "open_sink"]

DestinationLike = str | os.PathLike[str] | BinaryIO


class Sink:
    """The stream that lines are written to, with a count of the bytes."""

    def __init__(self, stream: BinaryIO, shown: str) -> None:
        self._stream = stream
        self.shown = shown
        self.bytes = 0

    def write(self, some: bytes) -> None:
        """Write some bytes."""
        self._stream.write(some)
        self.bytes += len(some)


@contextmanager
def open_sink(
    destination: DestinationLike, *, force: bool = False, sources: Iterable[ReadFrom] = ()
) -> Iterator[Sink]:
    """Open a destination; a file appears when the context ends well.

    With `force` it takes the place of an older one, unless that is one of `sources` or lies in one.

    Raises
    ------
    TypeError
        It is neither a path nor a binary stream.
    WriteError
        The file cannot be written.
    """
    if isinstance(destination, str | os.PathLike):
        shown = os.fspath(destination)
        with written_whole(destination, force=force, sources=sources, compress=True) as stream:
            yield Sink(stream, "stdout:" if shown == "-" else shown)
    elif hasattr(destination, "write"):
        yield Sink(destination, "stream:")
    else:
        raise TypeError(f"a destination is a path or a binary stream, not {type(destination).__name__}")
