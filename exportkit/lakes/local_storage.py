"""Local storage: a directory of this machine as the place where a lake lies.

Takes paths relative to the destination, gives streams and listings, and says each failure with the path and
the system's reason. Beside what every `Storage` can do, it renames, locks and flushes to disk. Does not know
tables, parts or runs.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
from msgspec import Struct
from pyarrow import fs

from exportkit.errors import ExportkitError, WriteError
from exportkit.lakes.failures import failure, path_of_destination
from exportkit.lakes.storage import Entry
from exportkit.place import Place, without_signature

__all__ = ["DirectoryLock", "LocalStorage", "flush_to_disk", "open_storage"]

_FILE_URL = re.compile(r"(?i:file)://(?:localhost)?(/[^?#]*)(?:[?#].*)?", re.DOTALL)
#: Opens the streams; its errors carry the system's number.
_FILES = fs.LocalFileSystem()


class LocalStorage(Struct, frozen=True):
    """The files below one directory.

    Attributes
    ----------
    root : str
        Absolute path of the directory, links resolved.
    shown : str
        The directory as the caller named it, for messages and reports.
    error : type of ExportkitError
        Class of all errors: `WriteError` for a destination, `ReadError` for a lake that is only read.
    """

    root: str
    shown: str
    error: type[ExportkitError] = WriteError

    def locate(self, path: str) -> str:
        """Return the absolute path of `path`."""
        return f"{self.root}/{path}" if path else self.root

    def show(self, path: str = "") -> str:
        """Return `path` as messages and reports name it."""
        return f"{self.shown.rstrip('/')}/{path}" if path else self.shown

    def place(self, path: str = "") -> Place:
        """Return `path` as the place of an error."""
        return Place(self.show(path))

    @contextmanager
    def failing_as(self, action: str, path: str) -> Iterator[None]:
        """Turn what the system or Arrow raises inside into an `error`: cannot `action`, and why."""
        try:
            yield
        except (OSError, pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise failure(self.error, action, self.place(path), error) from None

    # --- looking

    def exists(self, path: str) -> bool:
        """Whether there is a file or a directory."""
        return self._status(path) is not None

    def is_file(self, path: str) -> bool:
        """Whether there is something that is no directory."""
        status = self._status(path)
        return status is not None and not stat.S_ISDIR(status.st_mode)

    def size(self, path: str) -> int | None:
        """Return the bytes of a regular file; None where there is none."""
        status = self._status(path)
        return status.st_size if status and stat.S_ISREG(status.st_mode) else None

    def _status(self, path: str) -> os.stat_result | None:
        with self.failing_as("look at the path", path):
            try:
                return os.stat(self.locate(path))  # noqa: PTH116 - a path of many thousand files is text here
            except (FileNotFoundError, NotADirectoryError):
                return None

    def entries(self, path: str) -> list[Entry]:
        """Return the names in a directory, sorted; none when there is no directory."""
        with self.failing_as("list the directory", path):
            try:
                with os.scandir(self.locate(path)) as found:
                    return sorted(Entry(one.name, _kind_of(one)) for one in found)
            except (FileNotFoundError, NotADirectoryError):
                return []

    def directories(self, path: str) -> list[str]:
        """Return the names of the directories in a directory, sorted; none when there is no directory."""
        return [entry.name for entry in self.entries(path) if entry.kind == "directory"]

    def is_fixed(self, path: str) -> bool:
        """Whether a directory is a link or a mount point, so that it cannot be renamed with what it holds."""
        full = Path(self.locate(path))
        return full.is_symlink() or full.is_mount()

    # --- changing

    def create_root(self) -> list[str]:
        """Create the destination and its parents; return those that were missing, outermost first.

        The names of those survive a power cut: the directories that hold them are flushed.
        """
        root = Path(self.root)
        missing = [path for path in (root, *root.parents) if not path.exists()]
        self.create_directory("")
        for path in missing:
            with suppress(OSError):  # a directory that may be entered and not read
                flush_to_disk(path.parent)
        return [str(path) for path in reversed(missing)]

    def remove_created(self, created: list[str]) -> None:
        """Take back `create_root`, except for directories that somebody has put something in."""
        with suppress(OSError):
            for path in reversed(created):
                Path(path).rmdir()

    def create_directory(self, path: str, *, shown_as: str | None = None) -> None:
        """Create a directory and its parents; nothing happens when it is there."""
        with self.failing_as("create the directory", path if shown_as is None else shown_as):
            Path(self.locate(path)).mkdir(parents=True, exist_ok=True)

    def open_output(self, path: str, *, shown_as: str | None = None) -> Any:
        """Return a stream that writes a new file."""
        with self.failing_as("create the file", path if shown_as is None else shown_as):
            return _FILES.open_output_stream(os.fsencode(self.locate(path)), compression=None)

    def open_input(self, path: str) -> Any:
        """Return a random-access reader of a file."""
        with self.failing_as("read the file", path):
            return _FILES.open_input_file(os.fsencode(self.locate(path)))

    def move(self, source: str, target: str) -> None:
        """Rename a file or directory; at each instant it is whole at one of the two names."""
        with self.failing_as(f"move {source} here", target):
            Path(self.locate(source)).rename(self.locate(target))

    def delete_file(self, path: str) -> None:
        """Delete a file; nothing happens when it is not there."""
        with self.failing_as("delete the file", path):
            Path(self.locate(path)).unlink(missing_ok=True)

    def delete_directory(self, path: str) -> None:
        """Delete a directory with all that is in it; nothing happens when it is not there."""
        with self.failing_as("delete the directory", path), suppress(FileNotFoundError):
            shutil.rmtree(self.locate(path))

    # --- what only directories can do

    def sync(self, path: str, *, shown_as: str | None = None) -> None:
        """Return when what a file holds, or which names a directory holds, survives a power cut."""
        with self.failing_as("flush to disk", path if shown_as is None else shown_as):
            flush_to_disk(self.locate(path))

    def lock(self, path: str, *, wait: bool, shared: bool = False) -> DirectoryLock | None:
        """Hold a directory until `DirectoryLock.release` or the end of this process and its forks.

        With `shared`, others that share it may hold it too.

        Returns
        -------
        DirectoryLock or None
            None when another holds it (with `wait` false), or where the file system knows no locks.
        """
        with self.failing_as("open the directory", path):
            descriptor = os.open(self.locate(path), os.O_RDONLY)
        try:
            fcntl.flock(
                descriptor, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (not wait and fcntl.LOCK_NB)
            )
        except OSError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        return DirectoryLock(descriptor)

    @contextmanager
    def locked(self, *, shared: bool = False) -> Iterator[None]:
        """Keep other runs from committing into the destination; waits for one that is committing."""
        lock = self.lock("", wait=True, shared=shared)
        try:
            yield
        finally:
            if lock:
                lock.release()


class DirectoryLock:
    """A directory that this process holds."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    def release(self) -> None:
        """Let go; a second time does nothing."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __del__(self) -> None:
        self.release()


def open_storage(
    location: str | os.PathLike[str], *, error: type[ExportkitError] = WriteError
) -> LocalStorage:
    """Return the storage at a path or URL, without touching it.

    Parameters
    ----------
    location : str or path
        A directory, or a ``file://`` URL.
    error : type of ExportkitError
        What failures are raised as.

    Raises
    ------
    TypeError
        `location` is neither text nor a path.
    OptionError
        `location` is empty, or holds what no path can.
    WriteError, ReadError
        A lake cannot lie at URLs of this kind; an `error`.
    """
    text = path_of_destination(location)
    if "://" in text:
        text = _path_of_url(text, error)
    return LocalStorage(str(Path(text).resolve()), text, error)


def flush_to_disk(path: str | os.PathLike[str]) -> None:
    """Return when what a file holds, or which names a directory holds, survives a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _kind_of(entry: os.DirEntry[str]) -> Any:
    try:
        if entry.is_file():
            return "file"
        if entry.is_dir():
            return "directory"
    except OSError as error:
        if error.errno != errno.ELOOP:  # a link that leads to itself leads nowhere
            raise
    return "link" if entry.is_symlink() else "other"


def _path_of_url(url: str, error: type[ExportkitError]) -> str:
    found = _FILE_URL.fullmatch(url)
    if found:
        return unquote(found[1])
    scheme, place = url.partition("://")[0], Place(without_signature(url))
    if error is WriteError:
        hint = "write to a local directory and copy that, whole, to where it belongs"
        raise error(f"there is no writer for {scheme}:// destinations", place=place, hint=hint)
    hint = "copy the lake, whole, into a local directory"
    raise error(f"a lake cannot be read from {scheme}:// URLs", place=place, hint=hint)
