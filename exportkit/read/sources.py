"""Sources: everything that a user may name as input, opened one after the other."""

from __future__ import annotations

import io
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TypeAlias

from msgspec import Struct, field

from exportkit.errors import OptionError, ReadError, RowError
from exportkit.options import MAX_COMPRESSION_RATIO
from exportkit.place import Place, shortened
from exportkit.read.compression import MAGIC_BYTES, compression_of
from exportkit.read.local_files import local_path
from exportkit.read.locations import files_under
from exportkit.read.opened import OpenedSource, open_file, open_stream
from exportkit.read.rows_in_memory import ROWS_URI, RowStream, holds_rows, is_row
from exportkit.read.stored_bytes import ByteReader

__all__ = ["STANDARD_INPUT", "Met", "SourceLike", "files_read_by", "open_sources", "stored_sizes"]

#: A path, glob, directory, URL or ``-``, a binary stream, or an iterable of those; or an iterable of rows.
SourceLike: TypeAlias = str | os.PathLike[str] | BinaryIO | Iterable[Any]

STANDARD_INPUT = "-"

#: No system has longer paths.
MAX_PATH_CHARACTERS = 4096
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
#: What is in JSON and in pages, and hardly in a path.
_MARKED_UP = re.compile(r'"\s*:|</')
_HINT_ROWS = "make each row an element, or wrap the bytes of the export in io.BytesIO"
_HINT_TEXT = "give the bytes of a file as io.BytesIO, or the name of the file"


class Met(NamedTuple):
    """Who is told of what is met beside inputs.

    Attributes
    ----------
    pass_over : callable
        Takes the name of a file of a directory that is no export.
    refuse : callable or None
        Takes the name of an input that cannot be opened, and the error; None: the error is raised.
    """

    pass_over: Callable[[str], None] = lambda _: None
    refuse: Callable[[str, Exception], None] | None = None

    @contextmanager
    def refusing(self, name: str) -> Iterator[None]:
        """Tell of what an input fails with in this context, or let it fail."""
        try:
            yield
        except (ReadError, RowError, OSError) as error:
            if isinstance(error, OSError) and isinstance(error.filename, str):
                error.filename = shortened(error.filename)
            if self.refuse is None:
                raise
            self.refuse(name, error)


class _Named(Struct):
    """The files that were named, and those that a directory or glob has."""

    met: Met
    named: set[str] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)


def open_sources(
    source: SourceLike,
    *,
    export_id: str | None = None,
    max_compression_ratio: float | None = MAX_COMPRESSION_RATIO,
    met: Met | None = None,
) -> Iterator[OpenedSource]:
    """Open the inputs that `source` names, lazily and in order, one at a time.

    Files of a directory or glob are sorted by name. A file that is found twice (by two globs, or by a glob
    and by its own name) is opened once. A file that is named twice is opened twice.

    Parameters
    ----------
    source : path, URL, stream or iterable of those
        A path or URL of a file; a directory, for its visible files with the ending of an export, at any
        depth; a glob; ``-`` for standard input; a binary stream, which is read from its position and left
        open; an iterable of those; or an iterable of rows, dictionaries or lines, which are taken while they
        are read.
    export_id : str, optional
        Id of the input. The second, third, ... input gets ``-1``, ``-2``, ... after it. The default is a hash
        of 16 hexadecimal digits: for a file, of its absolute path or URL, its size and its time of change (or
        tag); for a stream, of its own name and its first 64 KiB.
    max_compression_ratio : float or None
        Compressed input may expand this many times, counted from 64 MiB of output on; None for no limit. It
        guards against input made to fill a disk: exports expand a few hundred times at most.

    met : Met, optional
        Who is told of files of a directory that are no exports, and of what cannot be opened.

    Yields
    ------
    OpenedSource
        The caller closes it, ideally before taking the next.

    Raises
    ------
    ReadError
        A directory, glob or iterable has nothing to read, or a URL cannot be read.
    FileNotFoundError, PermissionError
        The file does not exist, or may not be read.
    TypeError
        `source` cannot be read as bytes, such as a text stream.
    """
    met = met or Met()
    found = _inputs(source, _Named(met))
    opened_files: list[OpenedSource] = []
    for index, one in enumerate(found):
        name = f"{export_id}-{index}" if export_id and index else export_id
        if isinstance(one, str):
            with met.refusing(one):
                opened = open_file(one, export_id=name, max_compression_ratio=max_compression_ratio)
                opened_files.append(opened)
            if opened_files:
                yield opened_files.pop()
        else:
            stream, uri = one
            yield open_stream(stream, uri=uri, export_id=name, max_compression_ratio=max_compression_ratio)


