"""Destinations: where lines are written, whole or not at all.

Takes pieces of bytes, gives a file that appears under its name when it is complete, or a stream that somebody
else holds. Knows no lines.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from exportkit.errors import WriteError
from exportkit.place import Place
from exportkit.write.names import UNFINISHED

__all__ = ["DestinationLike", "Sink", "open_sink"]

DestinationLike = str | os.PathLike[str] | BinaryIO


class Sink:
    """What lines are written to; counts the bytes."""

    def __init__(self, stream: BinaryIO, shown: str) -> None:
        self._stream = stream
        self.shown = shown
        self.bytes = 0

    def write(self, piece: bytes) -> None:
        """Write some bytes."""
        self._stream.write(piece)
        self.bytes += len(piece)


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
            with _file(Path(destination)) as sink:
                yield sink
    elif hasattr(destination, "write"):
        yield Sink(destination, "stream:")
    else:
        raise TypeError(f"a destination is a path or a binary stream, not {type(destination).__name__}")


@contextmanager
def _file(path: Path) -> Iterator[Sink]:
    hidden = path.with_name(f".{path.name}.{secrets.token_hex(4)}{UNFINISHED}")
    try:
        if path.is_dir():
            raise IsADirectoryError(21, "Is a directory")
        with hidden.open("xb", buffering=1024 * 1024) as stream:
            yield Sink(stream, str(path))
            stream.flush()
            os.fsync(stream.fileno())
        hidden.replace(path)
    except OSError as error:
        raise WriteError(
            f"cannot write the file: {error.strerror or error}", place=Place(str(path))
        ) from None
    finally:
        with suppress(OSError):
            hidden.unlink(missing_ok=True)
