"""Line blocks: blocks of bytes are cut into blocks of whole lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain

from msgspec import Struct

from exportkit.native import octets
from exportkit.place import LineBlock
from exportkit.split.tape import BYTE_ORDER_MARK, Tape, take_head

__all__ = [
    "MAX_LINE_BYTES",
    "MAX_MEMBER_BYTES",
    "LongLine",
    "cut_lines",
    "slices",
    "without_mark",
]

#: A line of up to this many bytes is held whole; decoded, it takes about ten times its size.
MAX_LINE_BYTES = 24 * 2**20
#: A member of a longer line of up to this size, its key included, is held: what it holds becomes one cell, or
#: one row with its children. No line that is held as a whole may be longer, so that no limit of the memory
#: decides what is refused.
MAX_MEMBER_BYTES = 64 * 2**20
#: A line with up to this many objects and arrays is held whole; an empty one takes 100 times its two bytes.
MAX_LINE_OPENINGS = 2**20


class LongLine(Struct, frozen=True):
    """A line too long to hold.

    Attributes
    ----------
    line : int
        Physical line number from 1; the element's ordinal in a JSON array.
    offset : int or None
        Byte offset of the line in the decompressed input; None for an element of a JSON array.
    chunks : iterator of bytes
        The line without its line end, in order; can be iterated once. Chunks that are not taken are dropped
        when the next line is requested.
    """

    line: int
    offset: int | None
    chunks: Iterator[bytes]


def cut_lines(
    blocks: Iterable[bytes],
    *,
    first_line: int = 1,
    first_offset: int = 0,
    max_line_bytes: int = MAX_LINE_BYTES,
) -> Iterator[LineBlock | LongLine]:
    """Cut `blocks` into blocks of whole lines, in order and lazily.

    Only a newline ends a line: a Unicode line separator inside a text does not. The last line may lack its
    newline. The way the bytes are cut into blocks decides which lines are in one block, and nothing else.

    Parameters
    ----------
    blocks : iterable of bytes
        Consecutive bytes of an input. Each byte is copied at most once, to join a line that crosses blocks.
    first_line, first_offset : int
        Line number and offset of the first byte. At offset 0 a byte-order mark is dropped; the first line
        then has offset 3.
    max_line_bytes : int
        A line with more bytes becomes a `LongLine`, and so does a line of several blocks with more than
        `MAX_LINE_OPENINGS` objects and arrays. Memory: about twice this much, or two blocks if they are
        larger.

    Yields
    ------
    LineBlock or LongLine
    """
    rest: Iterator[bytes] = iter(blocks)
    if first_offset == 0:
        first_offset, rest = _after_mark(rest)
    tape = Tape(slices(rest, max_line_bytes), first_offset)
    line = first_line
    carried: list[bytes | memoryview] = []
    held = opened = 0
    for block in tape:
        end = block.find(b"\n")
        if held + (len(block) if end < 0 else end) > max_line_bytes or opened > MAX_LINE_OPENINGS:
            offset = tape.offset - len(block) - held
            tape.put_back(block)
            chunks = _chunks(tape, carried)
            yield LongLine(line, offset, _without_return(chunks))
            for _ in chunks:  # the chunks that were not taken
                pass
            line += 1
            carried, held, opened = [], 0, 0
            continue
        cut = block.rfind(b"\n") + 1
        if not cut:
            carried.append(block)
            held += len(block)
            opened += octets.count_openings(block)
            continue
        whole = cut == len(block) and not carried
        data = block if whole else b"".join((*carried, memoryview(block)[:cut]))
        held, opened = len(block) - cut, 0
        carried = [memoryview(block)[cut:]] if held else []
        yield LineBlock(data, line, tape.offset - held - len(data))
        line += octets.count_newlines(data)
    if held:
        yield LineBlock(b"".join(carried), line, tape.offset - held)


def slices(blocks: Iterable[bytes], max_bytes: int) -> Iterator[bytes]:
    """Yield `blocks` without empty ones; blocks above `max_bytes` come in slices."""
    for block in blocks:
        if 0 < len(block) <= max_bytes:
            yield block
        else:
            yield from (block[start : start + max_bytes] for start in range(0, len(block), max_bytes))


def without_mark(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield `blocks` without a byte-order mark before them."""
    return _after_mark(iter(blocks))[1]


def _after_mark(blocks: Iterator[bytes]) -> tuple[int, Iterator[bytes]]:
    """Return the length of the byte-order mark before `blocks`, and the bytes after it."""
    head, blocks = take_head(blocks, len(BYTE_ORDER_MARK))
    if head != BYTE_ORDER_MARK:
        return 0, blocks
    start = b""
    while len(start) < len(BYTE_ORDER_MARK):
        start += next(blocks)
    return len(BYTE_ORDER_MARK), chain((start[len(BYTE_ORDER_MARK) :],), blocks)


def _chunks(tape: Tape[bytes], carried: list[bytes | memoryview]) -> Iterator[bytes]:
    while carried:
        yield bytes(carried.pop(0))
    for block in tape:
        end = block.find(b"\n")
        if end >= 0:
            tape.put_back(block[end + 1 :])
            yield block[:end]
            return
        yield block


def _without_return(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yield `chunks` without a carriage return at the end of the line."""
    held = b""
    for chunk in chunks:
        joined = held + chunk
        held = b"\r" if joined.endswith(b"\r") else b""
        if len(joined) > len(held):
            yield joined[: len(joined) - len(held)]
