"""Members: one long line is cut into chunks of members, so that it is never in memory as a whole.

Takes the bytes of one line and a rule of which objects and arrays may be entered; gives chunks of members
with their paths. Finds brackets and commas with `ArrayScan`, which treats objects like arrays. Does not
decode members.

Theory of operation
-------------------
A `_Container` cuts the members of one object or array. Its tape starts after the opening bracket. It holds
bytes until one of these happens:

1. The held bytes reach `chunk_bytes`, and the newest block has a comma: all up to the last comma is a chunk.
   The bytes after the comma, the start of the next member, stay held.
2. They reach `chunk_bytes` without such a comma: the last member is large. If it is an object or array that
   may be entered, the members before it are a chunk, and a container of its own cuts the rest of it (a
   recursion, only as deep as paths that may be entered). Otherwise the member is held `whole`, up to its end,
   and goes into an ordinary chunk; `max_member_bytes` limits it. The same happens to a member whose opening
   bracket is not read yet.
3. The closing bracket comes: the held members are the last chunk.

Members are counted by commas: `_first` is the ordinal of the first held member, `_count` that of the newest.

Example: blocks of 8 bytes, chunks of 16, and the path ``("labels",)`` may be entered::

    {"id": 1, "labels": [{"a": 1}, {"b": 2}, {"c": 3}], "z": 0}

    path ()             first 0   "id": 1               before `labels`, which is larger than a chunk
    path ("labels",)    first 0   {"a": 1}, {"b": 2}    cut by a container of its own
    path ("labels",)    first 2    {"c": 3}
    path ()             first 2    "z": 0               `labels` itself has the ordinal 1
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

import msgspec

from exportkit.errors import SplitError
from exportkit.json_text import JSON_SPACE
from exportkit.native import octets
from exportkit.place import MemberChunk
from exportkit.split.array_scan import ArrayScan
from exportkit.split.tape import Tape

__all__ = ["cut_members"]

Path = tuple[str | int, ...]

_KEY = re.compile(rb'\s*("(?:[^"\\]|\\.)*")\s*:\s*([\[{])', re.DOTALL)
_VALUE = re.compile(rb"\s*([\[{])")
#: A value of up to this size is held, and takes about four times its size: it becomes one cell of a table.
MAX_MEMBER_BYTES = 64 * 2**20
#: A value with up to this many objects and arrays is held; an empty one takes a hundred bytes.
MAX_MEMBER_OPENINGS = 4 * 2**20


def cut_members(
    blocks: Iterable[bytes],
    may_enter: Callable[[Path], bool],
    *,
    chunk_bytes: int,
    max_member_bytes: int = MAX_MEMBER_BYTES,
) -> Iterator[MemberChunk]:
    """Cut the object in `blocks` into chunks of its members, in order and lazily.

    A member larger than a chunk is entered if `may_enter` allows its path: its own members come in chunks of
    their own, after a chunk of the members before it. An object or array that is entered is in no chunk
    itself; an empty one yields one empty chunk. Every other member is in exactly one chunk.

    Parameters
    ----------
    blocks : iterable of bytes
        All bytes of one line.
    may_enter : callable
        Returns whether the object or array at a path may be entered.
    chunk_bytes : int
        Size of a chunk. Memory: two chunks, and the largest member that may not be entered.
    max_member_bytes : int
        The largest such member; one with more than `MAX_MEMBER_OPENINGS` objects and arrays is refused too.

    Yields
    ------
    MemberChunk
        Chunks in the order of the line.

    Raises
    ------
    SplitError
        The line is no object, its brackets do not match, or a member is larger than may be held.
    """
    tape = Tape(iter(blocks), 0)
    if _next_byte(tape) != b"{":
        raise SplitError("the line is not an object")
    yield from _Container((), is_object=True).chunks(tape, may_enter, chunk_bytes, max_member_bytes)
    if _next_byte(tape):
        raise SplitError("the line goes on after its object")


class _Container:
    """One object or array that is being cut.

    The state between two blocks of the tape: `_held` are the bytes that are in no chunk yet, from the start
    of a member on; `_first` is the ordinal of that member, and `_count` the ordinal of the member that is
    being read.
    """

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
        """Yield the chunks up to the closing bracket; the tape then stands after it."""
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
                whole = True  # until its end, no more attempts to enter it
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
        if not is_first and not chunk.data.strip(JSON_SPACE):
            raise SplitError("a member of the line is missing after a comma")
        yield chunk

    def _chunk(self, separators: int) -> MemberChunk:
        """Return the held members as a chunk; `separators` are the commas that are not counted yet."""
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
        """Return the chunk before the last held member, the container of that member, and its bytes.

        Return None if it may not be entered.
        """
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
        """Go on after a member that was entered; return whether it was the last."""
        mark = _next_byte(tape)
        if mark == (b"}" if self._is_object else b"]"):
            return True
        if mark != b",":
            raise SplitError("a comma is missing between two members of the line")
        self._count += 1
        self._first = self._count
        return False


def _check_held(size: int, opened: int, max_bytes: int) -> None:
    """Refuse a member that is too large to hold."""
    if size > max_bytes:
        raise SplitError(f"a value of the line is longer than {max_bytes / 2**20:g} MiB")
    if opened > MAX_MEMBER_OPENINGS:
        raise SplitError(f"a value of the line holds more than {MAX_MEMBER_OPENINGS:,} objects and arrays")


def last_member(data: bytes) -> int:
    """Return where the last, unfinished member of `data` begins; `data` begins with a member."""
    separators, _ = ArrayScan().feed(data)
    return separators[-1] + 1 if separators else 0


def _next_byte(tape: Tape[bytes]) -> bytes:
    """Take the next byte that is not white space; return none at the end."""
    for block in tape:
        rest = block.lstrip(JSON_SPACE)
        if rest:
            tape.put_back(rest[1:])
            return rest[:1]
    return b""
