"""Spools: long lines of inputs that cannot be read twice, kept in temporary files while they are needed.

Takes the chunks of a line, gives the file in which they lie. Whoever converts the line empties its file, in
whichever process that is; the spool closes the files that are empty, and at its end all of them.

A line may be confidential, so its file has no name: it is gone with this process, however that ends. Where a
system shows open files below ``/proc``, workers reach it there; elsewhere it has a name until it is closed.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from types import TracebackType
from typing import BinaryIO, Self, cast

from exportkit.errors import ReadError
from exportkit.json_text import JSON_SPACE
from exportkit.place import StoredLine

__all__ = ["Spool", "let_go"]


class Spool:
    """Files for long lines; a context manager, which closes them.

    Disk: the lines that are being converted, and those that wait to be.
    """

    def __init__(self) -> None:
        self._files: list[BinaryIO] = []

    def keep(self, chunks: Iterable[bytes], line: int, offset: int | None) -> StoredLine:
        """Write a line to a file and return where it lies.

        An element of an array, which has no offset, lies there without the white space around it.

        Raises
        ------
        ReadError
            There is no room for it.
        """
        self._close_empty()
        try:
            file, path = _opened()
            self._files.append(file)
            start, end, size = _written(file, chunks)
            file.flush()
        except OSError as error:
            raise ReadError(
                f"a line of the input does not fit into the directory for temporary files: {error.strerror}",
                hint="set TMPDIR to a directory with room for the longest line",
            ) from error
        if offset is not None:
            start, end = 0, size
        return StoredLine(path, start, end, line, offset, is_temporary=True)

    def _close_empty(self) -> None:
        for file in self._files:
            if not os.fstat(file.fileno()).st_size:
                file.close()
        self._files = [file for file in self._files if not file.closed]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for file in self._files:
            with suppress(OSError):  # what could not be written is not needed
                file.close()


def _opened() -> tuple[BinaryIO, str]:
    """Return a new temporary file, and the path by which this process and its workers can open it."""
    from tempfile import NamedTemporaryFile, TemporaryFile  # noqa: PLC0415 - for a long line of a stream only

    file = TemporaryFile(prefix="exportkit-")  # noqa: SIM115 - the spool closes it
    path = f"/proc/{os.getpid()}/fd/{file.fileno()}"
    if os.path.exists(path):  # noqa: PTH110 - which follows the link as `open` does
        return cast("BinaryIO", file), path
    file.close()
    named = NamedTemporaryFile(prefix="exportkit-")  # noqa: SIM115 - the spool closes it
    return cast("BinaryIO", named), named.name


def _written(file: BinaryIO, chunks: Iterable[bytes]) -> tuple[int, int, int]:
    """Write `chunks`; return where what is no white space begins and ends, and how much there is in all."""
    start: int | None = None
    end = size = 0
    for chunk in chunks:
        shown = len(chunk.rstrip(JSON_SPACE))
        if shown:
            end = size + shown
            start = size + len(chunk) - len(chunk.lstrip(JSON_SPACE)) if start is None else start
        size += file.write(chunk)
    return start or 0, end, size


def let_go(stored: StoredLine) -> None:
    """Empty the file of a line that was converted, if it was made for it."""
    if stored.is_temporary:
        with suppress(FileNotFoundError):
            os.truncate(stored.uri, 0)
