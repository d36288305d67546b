"""Keys that an object of a long line holds twice: the last value counts, in the place of the first.

A line that is held decodes so by itself. A long one comes in chunks, and whatever overrides a member may
stand gigabytes later. So the keys of all objects that were entered are watched, as numbers of eight bytes. If
one repeats, the line is put together anew of pieces of itself, without the members that do not count.

Example: of ``{"p": 1, "q": 2, "p": 3}`` the pieces ``"p": 3`` and ``, "q": 2`` are left.
"""

from __future__ import annotations

from array import array
from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

import msgspec
import numpy as np
from msgspec import Raw

from exportkit.errors import DecodeError
from exportkit.json_text import JsonTextError, read_leniently
from exportkit.pipeline.long_rows.wrapping import is_numbered, kind
from exportkit.place import MemberChunk, Members
from exportkit.split import member_ends
from exportkit.tables.cells import Ints

__all__ = ["RepeatedKeys", "members_of", "that_count"]

#: Members of one object, whose keys are watched; a video of three days has so many frames.
MAX_MEMBERS = 8 * 2**20
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


class _Repeating:
    """The members of an object with a repeated key: by number, the hash of the key and where each lies."""

    def __init__(self) -> None:
        self._hashes, self._starts, self._ends = array("q"), array("q"), array("q")
        self._entered: dict[int, Members] = {}

    def add(self, key: str, start: int, end: int, entered: Members | None = None) -> None:
        """Note one more member."""
        if entered is not None:
            self._entered[len(self._hashes)] = entered
        self._hashes.append(hash(key))
        self._starts.append(start)
        self._ends.append(end)

    def that_count(self) -> Iterator[tuple[int, int, Members | None]]:
        """Yield the last of each key, in the order of the first, each with the comma before it."""
        hashes = np.array(self._hashes, dtype=np.int64)
        _, firsts = np.unique(hashes, return_index=True)
        _, lasts = np.unique(hashes[::-1], return_index=True)
        chosen = (len(hashes) - 1 - lasts)[np.argsort(firsts)].tolist()
        for order, at in enumerate(chosen):
            # Before every member but the first stands a comma, and that one counts in its own place only.
            yield self._starts[at] - (order > 0), self._ends[at], self._entered.get(at)


def that_count(
    chunks: Iterable[MemberChunk], line: Members, length: int, repeated: set[int]
) -> tuple[Ints, Ints]:
    """Return the ranges of a line, starts and ends, that are left without what a later member overrides.

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
    """
    found = {start: _Repeating() for start in repeated}
    reached: set[int] = set()
    for chunk in chunks:
        for within in _new_above(chunk.within, reached):
            reached.add(within.start)
            above = within.above
            if above is not None and above.start in found:
                key = _counting(above, str(within.path[-1]))
                found[above.start].add(key, within.named_at, within.start, within)
        if chunk.within.start in found:
            start = 0
            for end in member_ends(chunk.data):
                for key in members_of(chunk.data[start:end]):
                    shown = _counting(chunk.within, key)
                    found[chunk.within.start].add(shown, chunk.run.start + start, chunk.run.start + end)
                start = end + 1
    starts, ends = array("q"), array("q")
    for start, end in chain([(0, line.start)], _ranges(line, found), [(line.end, length)]):
        if ends and ends[-1] == start:
            ends[-1] = end
        else:
            starts.append(start)
            ends.append(end)
    return np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)


def _ranges(within: Members, found: Mapping[int, _Repeating]) -> Iterator[tuple[int, int]]:
    """Yield the ranges that are left of what is between the brackets of an object or array."""
    if within.start not in found:
        at = within.start
        for part in within.parts:
            if isinstance(part, Members):
                yield at, part.start
                yield from _ranges(part, found)
                at = part.end
        yield at, within.end
        return
    for start, end, entered in found[within.start].that_count():
        yield start, end
        if entered is not None:
            yield from _ranges(entered, found)
            yield entered.end, entered.end + 1


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
