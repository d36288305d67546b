"""Storage: the files below one destination, and every touch of the operating system.

Takes paths relative to the destination, gives streams and listings; speaks of each failure as a `WriteError`
with the path and the system's reason. All goes through a `pyarrow.fs.FileSystem`, except what that cannot
say: that bytes have reached the disk, and who holds a directory. Does not know tables, parts or runs.
"""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa
from msgspec import Struct
from pyarrow import fs

from exportkit.errors import WriteError
from exportkit.place import Place, without_signature
from exportkit.write.side_by_side import side_by_side

__all__ = ["DirectoryLock", "Storage", "open_storage"]

#: Files and directories that are flushed to disk at the same time.
SYNCING_THREADS = 16
_HINTS = {
    errno.ENOSPC: "free space on that disk, or choose a destination on another one",
    errno.EDQUOT: "free some of the quota, or choose another destination",
    errno.EACCES: "choose a destination that this user may write to",
    errno.EPERM: "choose a destination that this user may write to",
    errno.EROFS: "choose a destination on a disk that is not read-only",
}


class Storage(Struct, frozen=True):
    """The files below one destination.

    Attributes
    ----------
    filesystem : pyarrow.fs.FileSystem
        What holds them.
    root : str
        The destination's path in `filesystem`.
    shown : str
        The destination as the caller named it, for messages and reports.
    """

    filesystem: fs.FileSystem
    root: str
    shown: str

    def locate(self, path: str) -> str:
        """Return the full path of `path`, which is relative to the destination ("" is the destination)."""
        return f"{self.root}/{path}" if path else self.root

    def show(self, path: str = "") -> str:
        """Return `path` as messages and reports name it."""
        return f"{self.shown.rstrip('/')}/{path}" if path else self.shown

    def place(self, path: str = "") -> Place:
        """Return `path` as the place of an error."""
        return Place(self.show(path))

    @contextmanager
    def failing_as(self, action: str, path: str) -> Iterator[None]:
        """Turn what the system or Arrow raises inside into a `WriteError`: cannot `action`, and why."""
        try:
            yield
        except (OSError, pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            number = getattr(error, "errno", None)
            reason = os.strerror(number) if number else str(error).partition("\n")[0]
            raise WriteError(
                f"cannot {action}: {reason}", place=self.place(path), hint=_HINTS.get(number or 0)
            ) from None

    # --- looking

    def exists(self, path: str) -> bool:
        """Whether there is a file or a directory."""
        return bool(self._type(path) != fs.FileType.NotFound)

    def is_file(self, path: str) -> bool:
        """Whether there is something that is no directory."""
        return self._type(path) not in (fs.FileType.NotFound, fs.FileType.Directory)

    def _type(self, path: str) -> Any:
        with self.failing_as("look at the path", path):
            return self.filesystem.get_file_info(self.locate(path)).type

    def size(self, path: str) -> int | None:
        """Return the bytes of a file; None where there is none."""
        with self.failing_as("look at the file", path):
            size: int | None = self.filesystem.get_file_info(self.locate(path)).size
        return size

    def files(self, path: str) -> list[str]:
        """Return the names of the files in a directory, sorted; none when there is no directory."""
        return self._names(path, fs.FileType.File)

    def directories(self, path: str) -> list[str]:
        """Return the names of the directories in a directory, sorted; none when there is no directory."""
        return self._names(path, fs.FileType.Directory)

    def _names(self, path: str, kind: Any) -> list[str]:
        selector = fs.FileSelector(self.locate(path), allow_not_found=True)
        with self.failing_as("list the directory", path):
            infos = self.filesystem.get_file_info(selector)
        return sorted(info.base_name for info in infos if info.type == kind)

    def is_fixed(self, path: str) -> bool:
        """Whether a directory is a link or a mount point, so that it cannot be renamed with what it holds."""
        full = Path(self.locate(path))
        return self._is_local and (full.is_symlink() or full.is_mount())

    # --- changing

    def create_root(self) -> list[str]:
        """Create the destination and its parents; return those that were missing, outermost first."""
        root = Path(self.root)
        missing = [path for path in (root, *root.parents) if not path.exists()] if self._is_local else []
        self.create_directory("")
        return [str(path) for path in reversed(missing)]

    def remove_created(self, created: list[str]) -> None:
        """Take back `create_root`, except for directories that somebody has put something in."""
        with suppress(OSError):
            for path in reversed(created):
                Path(path).rmdir()

    def create_directory(self, path: str, *, shown_as: str | None = None) -> None:
        """Create a directory and its parents; nothing happens when it is there."""
        with self.failing_as("create the directory", path if shown_as is None else shown_as):
            self.filesystem.create_dir(self.locate(path), recursive=True)

    def open_output(self, path: str, *, shown_as: str | None = None) -> Any:
        """Return a stream that writes a new file."""
        with self.failing_as("create the file", path if shown_as is None else shown_as):
            return self.filesystem.open_output_stream(self.locate(path), compression=None)

    def open_input(self, path: str) -> Any:
        """Return a random-access reader of a file."""
        with self.failing_as("read the file", path):
            return self.filesystem.open_input_file(self.locate(path))

    def move(self, source: str, target: str) -> None:
        """Rename a file or directory; at each instant it is whole at one of the two names."""
        with self.failing_as(f"move {source} here", target):
            self.filesystem.move(self.locate(source), self.locate(target))

    def delete_file(self, path: str) -> None:
        """Delete a file; nothing happens when it is not there."""
        if self.exists(path):
            with self.failing_as("delete the file", path):
                self.filesystem.delete_file(self.locate(path))

    def delete_directory(self, path: str) -> None:
        """Delete a directory with all that is in it; nothing happens when it is not there."""
        if self.exists(path):
            with self.failing_as("delete the directory", path):
                self.filesystem.delete_dir(self.locate(path))

    # --- what only the operating system can say

    def sync(self, path: str, *, shown_as: str | None = None) -> None:
        """Return when what a file holds, or which names a directory holds, survives a power cut."""
        if not self._is_local:
            return
        with self.failing_as("flush to disk", path if shown_as is None else shown_as):
            descriptor = os.open(self.locate(path), os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def sync_all(self, paths: Mapping[str, str]) -> None:
        """Do for many paths what `sync` does for one, with what each is shown as.

        Side by side: a disk that is asked for all of them at once takes a few files in the time of one.
        """
        side_by_side(lambda path: self.sync(path, shown_as=paths[path]), paths, SYNCING_THREADS)

    def lock(self, path: str, *, wait: bool) -> DirectoryLock | None:
        """Hold a directory until `DirectoryLock.release` or the end of this process and its forks.

        Returns
        -------
        DirectoryLock or None
            None when another holds it (with `wait` false), or where the file system knows no locks.
        """
        if not self._is_local:
            return None
        with self.failing_as("open the directory", path):
            descriptor = os.open(self.locate(path), os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        except BaseException:
            os.close(descriptor)
            raise
        return DirectoryLock(descriptor)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other runs from publishing into the destination; waits for one that is at it."""
        lock = self.lock("", wait=True)
        try:
            yield
        finally:
            if lock:
                lock.release()

    @property
    def _is_local(self) -> bool:
        return isinstance(self.filesystem, fs.LocalFileSystem)


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


def open_storage(location: str | os.PathLike[str]) -> Storage:
    """Return the storage at a path or URL, without touching it.

    Raises
    ------
    TypeError
        `location` is neither text nor a path.
    ValueError
        `location` is empty.
    WriteError
        There is no writer for URLs of this kind.
    """
    text = os.fspath(location)
    if not isinstance(text, str):
        raise TypeError(f"a destination is a path or a URL as text, not {type(text).__name__}")
    if not text:
        raise ValueError("the destination is empty; '.' is the current directory")
    if "://" in text:
        text = _path_of_url(text)
    return Storage(fs.LocalFileSystem(), str(Path(text).resolve()), text)


def _path_of_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        raise WriteError(
            f"there is no writer for {parts.scheme}:// destinations",
            place=Place(without_signature(url)),
            hint="write to a local directory and copy that, whole, to where it belongs",
        )
    return unquote(parts.path)
