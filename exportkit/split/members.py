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
   recursion, only as deep as paths that may be entered). Otherwise the member is held up to its end, and goes
   into an ordinary chunk; `max_member_bytes` limits it. A member whose value has not begun is tried again
   with the next block.
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
from typing import NamedTuple

import msgspec

from exportkit.errors import DecodeError, SplitError
from exportkit.json_text import JSON_SPACE
from exportkit.place import MemberChunk, MemberRun, Members
from exportkit.split.array_scan import ArrayScan, MarkCount
from exportkit.split.line_blocks import MAX_MEMBER_BYTES, slices
from exportkit.split.tape import Tape

__all__ = ["TooHeavyError", "cut_members", "member_ends"]

Path = tuple[str | int, ...]
#: Returns whether the object (True) or array (False) at a path may be entered.
MayEnter = Callable[[Path, bool], bool]

_START = re.compile(rb"[ \t\r\n]*+(.)", re.DOTALL)
_KEY = rb'[ \t\r\n]*+("(?:[^"\\]++|\\.)*+")'
_NAMED_START = re.compile(_KEY + rb"[ \t\r\n]*+:[ \t\r\n]*+(.)", re.DOTALL)
#: The beginning of a member whose value is still to come.
_UNBEGUN = re.compile(rb"[ \t\r\n]*+")
_NAMED_UNBEGUN = re.compile(
    rb'[ \t\r\n]*+(?:"(?:[^"\\]++|\\.)*+(?:\\?|"[ \t\r\n]*+(?::[ \t\r\n]*+)?))?', re.DOTALL
)
#: A member with up to this many objects and arrays is held, which is more than any line has that is held as a
#: whole; an answer takes 450 bytes.
MAX_MEMBER_OPENINGS = 2 * 2**20
#: What a value and an object weigh, in bytes of text: of 62 MiB, numbers took 1.0 GB and answers 1.4 GB.
COMMA_WEIGHT = 15
OPENING_WEIGHT = 80


