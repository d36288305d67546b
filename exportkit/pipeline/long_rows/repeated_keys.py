"""Keys that an object of a long line holds twice: the last value counts, in the place of the first.

A line that is held decodes so by itself. A long one comes in chunks, and whatever overrides a member may
stand gigabytes later. So the keys of all objects that were entered are watched, as numbers of eight bytes. If
one repeats, the line is put together anew of pieces of itself, without the members that do not count.

Example: of ``{"p": 1, "q": 2, "p": 3}`` the pieces ``"p": 3``, a comma and ``"q": 2`` are left.
"""

from __future__ import annotations

from array import array
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

import msgspec
import numpy as np
from msgspec import Raw

from exportkit.errors import DecodeError
from exportkit.json_text import JsonTextError, read_leniently
from exportkit.pipeline.long_rows.line_bytes import Piece
from exportkit.pipeline.long_rows.wrapping import is_numbered, kind
from exportkit.place import MemberChunk, Members
from exportkit.split import member_ends

__all__ = ["RepeatedKeys", "members_of", "pieces_that_count"]

#: Members of one object, whose keys are watched; a video of three days has so many frames.
MAX_MEMBERS = 8 * 2**20
#: Members of one object with a repeated key; each takes some 300 bytes.
MAX_SPLICED_MEMBERS = 2**20
_raw_members = msgspec.json.Decoder(dict[str, Raw])


def members_of(data: bytes) -> Mapping[str, Any]:
    """Return members by key, as they stand where that can be told, and none where they are no JSON."""
    try:
        return _raw_members.decode(b"{" + data + b"}")
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        pass
    try:
        found: Mapping[str, Any] = read_leniently(b"{" + data + b"}")
    except (JsonTextError, RecursionError):
        return {}  # whoever decodes them says why
    return found


class RepeatedKeys:
    """Watches the keys of objects while their chunks go by.

    Attributes
    ----------
    found : set of int
        Where the objects begin that hold a key twice.
    """

    def __init__(self) -> None:
        self.found: set[int] = set()
        self._open: dict[int, tuple[Members, array[int]]] = {}

    def note(self, chunk: MemberChunk, members: Mapping[str, Any]) -> None:
        """Take the members of a chunk of an object, and the keys by which it was reached.

        Raises
        ------
        DecodeError
            An object has more members than can be watched.
        """
        for within in _new_above(chunk.within, self._open):
            self._add(within.above, [str(within.path[-1])] if within.above else [])
            self._open[within.start] = within, array("q")
        if chunk.within.is_object:
            if len(members) < chunk.run.count:
                self.found.add(chunk.within.start)
            self._add(chunk.within, members)
        around = {one.start for one in _with_above(chunk.within)}
        for start in [start for start in self._open if start not in around]:
            self._close(start)

    def finish(self) -> None:
        """Look at the objects that are still open."""
        for start in list(self._open):
            self._close(start)

    def _add(self, within: Members | None, keys: Iterable[str]) -> None:
        if within is not None and within.is_object:
            _, hashes = self._open[within.start]
            hashes.extend(hash(_counting(within, key)) for key in keys)
            if len(hashes) > MAX_MEMBERS:
                raise DecodeError(f"an object of the line has more than {MAX_MEMBERS:,} members")

    def _close(self, start: int) -> None:
        _, hashes = self._open.pop(start)
        if len(hashes) > 1 and len(np.unique(np.array(hashes, dtype=np.int64))) < len(hashes):
            self.found.add(start)


def pieces_that_count(
    chunks: Iterable[MemberChunk], line: Members, length: int, repeated: set[int]
) -> Iterator[Piece]:
    """Yield the pieces of a line without members that a later one overrides.

    Parameters
    ----------
    chunks : iterable of MemberChunk
        The line.
    line : Members
        What the chunks fill.
    length : int
        Length of the line in bytes.
    repeated : set of int
        `RepeatedKeys.found`.

    Raises
    ------
    DecodeError
        An object with a repeated key has more members than can be put in order.
    """
    found: dict[int, dict[str, tuple[int, int] | Members]] = {start: {} for start in repeated}
    reached: set[int] = set()
    for chunk in chunks:
        for within in _new_above(chunk.within, reached):
            reached.add(within.start)
            if within.above is not None and within.above.start in found:
                found[within.above.start][_counting(within.above, str(within.path[-1]))] = within
        if chunk.within.start in found:
            _find(chunk, found[chunk.within.start])
    yield 0, line.start
    yield from _pieces(line, found)
    yield line.end, length


def _find(chunk: MemberChunk, members: dict[str, tuple[int, int] | Members]) -> None:
    start = 0
    for end in member_ends(chunk.data):
        for key in members_of(chunk.data[start:end]):
            members[_counting(chunk.within, key)] = chunk.run.start + start, chunk.run.start + end
        start = end + 1
    if len(members) > MAX_SPLICED_MEMBERS:
        raise DecodeError(f"an object of the line repeats keys and has more than {MAX_SPLICED_MEMBERS:,}")


def _pieces(within: Members, found: Mapping[int, Mapping[str, tuple[int, int] | Members]]) -> Iterator[Piece]:
    """Yield the pieces of what is between the brackets of an object or array."""
    if within.start not in found:
        at = within.start
        for part in within.parts:
            if isinstance(part, Members):
                yield at, part.start
                yield from _pieces(part, found)
                at = part.end
        yield at, within.end
        return
    for order, member in enumerate(found[within.start].values()):
        if order:
            yield b","
        if isinstance(member, Members):
            yield member.named_at, member.start
            yield from _pieces(member, found)
            yield member.end, member.end + 1
        else:
            yield member


def _counting(within: Members, key: str) -> str:
    """Return what a key counts as: `-0` is another spelling of 0 where keys are numbers."""
    return "0" if key == "-0" and is_numbered(kind(within.path)) else key


def _with_above(within: Members | None) -> Iterator[Members]:
    while within is not None:
        yield within
        within = within.above


def _new_above(within: Members, known: Container[int]) -> list[Members]:
    """Return what was entered since the chunk before, from the outermost on."""
    return [one for one in _with_above(within) if one.start not in known][::-1]
