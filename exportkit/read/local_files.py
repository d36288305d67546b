"""Files of this machine: opened without a buffer, listed by directory or glob."""

from __future__ import annotations

import glob
import io
import os
import stat
from pathlib import Path
from urllib.parse import unquote, urlsplit

from exportkit.read.listing import in_directory, is_export, matching
from exportkit.read.stored import OpenedFile

__all__ = ["list_local", "local_path", "open_local", "open_local_at"]


def local_path(location: str) -> str | None:
    """Return `location` as a path of this machine; None when it is a URL of something else."""
    if "://" not in location:
        return location
    parts = urlsplit(location)
    if parts.scheme == "file" and parts.netloc in {"", "localhost"}:
        return unquote(parts.path)
    return None


def open_local(path: str) -> OpenedFile:
    """Open the file at `path`; a named pipe has neither size nor version and is not seekable."""
    reader = open_local_at(path, 0)
    status = os.fstat(reader.fileno())
    if not stat.S_ISREG(status.st_mode):
        return OpenedFile(reader, None, None, path, seekable=False)
    version = str(status.st_mtime_ns)
    return OpenedFile(reader, status.st_size, version, str(Path(path).resolve()), seekable=True)


def open_local_at(path: str, start: int) -> io.FileIO:
    """Open the file at `path` to be read from the byte `start`."""
    reader = io.FileIO(path)
    if start:
        reader.seek(start)
    return reader


def list_local(path: str) -> list[str] | None:
    """Return the files that `path` stands for, sorted, when it is a directory or a glob; None otherwise.

    A path that exists is no glob, whatever characters it holds.

    Raises
    ------
    ReadError
        It stands for no file.
    """
    directory = Path(path)
    if directory.is_dir():
        files = (Path(folder, name) for folder, _, names in os.walk(directory) for name in names)
        below = sorted(file.relative_to(directory).as_posix() for file in files)
        return in_directory([str(directory / name) for name in below if is_export(name)], path)
    if os.path.lexists(path) or not glob.has_magic(path):
        return None
    found = glob.iglob(path, recursive=True)  # noqa: PTH207  # Path.glob takes no absolute pattern
    return matching(sorted(name for name in found if Path(name).is_file()), path)
