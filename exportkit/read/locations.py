"""Locations: the files that a path or URL stands for, and the module that opens each."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from exportkit.errors import ReadError
from exportkit.place import Place, without_signature
from exportkit.read.local_files import list_local, local_path, open_local, open_local_at
from exportkit.read.object_stores import list_object_store, open_object, open_object_at
from exportkit.read.recognised import shows_rows
from exportkit.read.stored_bytes import OpenedFile
from exportkit.read.urls import parts_of

__all__ = ["files_under", "open_location", "read_range"]


def files_under(location: str, pass_over: Callable[[str], None] = lambda _: None) -> list[str] | None:
    """Return the files of a directory or glob, sorted; None if `location` is neither.

    Visible files of a directory that are no exports go to `pass_over`.

    Raises
    ------
    ReadError
        The directory or glob has no files.
    """
    path = local_path(location)
    if path is not None:
        return list_local(path, shows_rows, pass_over)
    return None if _is_web(location) else list_object_store(location, pass_over)


def open_location(location: str) -> OpenedFile:
    """Open the file at a path or URL."""
    path = local_path(location)
    if path is not None:
        return open_local(path)
    if _is_web(location):
        from exportkit.read.web import open_web  # noqa: PLC0415  # its libraries take 30 ms to import

        return open_web(location)
    return open_object(location)


def read_range(uri: str, start: int, end: int, block_bytes: int) -> Iterator[bytes]:
    """Yield the bytes from `start` to `end` (exclusive) of an uncompressed file, in blocks.

    Parameters
    ----------
    uri : str
        Path or URL, as `OpenedSource.path_if_splittable` has it.
    start, end : int
        Byte offsets in the file.
    block_bytes : int
        Size of each block but the last.

    Raises
    ------
    ReadError
        The file ends before `end`, or the store fails.
    OSError
        The file cannot be opened (``FileNotFoundError``, ``PermissionError``).
    """
    path = local_path(uri)
    reader = open_local_at(path, start) if path is not None else open_object_at(uri, start, end)
    try:
        while start < end:
            block = reader.read(min(block_bytes, end - start))
            if not block:
                place = Place(without_signature(uri), byte_offset=start)
                problem = f"the file ends before byte {end}"
                raise ReadError(problem, place=place, hint="it changed while it was read; read a copy")
            yield block
            start += len(block)
    finally:
        reader.close()


def _is_web(url: str) -> bool:
    return parts_of(url).scheme in {"http", "https"}
