"""Passes: one source, read from its beginning as often as somebody asks.

Takes what a user names; gives the same again for each pass, with every stream in it put back to where its
first pass began. Knows which inputs can be read once; does not know what the bytes are.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from exportkit.errors import ReadError
from exportkit.place import Place
from exportkit.read import ROWS_URI, STANDARD_INPUT, SourceLike, is_row

__all__ = ["Passes"]

_OTHERWISE = "read it whole once (read_table, to_parquet), or give a path"
_ROWS_OTHERWISE = "read them whole once (read_table, to_parquet), or give a list"


class Passes:
    """A source that is read several times.

    Nothing is touched before a pass reads its first byte: a pass that nobody draws costs nothing and
    takes nothing from a stream.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these or of rows
        What is to be read. Files are opened anew in each pass; a stream that can seek is put back to
        where it stood before its first pass; sources that an iterator yields are remembered, and rows are
        not: an iterator over rows can be read once, a list of them as often as it is asked for.
    """

    def __init__(self, source: SourceLike) -> None:
        self._source = _again(source)

    def begin(self) -> SourceLike:
        """Return the source for one more pass.

        While it is read a `ReadError` says that a stream has been read before and cannot be put back, or
        that a later pass has taken it over.
        """
        source: SourceLike = _once_more(self._source)
        return source


def _again(source: Any) -> Any:
    """Return `source`, or what can begin it again; what is no source is left to fail where it is read."""
    if isinstance(source, str | os.PathLike):
        return _StandardInput() if source == STANDARD_INPUT else source
    if isinstance(source, io.TextIOBase) or is_row(source):
        return source
    if hasattr(source, "read"):
        return _Stream(source)
    return _Several(source) if isinstance(source, Iterable) else source


def _once_more(source: Any) -> Any:
    return source.once_more() if isinstance(source, _StandardInput | _Several | _Stream) else source


class _StandardInput:
    def __init__(self) -> None:
        self._is_taken = False

    def once_more(self) -> Iterator[str]:
        if self._is_taken:
            problem = "standard input has been read and cannot be read again"
            raise ReadError(problem, place=Place("stdin:"), hint=_OTHERWISE)
        self._is_taken = True
        yield STANDARD_INPUT


class _Several:
    def __init__(self, sources: Iterable[Any]) -> None:
        self._remembered: list[Any] = []
        self._sources = sources
        self._rest: Iterator[Any] | None = None
        self._holds_rows = False

    def once_more(self) -> Iterator[Any]:
        if self._holds_rows:
            yield from self._rows_again()
            return
        if self._rest is None:
            self._rest = iter(self._sources)
            for first in self._rest:
                self._holds_rows = is_row(first)
                if self._holds_rows:
                    yield from chain((first,), self._rest)
                    return
                self._remembered.append(_again(first))
                break
        at = 0
        while True:
            if at == len(self._remembered):
                for source in self._rest:
                    self._remembered.append(_again(source))
                    break
                else:
                    return
            yield _once_more(self._remembered[at])
            at += 1

    def _rows_again(self) -> Iterable[Any]:
        if iter(self._sources) is self._rest:
            problem = "the rows come from an iterator, which has been read and cannot be read again"
            raise ReadError(problem, place=Place(ROWS_URI), hint=_ROWS_OTHERWISE)
        return self._sources


class _Stream:
    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self._reading: _StreamPass | None = None
        self._start: int | None = None

    def once_more(self) -> _StreamPass:
        return _StreamPass(self)

    def put_back(self, reading: _StreamPass) -> None:
        """Make the stream stand where its first pass began, for `reading` alone."""
        if self._reading is None:
            self._start = self.stream.tell() if self._can_seek() else None
        elif getattr(self.stream, "closed", False):
            raise ReadError("the stream has been closed and cannot be read again", place=reading.place)
        elif self._start is None:
            problem = "the stream has been read and cannot be read again"
            raise ReadError(problem, place=reading.place, hint=_OTHERWISE)
        else:
            self.stream.seek(self._start)
        self._reading = reading

    def refuse_others(self, reading: _StreamPass) -> None:
        """Keep a pass from reading on in the middle of a later one."""
        if self._reading is not reading:
            problem = "another pass over the same stream has begun"
            hint = "finish one pass before the next begins, or give a path"
            raise ReadError(problem, place=reading.place, hint=hint)

    def _can_seek(self) -> bool:
        seekable = getattr(self.stream, "seekable", None)
        return bool(seekable and seekable())


class _StreamPass:
    """A stream as one pass sees it, a binary stream itself."""

    def __init__(self, of: _Stream) -> None:
        self._of = of
        self._has_begun = False
        self.name = getattr(of.stream, "name", None)

    @property
    def place(self) -> Place:
        return Place(self.name if isinstance(self.name, str) else "stream:")

    def read(self, size: int, /) -> bytes:
        if not self._has_begun:
            self._of.put_back(self)
            self._has_begun = True
        self._of.refuse_others(self)
        data: bytes = self._of.stream.read(size)
        return data

    def close(self) -> None:
        """Leave the stream open: it is the caller's."""