def stored_sizes(source: Any) -> Iterator[tuple[int, str | None]]:
    """Yield the stored size of every local file that `source` names, in bytes, and how it is compressed.

    Streams, URLs and iterators are left out: reading them would consume them.

    Raises
    ------
    ReadError, OSError, TypeError
        As `open_sources`.
    """
    for path in files_read_by(source):
        if isinstance(path, int) or not path.is_file():
            continue  # a stream or named pipe can be read once
        with path.open("rb") as file:
            yield path.stat().st_size, compression_of(file.read(MAGIC_BYTES))


def files_read_by(source: Any) -> Iterator[Path | int]:
    """Yield every local file that `source` names, and the descriptors of its streams, without reading them.

    URLs and iterators are left out.
    """
    if source == STANDARD_INPUT if isinstance(source, str) else hasattr(source, "fileno"):
        with suppress(OSError, ValueError, AttributeError):  # a stream in memory, one that is closed, or none
            yield (sys.stdin if isinstance(source, str) else source).fileno()
    elif isinstance(source, str | os.PathLike):
        if local_path(os.fspath(source)) is None:
            return
        for location in _files(source, _Named(Met(refuse=lambda *_: None))):
            yield Path(local_path(location) or location)
    elif isinstance(source, Collection) and not is_row(source):
        for one in source:
            if is_row(one):
                return
            yield from files_read_by(one)


def _inputs(source: Any, known: _Named) -> Iterator[str | tuple[ByteReader, str | None]]:
    """Yield the locations of single files, and streams with their names."""
    if isinstance(source, str) and source.strip() and is_row(source):
        if holds_rows(source):
            raise TypeError("source is the text of an export: wrap its bytes in io.BytesIO")
        raise TypeError("source is the text of a row: give rows in a list, a single one as [row]")
    if isinstance(source, str | os.PathLike):
        yield from _files(source, known) if source != STANDARD_INPUT else [_standard_input()]
    elif isinstance(source, io.TextIOBase):
        raise TypeError("source is a text stream: open it in binary mode")
    elif hasattr(source, "read"):
        yield source, None
    elif isinstance(source, bytes | bytearray | memoryview):
        raise TypeError("source is bytes: wrap content in io.BytesIO, give a path as str")
    elif isinstance(source, Mapping):
        raise TypeError("source is a dict: give rows in a list, a single one as [row]")
    elif isinstance(source, Iterable):
        yield from _inputs_among(iter(source), known)
    else:
        kind = type(source).__name__
        raise TypeError(
            f"source must be a path, a URL, a binary stream, or an iterable of those or of rows, not {kind}"
        )


def _inputs_among(elements: Iterator[Any], known: _Named) -> Iterator[str | tuple[ByteReader, str | None]]:
    """Yield the inputs of an iterable; its first element says whether it holds sources or rows."""
    first = next(elements, elements)
    if first is elements:
        raise ReadError("nothing to read: the iterable of sources is empty")
    if is_row(first):
        if holds_rows(first):
            raise OptionError("source", "element 1 is the text of a whole export, not of a row", _HINT_ROWS)
        yield RowStream(chain((first,), elements)), ROWS_URI
        return
    for number, one in enumerate(chain((first,), elements), 1):
        if is_row(one):
            raise TypeError(f"element {number} is a row, and those before it are sources: give either")
        yield from _inputs(one, known)


def _files(source: str | os.PathLike[str], known: _Named) -> Iterator[str]:
    location = os.fspath(source)
    if not location:
        raise OptionError("source", "the source is empty; '.' is the current directory")
    if not isinstance(location, str):
        raise TypeError("source is a path of bytes: give it as str")
    if "\0" in location:
        raise OptionError("source", f"no path holds a NUL character: {shortened(location)!r}")
    if _is_text(location):
        raise OptionError("source", "the source is text, and neither a path nor a URL", hint=_HINT_TEXT)
    files: list[str] | None = []
    with known.met.refusing(location):
        files = files_under(location, known.met.pass_over)
    if files is None:
        identity = _identity(location)
        if identity not in known.listed:
            known.named.add(identity)
            yield location
        return
    for file in files:
        identity = _identity(file)
        if identity not in known.named and identity not in known.listed:
            known.listed.add(identity)
            yield file


def _is_text(location: str) -> bool:
    """Return whether `location` is what a file holds: whoever gives that must not see it in a message."""
    text = location.strip()
    scheme, is_url, _ = text.partition("://")
    is_content = (
        (_SCHEME.fullmatch(scheme) is None)
        if is_url
        else "\n" in text or len(text) > MAX_PATH_CHARACTERS or _MARKED_UP.search(text) is not None
    )
    return is_content and not os.path.lexists(location)


def _identity(location: str) -> str:
    path = local_path(location)
    return location if path is None else str(Path(path).resolve())


def _standard_input() -> tuple[BinaryIO, str]:
    if sys.stdin is None:
        raise ReadError("there is no standard input", place=Place("stdin:"))
    return sys.stdin.buffer, "stdin:"
