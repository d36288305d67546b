"""Whole file: one file that appears under its name when it is complete and on disk, or not at all.

Takes a path, gives a stream. The bytes go to a hidden file beside the target, are flushed to disk, and take
the target's name; then the directory is flushed too. Does not know what is written.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedWriter, FileIO
from pathlib import Path
from typing import Any, BinaryIO

from exportkit.errors import WriteError
from exportkit.lakes.failures import failure, path_of_destination
from exportkit.lakes.part_names import UNFINISHED
from exportkit.place import Place

__all__ = ["written_whole"]

BUFFER_BYTES = 1024 * 1024


@contextmanager
def written_whole(path: str | os.PathLike[str]) -> Iterator[BinaryIO]:
    """Open a file for writing; it appears, or replaces an older one, when the context ends well.

    What else is raised inside comes through as it is, and leaves the path as it was.

    Raises
    ------
    TypeError, OptionError
        It is no path, or one that no file can have.
    WriteError
        The file cannot be written, or the path is that of a directory or a device.
    """
    target = Path(path_of_destination(path))
    with _failing(target):
        _refuse_irregular(target)
        hidden = target.with_name(f".{target.name}.{secrets.token_hex(4)}{UNFINISHED}")
        file = _File(hidden, target)
    try:
        with BufferedWriter(file, BUFFER_BYTES) as stream:
            yield stream
            with _failing(target):
                stream.flush()
                os.fsync(stream.fileno())
        with _failing(target):
            hidden.replace(target)
            _flush_directory(target.parent)
    finally:
        with suppress(OSError):
            hidden.unlink(missing_ok=True)


class _File(FileIO):
    """A new file whose failures to write are told apart from all else that happens in the context."""

    def __init__(self, path: Path, target: Path) -> None:
        super().__init__(path, "x")
        self._target = target

    def write(self, data: Any) -> int:
        with _failing(self._target):
            return super().write(data)


@contextmanager
def _failing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        problem = failure(WriteError, "write the file", Place(str(target)), error)
        if error.errno == errno.ENOENT:
            problem.hint = "create its directory first"
        raise problem from None


def _refuse_irregular(target: Path) -> None:
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, "Is a directory")
    if target.exists() and not target.is_file():
        raise OSError("it is a device or a pipe, which a whole file cannot replace")


def _flush_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
