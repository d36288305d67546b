"""Line destinations: where the lines of an export are written, whole or not at all.

Takes bytes, gives a file that appears under its name when it is complete, or a stream that belongs to the
caller. Knows no lines.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from exportkit.lakes import written_whole

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
def open_sink(destination: DestinationLike) -> Iterator[Sink]:
    """Open a destination; a file appears, or takes the place of an older one, when the context ends well.

    Raises
    ------
    TypeError
        It is neither a path nor a binary stream.
    WriteError
        The file cannot be written.
    """
    if isinstance(destination, str | os.PathLike):
        if os.fspath(destination) == "-":
            yield Sink(sys.stdout.buffer, "stdout:")
            sys.stdout.buffer.flush()
        else:
            with written_whole(destination) as stream:
                yield Sink(stream, os.fspath(destination))
    elif hasattr(destination, "write"):
        yield Sink(destination, "stream:")
    else:
        raise TypeError(f"a destination is a path or a binary stream, not {type(destination).__name__}")
