"""Cutting one long line into chunks of members, so that it never stands in memory as a whole.

One pass with a stack: a member that grows beyond a chunk is entered at once, if it is a collection that
may be entered; everything else is handed on whole. Brackets and commas are found by `ArrayScan`, which
knows as little of objects as of arrays. The values of members are not looked at.

Theory of operation. Each `_Container` reads the tape from behind its opening bracket to behind its closing
one. It holds bytes since the last chunk, which begin with a member, and knows how many commas of its own it
has passed (`_count`). When enough is held, everything up to the last comma is a chunk. When there is no
comma to cut at, the one unfinished member is larger than a chunk: the members before it become a chunk, and
a `_Container` of its own reads it, or it is held until it ends (`whole`). With chunks of 22 bytes, and
``attachments`` that may be entered::

    {"a":1,"attachments":[11,22,33,44,55,66,77,88,99],"b":2}

    path              first  data
    ()                0      "a":1                       before the member that is entered
    ("attachments",)  0      11,22,33,44,55,66,77,88     cut at the last comma
    ("attachments",)  8      99                          up to the closing bracket
    ()                2      "b":2
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from exportkit.errors import SplitError
from exportkit.native import octets
from exportkit.place import MemberChunk
from exportkit.split.array_scan import ArrayScan
from exportkit.split.tape import Tape

__all__ = ["cut_members"]

Path = tuple[str | int, ...]

_KEY = re.compile(rb'\s*("(?:[^"\\]|\\.)*")\s*:\s*([\[{])', re.DOTALL)
_VALUE = re.compile(rb"\s*([\[{])")
_SPACE = b" \t\r\n"
#: Bytes of members that make a chunk.
CHUNK_BYTES = 512 * 1024
#: A value up to here is held, and costs about four times its size: it becomes one cell of a table.
MAX_MEMBER_BYTES = 64 * 2**20
#: So is a value with up to so many objects and arrays: an empty one costs a hundred bytes.
MAX_MEMBER_OPENINGS = 4 * 2**20


def cut_members(
    blocks: Iterable[bytes],
    may_enter: Callable[[Path], bool],
    *,
    chunk_bytes: int = CHUNK_BYTES,
    max_member_bytes: int = MAX_MEMBER_BYTES,
) -> Iterator[MemberChunk]:
    """Cut the object in `blocks` into chunks of its members, in order and lazily.

    A member larger than a chunk is entered when `may_enter` says so of its path, and its own members come
    as chunks of their own; chunks of the members before it come first. An object or array that is entered
    is in no chunk itself; an empty one that is entered yields one empty chunk. Every other member is in
    exactly one chunk.

    Parameters
    ----------
    blocks : iterable of bytes
        All bytes of one line.
    may_enter : callable
        Whether the members at a path may come apart.
    chunk_bytes : int
        Members are handed on when they are this long together. Memory: two chunks, and whatever larger
        member may not be entered.
    max_member_bytes : int
        The longest such member; one with more than `MAX_MEMBER_OPENINGS` objects and arrays is refused too.

    Yields
    ------
    MemberChunk
        Chunks in the order of the line.

    Raises
    ------
    SplitError
        The line is no object, its brackets do not match, or a member is longer than may be held.
    """
    tape = Tape(iter(blocks), 0)
    if _next_byte(tape) != b"{":
        raise SplitError("the line is not an object")
    yield from _Container((), is_object=True).chunks(tape, may_enter, chunk_bytes, max_member_bytes)
    if _next_byte(tape):
        raise SplitError("the line goes on behind its object")


class _Container:
    """One object or array that is being cut; `tape` stands behind its opening bracket."""

    def __init__(self, path: Path, *, is_object: bool) -> None:
        self._path = path
        self._is_object = is_object
        self._held: list[bytes] = []
        self._count = 0
        self._first = 0
        self._yielded = False

    def chunks(
        self, tape: Tape[bytes], may_enter: Callable[[Path], bool], chunk_bytes: int, max_member_bytes: int
    ) -> Iterator[MemberChunk]:
        """Yield the chunks up to the closing bracket, and leave the tape behind it."""
        scan, size, opened, whole = ArrayScan(), 0, 0, False
        for block in tape:
            separators, closing = scan.feed(block)
            whole = whole and not separators
            end = separators[-1] if separators else None
            if closing is not None:
                yield from self._close(tape, block, closing, len(separators))
                return
            if end is not None and size + end >= chunk_bytes:
                self._held.append(block[:end])
                yield self._chunk(len(separators))
                self._held, size, opened = [block[end + 1 :]], len(block) - end - 1, 0
            else:
                self._held.append(block)
                self._count += len(separators)
                size += len(block)
            if whole:
                opened += octets.count_openings(block)
            _check_held(size, opened, max_member_bytes)
            if size < chunk_bytes or whole:
                continue
            entered = self._enter(may_enter)
            if entered is None:
                whole = True  # until its end: it is not looked at again
                continue
            before, inner, rest = entered
            if before is not None:
                yield before
            tape.put_back(rest)
            yield from inner.chunks(tape, may_enter, chunk_bytes, max_member_bytes)
            if self._after_entered(tape):
                return
            scan, size = ArrayScan(), 0
        raise SplitError("the line ends inside an object or array")

    def _close(self, tape: Tape[bytes], block: bytes, closing: int, separators: int) -> Iterator[MemberChunk]:
        if block[closing : closing + 1] != (b"}" if self._is_object else b"]"):
            raise SplitError("a bracket of the line is closed by another one")
        self._held.append(block[:closing])
        tape.put_back(block[closing + 1 :])
        self._count += separators
        is_first = not self._yielded
        chunk = self._chunk(0)
        if not is_first and not chunk.data.strip(_SPACE):
            raise SplitError("a member of the line is missing behind a comma")
        yield chunk

    def _chunk(self, separators: int) -> MemberChunk:
        """Return what is held as a chunk: the members up to now, and `separators` more commas."""
        data = b"".join(self._held)
        chunk = MemberChunk(self._path, self._is_object, self._first, data)
        self._count += separators
        self._first = self._count
        self._held = []
        self._yielded = True
        return chunk

    def _enter(
        self, may_enter: Callable[[Path], bool]
    ) -> tuple[MemberChunk | None, _Container, bytes] | None:
        """Return the chunk before the last member held, that member and its bytes; None to hold it."""
        data = b"".join(self._held)
        self._held = [data]
        start = last_member(data)
        match = (_KEY if self._is_object else _VALUE).match(data, start)
        if match is None:
            return None
        step: str | int = msgspec.json.decode(match[1]) if self._is_object else self._count
        path = (*self._path, step)
        if not may_enter(path):
            return None
        before = MemberChunk(self._path, self._is_object, self._first, data[: start - 1]) if start else None
        self._held = []
        self._yielded = True
        bracket = match[2] if self._is_object else match[1]
        return before, _Container(path, is_object=bracket == b"{"), data[match.end() :]

    def _after_entered(self, tape: Tape[bytes]) -> bool:
        """Go on behind a member that was entered; return whether it was the last."""
        mark = _next_byte(tape)
        if mark == (b"}" if self._is_object else b"]"):
            return True
        if mark != b",":
            raise SplitError("a comma is missing between two members of the line")
        self._count += 1
        self._first = self._count
        return False


def _check_held(size: int, opened: int, max_bytes: int) -> None:
    """Refuse a member that is too large to be held."""
    if size > max_bytes:
        raise SplitError(f"a value of the line is longer than {max_bytes / 2**20:g} MiB")
    if opened > MAX_MEMBER_OPENINGS:
        raise SplitError(f"a value of the line holds more than {MAX_MEMBER_OPENINGS:,} objects and arrays")


def last_member(data: bytes) -> int:
    """Return where the last, unfinished member of `data` begins, which begins with a member."""
    separators, _ = ArrayScan().feed(data)
    return separators[-1] + 1 if separators else 0


def _next_byte(tape: Tape[bytes]) -> bytes:
    """Take the next byte that is no white space; empty at the end."""
    for block in tape:
        rest = block.lstrip(_SPACE)
        if rest:
            tape.put_back(rest[1:])
            return rest[:1]
    return b""
