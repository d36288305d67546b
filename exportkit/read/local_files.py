"""Local files: opened without a buffer and watched for changes, listed by directory or glob."""

from __future__ import annotations

import glob
import io
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

from exportkit.errors import ReadError
from exportkit.place import Place
from exportkit.read.listing import in_directory, is_export, is_hidden, matching
from exportkit.read.stored_bytes import OpenedFile
from exportkit.read.urls import parts_of

__all__ = ["list_local", "local_path", "open_local", "open_local_at"]


def local_path(location: str) -> str | None:
    """Return `location` as a local path, with ``~`` as the home directory; None if it is a URL elsewhere."""
    if "://" not in location:
        is_home = location.startswith("~") and not os.path.lexists(location)
        return os.path.expanduser(location) if is_home else location  # noqa: PTH111  # a path would drop ./
    parts = parts_of(location)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"}:
        return unquote(parts.path, errors="surrogateescape")
    return None


def open_local(path: str) -> OpenedFile:
    """Open the file at `path`; a named pipe has neither size nor version and is not seekable."""
    reader = open_local_at(path, 0)
    status = os.fstat(reader.fileno())
    if not stat.S_ISREG(status.st_mode):
        return OpenedFile(reader, None, None, path, seekable=False)
    identity, version = str(Path(path).resolve()), str(status.st_mtime_ns)
    if not status.st_size:  # empty, or generated while it is read, as in /proc
        return OpenedFile(reader, 0, version, identity, seekable=False)
    watched = _WatchedFile(reader, path, status)
    return OpenedFile(
        watched, status.st_size, version, identity, seekable=True, check_unchanged=watched.check_unchanged
    )


class _WatchedFile:
    """A regular file that raises `ReadError` once it differs from what was opened."""

    def __init__(self, file: io.FileIO, path: str, opened: os.stat_result) -> None:
        self._file = file
        self._path = path
        self._opened = opened
        self._missing = opened.st_size
        self.close = file.close

    def read(self, size: int, /) -> bytes:
        data = self._file.read(size)
        self._missing -= len(data)
        # A file that grows faster than it is read would never end.
        if self._missing < 0 or (not data and size):
            self._compare(os.fstat(self._file.fileno()))
        return data

    def check_unchanged(self) -> None:
        """Raise unless others, who opened the file by its name, read the same file.

        Raises
        ------
        ReadError
            Its size or time of change differs, or another file has its name.
        """
        try:
            self._compare(Path(self._path).stat())
        except FileNotFoundError:
            raise self._changed("was deleted") from None

    def _compare(self, now: os.stat_result) -> None:
        before = self._opened
        if now.st_size != before.st_size:
            raise self._changed(f"had {before.st_size} bytes and now has {now.st_size}")
        if (now.st_dev, now.st_ino) != (before.st_dev, before.st_ino):
            raise self._changed("was replaced by another one")
        if now.st_mtime_ns != before.st_mtime_ns:
            raise self._changed("was written to")

    def _changed(self, how: str) -> ReadError:
        hint = "wait until it is complete, or read a copy"
        return ReadError(f"the file {how} while it was read", place=Place(self._path), hint=hint)


def open_local_at(path: str, start: int) -> io.FileIO:
    """Open the file at `path` for reading from the byte `start` on."""
    reader = io.FileIO(path)
    if start:
        reader.seek(start)
    return reader


def list_local(
    path: str, is_recognised: Callable[[str], bool], pass_over: Callable[[str], None]
) -> list[str] | None:
    """Return the files of a directory or glob, sorted; None if `path` is neither.

    A visible file of a directory whose name is not that of an export counts if it `is_recognised`; others go
    to `pass_over`, and so do pipes and devices, whatever their names. A path that exists is no glob, whatever
    characters it holds.

    Raises
    ------
    ReadError
        The directory or glob has no files.
    """
    directory = Path(path)
    if directory.is_dir():
        files = (Path(folder, name) for folder, _, names in os.walk(directory) for name in names)
        below = sorted(file.relative_to(directory).as_posix() for file in files)
        found = []
        for name in below:
            file = str(directory / name)
            if (is_export(name) and not _may_wait(file)) or (not is_hidden(name) and is_recognised(file)):
                found.append(file)
            elif not is_hidden(name):
                pass_over(file)
        return in_directory(found, path, by_name=False)
    if os.path.lexists(path) or not glob.has_magic(path):
        return None
    return matching(sorted({name for name in _globbed(path) if Path(name).is_file()}), path)


def _may_wait(file: str) -> bool:
    """Return whether `file` is a pipe, a socket or a device: opening one may wait for ever."""
    try:
        return not stat.S_ISREG(os.stat(file).st_mode)  # noqa: PTH116  # any bytes
    except OSError:  # what cannot be looked at cannot be opened either, which is an error
        return False


def _globbed(pattern: str) -> Iterator[str]:
    """Yield what a glob matches; ``**`` does not follow links, which may lead in circles."""
    steps = pattern.split("/")
    if "**" not in steps:
        yield from glob.iglob(pattern)  # noqa: PTH207  # Path.glob takes no absolute pattern
        return
    at = steps.index("**")
    rest = "/".join(steps[at + 1 :]) or "*"
    tops = _globbed("/".join(steps[:at])) if any(steps[:at]) else ["/"[:at]]
    for top in tops:
        for folder, names, _ in os.walk(top or os.curdir):
            names[:] = [name for name in names if not name.startswith(".")]
            here = glob.escape(folder if top else folder[2:])
            yield from _globbed(os.path.join(here, rest))  # noqa: PTH118  # a path would lose a ./ before it