def cut_members(
    blocks: Iterable[bytes],
    may_enter: MayEnter,
    *,
    chunk_bytes: int,
    max_member_bytes: int = MAX_MEMBER_BYTES,
    max_weight: int | None = None,
    line: Members | None = None,
) -> Iterator[MemberChunk]:
    """Cut the object in `blocks` into chunks of its members, in order and lazily.

    A member larger than a chunk is entered if `may_enter` allows its path: its own members come in chunks of
    their own, after a chunk of the members before it. An object or array that is entered is in no chunk
    itself; an empty one yields one empty chunk. Every other member is in exactly one chunk. Which members are
    too large to be held does not depend on `chunk_bytes`, nor on how the line is cut into blocks.

    Parameters
    ----------
    blocks : iterable of bytes
        All bytes of one line.
    may_enter : callable
        Returns whether the object or array at a path may be entered.
    chunk_bytes : int
        Size of a chunk. Memory: two chunks, and the largest member that may not be entered.
    max_member_bytes : int
        The largest such member, without white space around it; one with more than `MAX_MEMBER_OPENINGS`
        objects and arrays is refused too.
    max_weight : int, optional
        What a member may weigh that is held; it is a quarter of the memory that it takes.
    line : Members, optional
        Learns where the members of the line lie.

    Yields
    ------
    MemberChunk
        Chunks in the order of the line.

    Raises
    ------
    DecodeError
        The line is no object, or its brackets do not match.
    SplitError
        A member is larger than may be held.
    TooHeavyError
        A member that is not refused weighs more than `max_weight`.
    """
    most = max(1, max_member_bytes // 2)  # so that what may be entered is, before it is too large to be held
    tape = Tape(slices(blocks, most), 0)
    if _next_byte(tape) != b"{":
        raise not_json("it is not an object")
    line = Members() if line is None else line
    line.start = tape.offset
    yield from _Container(
        line, _Limits(may_enter, min(chunk_bytes, most), max_member_bytes, max_weight)
    ).chunks(tape)
    if _next_byte(tape):
        raise not_json("it goes on after its object")


class TooHeavyError(Exception):
    """A member takes more memory than may be held, though it is none that is refused.

    Attributes
    ----------
    size : int
        Its bytes.
    """

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class _Large:
    """A member that may not be entered, or not yet: how much of it was read."""

    def __init__(self, data: bytes, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._marks = MarkCount()
        self._length = self.size = 0
        self.add(data)

    def add(self, data: bytes) -> None:
        """Take more of the member; refuse it when it is too large to be held."""
        data = data if self._length else data.lstrip(JSON_SPACE)
        shown = len(data.rstrip(JSON_SPACE))
        if shown:
            self.size = self._length + shown
        self._length += len(data)
        self._marks.add(data)
        if self.size > self._max_bytes:
            raise SplitError(f"a value of the line is longer than {self._max_bytes / 2**20:g} MiB")
        if self._marks.openings > MAX_MEMBER_OPENINGS:
            raise SplitError(
                f"a value of the line holds more than {MAX_MEMBER_OPENINGS:,} objects and arrays"
            )

    @property
    def weight(self) -> int:
        """About a quarter of the bytes of memory that it takes until it is written."""
        return self.size + COMMA_WEIGHT * self._marks.commas + OPENING_WEIGHT * self._marks.openings


class _Limits(NamedTuple):
    """What may be entered and held: see `cut_members`."""

    may_enter: MayEnter
    chunk_bytes: int
    max_member_bytes: int
    max_weight: int | None


class _Container:
    """One object or array that is being cut.

    The state between two blocks of the tape: `_held` are the bytes that are in no chunk yet, from the start
    of a member on; `_first` is the ordinal of that member, and `_count` the ordinal of the member that is
    being read. `_large` is set while that member is longer than a chunk.
    """

    def __init__(self, members: Members, limits: _Limits) -> None:
        self._members = members
        self._limits = limits
        self._held: list[bytes] = []
        self._count = 0
        self._first = 0
        self._large: _Large | None = None
        self._is_unbegun = False

    def chunks(self, tape: Tape[bytes]) -> Iterator[MemberChunk]:
        """Yield the chunks up to the closing bracket; the tape then stands after it."""
        scan, size = ArrayScan(), 0
        for block in tape:
            separators, closing = scan.feed(block)
            self._measure(block, separators[0] if separators else closing)
            end = separators[-1] if separators else None
            if closing is not None:
                yield from self._close(tape, block, closing, len(separators))
                return
            if end is not None and size + end >= self._limits.chunk_bytes:
                self._held.append(block[:end])
                yield self._chunk(tape.offset - len(block) + end, len(separators))
                self._held, size = [block[end + 1 :]], len(block) - end - 1
            else:
                self._held.append(block)
                self._count += len(separators)
                size += len(block)
            if size < self._limits.chunk_bytes or not self._may_begin(scan, block):
                continue
            entered = self._enter(tape.offset)
            if entered is None:
                continue
            before, inner, rest = entered
            if before is not None:
                yield before
            tape.put_back(rest)
            inner.start = tape.offset
            yield from _Container(inner, self._limits).chunks(tape)
            if self._after_entered(tape):
                return
            scan, size = ArrayScan(), 0
        raise not_json("it ends inside an object or array")

    def _may_begin(self, scan: ArrayScan, block: bytes) -> bool:
        """Return whether a member that is longer than a chunk may be entered as of this block."""
        if self._large is None:
            return True
        # A key of many blocks is looked at when it ends, and white space not at all.
        return self._is_unbegun and not scan.is_inside_string and bool(block.strip(JSON_SPACE))

    def _measure(self, block: bytes, end: int | None) -> None:
        """Add a block to the size of the member that is being read, which ends at `end`."""
        if self._large is not None:
            large, most = self._large, self._limits.max_weight
            large.add(block if end is None else block[:end])
            if most is not None and large.weight > most:
                self._held = []  # it is measured on, but not held
                if end is not None:
                    raise TooHeavyError(large.size)
            if end is not None:
                self._large, self._is_unbegun = None, False

    def _close(self, tape: Tape[bytes], block: bytes, closing: int, separators: int) -> Iterator[MemberChunk]:
        if block[closing : closing + 1] != (b"}" if self._members.is_object else b"]"):
            raise not_json("a bracket is closed by another one")
        self._held.append(block[:closing])
        tape.put_back(block[closing + 1 :])
        self._members.end = tape.offset - 1
        is_blank = not any(one.strip(JSON_SPACE) for one in self._held)
        if is_blank and not self._members.parts and not separators:
            yield self._run(b"".join(self._held), self._members.end, 0)
        else:
            yield self._chunk(self._members.end, separators + 1)

    def _chunk(self, end: int, finished: int) -> MemberChunk:
        """Return the held members, which end at offset `end`; `finished` of them are not counted yet."""
        data = b"".join(self._held)
        self._count += finished
        chunk = self._run(data, end, self._count - self._first)
        self._first = self._count
        self._held = []
        return chunk

    def _run(self, data: bytes, end: int, count: int) -> MemberChunk:
        if count and not data.strip(JSON_SPACE):
            raise not_json("a member is missing beside a comma")
        run = MemberRun(self._first, count, end - len(data), end)
        self._members.parts.append(run)
        return MemberChunk(self._members, run, data)

    def _enter(self, end: int) -> tuple[MemberChunk | None, Members, bytes] | None:
        """Return the chunk before the last held member, that member, and its bytes after its bracket.

        Return None if it may not be entered, or its value is still to come.
        """
        data = b"".join(self._held)
        self._held = [data]
        start = last_member(data)
        is_object = self._members.is_object
        match = (_NAMED_START if is_object else _START).match(data, start)
        found = None if match is None else self._entered(match, end - len(data) + start)
        if match is None or found is None:
            unbegun = _NAMED_UNBEGUN if is_object else _UNBEGUN
            self._is_unbegun = match is None and unbegun.fullmatch(data, start) is not None
            self._large = self._large or _Large(data[start:], self._limits.max_member_bytes)
            return None
        before = None
        if start:
            before = self._run(data[: start - 1], end - len(data) + start - 1, self._count - self._first)
        self._members.parts.append(found)
        self._held, self._large, self._is_unbegun = [], None, False
        return before, found, data[match.end() :]

    def _entered(self, match: re.Match[bytes], named_at: int) -> Members | None:
        """Return what begins with `match`, None if it may not be entered."""
        step = _text(match[1]) if self._members.is_object else self._count
        bracket = match[match.lastindex or 0]
        if step is None or bracket not in (b"{", b"["):
            return None
        path, is_object = (*self._members.path, step), bracket == b"{"
        if not self._limits.may_enter(path, is_object):
            return None
        return Members(path, is_object, named_at, above=self._members)

    def _after_entered(self, tape: Tape[bytes]) -> bool:
        """Go on after a member that was entered; return whether it was the last."""
        mark = _next_byte(tape)
        if mark == (b"}" if self._members.is_object else b"]"):
            self._members.end = tape.offset - 1
            return True
        if mark != b",":
            raise not_json("a comma is missing between two members")
        self._count += 1
        self._first = self._count
        return False


def _text(key: bytes) -> str | None:
    """Return a key, None if it is no text that a table can hold."""
    try:
        return msgspec.json.decode(key, type=str)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def not_json(problem: str) -> DecodeError:
    """Return the error of a line whose brackets and commas are not those of JSON."""
    return DecodeError(f"the line is not JSON: {problem}")


def member_ends(data: bytes) -> list[int]:
    """Return where the members end that `data` consists of."""
    return [*ArrayScan().feed(data)[0], len(data)]


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
