"""Whole file: one file that appears under its name when it is complete and on disk, or not at all.

Takes a path, gives a stream. The bytes go to a hidden file beside the target, are flushed to disk, and take
the target's name; then the directory is flushed too. Links are followed. What is there and is no regular file
(a pipe, a device, standard output as ``-`` or under its path) is written to as it is. Does not know what is
written.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import BufferedWriter, FileIO
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa

from exportkit.errors import Wording, WriteError
from exportkit.lakes.failures import failure, path_of_destination
from exportkit.lakes.local_storage import flush_to_disk
from exportkit.lakes.part_names import UNFINISHED
from exportkit.place import Place

__all__ = ["ReadFrom", "written_whole"]

#: A file, directory or descriptor that is read while another file is written.
ReadFrom = str | os.PathLike[str] | int

BUFFER_BYTES = 1024 * 1024
_STANDARD_OUTPUT = "-"
#: The ends of names that ask for compression, and what Arrow calls it; those of what is not written.
_COMPRESSIONS = {".gz": "gzip", ".zst": "zstd", ".bz2": "bz2", ".xz": "xz"}
_NOT_WRITTEN = {".7z", ".br", ".lz4", ".lzma", ".tgz", ".zip"}
#: The paths of what a process has open already; opening them anew would begin a file from its start.
_DESCRIPTORS = {"/dev/stdout": 1, "/dev/stderr": 2}
_DESCRIPTOR = re.compile(r"/(?:dev|proc/self)/fd/([0-9]{1,9})")


@contextmanager
def written_whole(
    path: str | os.PathLike[str],
    *,
    force: bool = False,
    sources: Iterable[ReadFrom] = (),
    compress: bool = False,
) -> Iterator[BinaryIO]:
    """Open a file for writing; it appears, or replaces an older one, when the context ends well.

    What else is raised inside comes through as it is, and leaves the path as it was.

    Parameters
    ----------
    path : str or path
        The file; ``-`` is standard output. The permissions of a file that is replaced are kept.
    force : bool
        Replace a regular file that is there.
    sources : iterable of str, path or int
        Files, or descriptors of files, that are never replaced, since they are read meanwhile; directories in
        which nothing is written.
    compress : bool
        Compress where the name ends in ``.gz``, ``.zst``, ``.bz2`` or ``.xz``; without it such a name is
        refused.

    Raises
    ------
    TypeError, OptionError
        It is no path, or one that no file can have.
    WriteError
        The file cannot be written, is there and `force` is not given, is one of `sources` or in one, is a
        directory, or has the ending of a compression that is not written.
    BrokenPipeError
        Whoever reads standard output has left.
    """
    shown = Path(path_of_destination(path))
    if os.fspath(shown) == _STANDARD_OUTPUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    codec = _codec_of(shown, compress=compress)
    with _failing(shown):
        there = _status(shown)
        _refuse(shown, there, sources, force=force)
    descriptor = _descriptor_of(shown)
    if descriptor is None and (there is None or stat.S_ISREG(there.st_mode)):
        opened = _replaced(shown, there, force=force)
    else:
        opened = _written_through(shown, descriptor)
    with opened as stream, _compressed(stream, codec) as taking:
        yield taking


@contextmanager
def _replaced(shown: Path, there: os.stat_result | None, *, force: bool) -> Iterator[BinaryIO]:
    """Write a hidden file, which takes its name at the end."""
    target = Path(os.path.realpath(shown))  # also where a link leads that leads to nothing yet
    hidden = target.with_name(f".{target.name}.{secrets.token_hex(4)}{UNFINISHED}")
    with _failing(shown):
        file = _File(hidden, shown, "x")
    try:
        with BufferedWriter(file, BUFFER_BYTES) as stream:
            with _failing(shown):
                _keep_permissions(file.fileno(), there)
            yield stream
            with _failing(shown):
                stream.flush()
                os.fsync(stream.fileno())
        with _failing(shown):
            if there is None:
                _refuse(shown, _status(shown), (), force=force)
            hidden.replace(target)
            flush_to_disk(target.parent)
    finally:
        with suppress(OSError):
            hidden.unlink(missing_ok=True)


@contextmanager
def _written_through(shown: Path, descriptor: int | None) -> Iterator[BinaryIO]:
    """Write to what is there."""
    with _failing(shown):
        file = _File(shown if descriptor is None else os.dup(descriptor), shown, "w")
    with BufferedWriter(file, BUFFER_BYTES) as stream:
        yield stream


@contextmanager
def _compressed(stream: BinaryIO, codec: str | None) -> Iterator[Any]:
    if codec is None:
        yield stream
        return
    if codec == "xz":
        import lzma  # noqa: PLC0415 - rarely asked for

        with lzma.open(stream, "w") as taking:
            yield taking
        return
    with pa.CompressedOutputStream(pa.PythonFile(_KeptOpen(stream), "w"), codec) as taking:
        yield taking


class _KeptOpen:
    """A stream that Arrow does not close: it is flushed to disk afterwards."""

    closed = False

    def __init__(self, stream: BinaryIO) -> None:
        self.write = stream.write
        self.flush = stream.flush

    def close(self) -> None:
        """Do nothing."""


class _File(FileIO):
    """A file whose failures to write are told apart from all else that happens in the context."""

    def __init__(self, opened: Path | int, shown: Path, mode: str) -> None:
        self._shown = shown
        super().__init__(opened, mode)

    def write(self, data: Any) -> int:
        with _failing(self._shown):
            return super().write(data)


@contextmanager
def _failing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if isinstance(error, BrokenPipeError) and _descriptor_of(target) is not None:
            raise
        problem = failure(WriteError, "write the file", Place(str(target)), error)
        if error.errno == errno.ENOENT:
            problem.hint = "create its directory first"
        raise problem from None


def _status(path: ReadFrom) -> os.stat_result | None:
    try:
        return os.stat(path)  # noqa: PTH116 - of a descriptor as well
    except FileNotFoundError:
        return None


def _refuse(shown: Path, there: os.stat_result | None, sources: Iterable[ReadFrom], *, force: bool) -> None:
    if there is not None and stat.S_ISDIR(there.st_mode):
        raise IsADirectoryError(errno.EISDIR, "Is a directory")
    if (there is not None and not stat.S_ISREG(there.st_mode)) or _descriptor_of(shown) is not None:
        return
    place = Place(str(shown))
    read = [one for one in map(_status, sources) if one is not None]
    if there is not None and any(os.path.samestat(one, there) for one in read):
        raise WriteError("the destination is the source itself", place=place, hint="choose another name")
    above = [_status(one) for one in Path(os.path.realpath(shown)).parents] if read else []
    if any(os.path.samestat(one, upper) for upper in above if upper is not None for one in read):
        hint = "choose a place outside of it"
        raise WriteError("the destination lies in the lake that is read", place=place, hint=hint)
    if there is not None and not force:
        hint = Wording("choose another name, or set {force} to replace it")
        raise WriteError("the file is there already", place=place, hint=hint)


def _codec_of(shown: Path, *, compress: bool) -> str | None:
    """Return the compression that a name asks for; `WriteError` for one that the file will not have."""
    ending = shown.suffix.lower()
    codec = _COMPRESSIONS.get(ending)
    if ending in _NOT_WRITTEN or (codec and not compress):
        problem = f"the name ends in {shown.suffix}, and the file is not compressed like that"
        raise WriteError(problem, place=Place(str(shown)), hint="choose a name with another ending")
    return codec


def _descriptor_of(path: Path) -> int | None:
    """Return the descriptor that a path stands for; None for all other paths."""
    text = os.fspath(path)
    match = _DESCRIPTOR.fullmatch(text)
    return int(match[1]) if match else _DESCRIPTORS.get(text)


def _keep_permissions(descriptor: int, there: os.stat_result | None) -> None:
    if there is not None:
        with suppress(OSError):  # only root may give a file away
            os.fchown(descriptor, there.st_uid, there.st_gid)
        os.fchmod(descriptor, stat.S_IMODE(there.st_mode))
