"""Elements: rows of an array, or laid out over several lines, are cut into blocks with one row per line."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from itertools import chain, pairwise

from msgspec import Struct

from exportkit.errors import ReadError
from exportkit.json_text import JSON_SPACE
from exportkit.native import octets
from exportkit.place import LineBlock, Place
from exportkit.split.array_scan import ArrayScan
from exportkit.split.form import Form
from exportkit.split.laid_out import row_ends
from exportkit.split.line_blocks import (
    MAX_LINE_BYTES,
    MAX_LINE_OPENINGS,
    LongLine,
    slices,
    without_mark,
)
from exportkit.split.tape import Tape

__all__ = ["cut_elements"]

_HINT_INCOMPLETE = "the file is incomplete; download or write it again"
_HINT_BROKEN = "a bracket is missing in this element or in one before it"
_HINTS_TAIL = {
    Form.ARRAY: "write one row per line instead, as `jq -c '.[]'` does",
    Form.WRAPPED_ARRAY: "write one row per line instead, as `jq -c '.data[]'` does",
}


class _Scanned(Struct, frozen=True):
    """Bytes of the input, and the positions in them where elements end.

    `offset` is that of the first byte. An end is at the comma or bracket behind an element of an array, and
    `gap` is 1; or it is behind the bracket that closes a row that is laid out, and `gap` is 0.
    """

    data: bytes
    ends: list[int]
    gap: int
    offset: int = 0

    def __len__(self) -> int:
        return len(self.data)

    def after_first_end(self) -> _Scanned:
        start = self.ends[0] + self.gap
        ends = [end - start for end in self.ends[1:]]
        return _Scanned(self.data[start:], ends, self.gap, self.offset + start)


def cut_elements(
    blocks: Iterable[bytes],
    form: Form,
    source_uri: str,
    *,
    max_line_bytes: int = MAX_LINE_BYTES,
) -> Iterator[LineBlock | LongLine]:
    """Cut the elements in `blocks` into blocks of lines, one element per line, in order and lazily.

    Elements keep their bytes, with two exceptions. White space around them is dropped. A newline becomes a
    carriage return, which is white space outside strings too, and as invalid inside them. `line` is the
    element's ordinal from 1. `offset` is None: without the white space between elements, the bytes of a block
    are not those of the input.

    Elements are not parsed: a broken one is passed on, for decoding to reject. An array is valid JSON exactly
    if this raises nothing and every element is valid by itself. Rows that are laid out raise nothing: what
    stands between them is passed on as an element too, and so is a last one that is not closed.

    Parameters
    ----------
    blocks : iterable of bytes
        All bytes of an input.
    form : Form
        Arrays one after the other, one array wrapped as ``{"data": [...]}``, or rows laid out over several
        lines.
    source_uri : str
        Name of the input in errors.
    max_line_bytes : int
        An element with more bytes, white space around it included, becomes a `LongLine`, and so does an
        element of several blocks with more than `MAX_LINE_OPENINGS` objects and arrays. Memory: about twice
        this much, or three blocks if they are larger.

    Yields
    ------
    LineBlock or LongLine
        One block of lines per block of `blocks` in which elements end.

    Raises
    ------
    ReadError
        The array is not closed, lacks an element between two commas, or is followed by something else. The
        place has the element's ordinal and byte offset; all elements before it are yielded first.
    """
    is_array = form is not Form.LAID_OUT
    if is_array:
        start, rest = _after_bracket(iter(blocks), source_uri)
        scanned = _scanned_arrays(slices(rest, max_line_bytes), start, form, source_uri)
    else:
        rest = slices(without_mark(blocks), max_line_bytes)
        scanned = (_Scanned(data, ends, 0) for data, ends in row_ends(rest))
    tape = Tape(scanned, 0)
    line = 1
    carried: list[bytes] = []
    held = opened = 0
    for block in tape:
        end = block.ends[0] if block.ends else len(block)
        if held + end > max_line_bytes or opened > MAX_LINE_OPENINGS:
            tape.put_back(block)
            chunks = _chunks(tape, carried)
            yield LongLine(line, None, (chunk.replace(b"\n", b"\r") for chunk in chunks))
            for _ in chunks:  # the chunks that were not taken
                pass
            line += 1
            carried, held, opened = [], 0, 0
        elif not block.ends:
            carried.append(block.data)
            held += len(block)
            opened += octets.count_openings(block.data)
        else:
            elements = _elements(block, carried) if is_array else _rows(block, carried)
            filled = elements.index(b"") if b"" in elements else len(elements)
            if filled:
                yield LineBlock(b"\n".join((*elements[:filled], b"")), line, None)
            if filled < len(elements):
                place = Place(source_uri, line + filled, block.offset + block.ends[filled])
                raise ReadError("the JSON array lacks an element before a comma or its end", place=place)
            line += len(elements)
            carried = [block.data[block.ends[-1] + block.gap :]]
            held, opened = len(carried[0]), 0
    last = _rows(_Scanned(b"", [0], 0), carried)
    if last:
        yield LineBlock(b"\n".join((*last, b"")), line, None)


def _elements(block: _Scanned, carried: list[bytes]) -> list[bytes]:
    first = b"".join((*carried, block.data[: block.ends[0]]))
    others = (block.data[start + block.gap : end] for start, end in pairwise(block.ends))
    return [element.strip(JSON_SPACE).replace(b"\n", b"\r") for element in (first, *others)]


def _rows(block: _Scanned, carried: list[bytes]) -> list[bytes]:
    """Return the rows of a block; what stands before one and is none is an element of its own."""
    found: list[bytes] = []
    for element in _elements(block, carried):
        start = element.find(b"{")
        before = element[:start].rstrip(JSON_SPACE) if start > 0 else b""
        found += [one for one in (before, element[len(before) :].lstrip(JSON_SPACE)) if one]
    return found


def _chunks(tape: Tape[_Scanned], carried: list[bytes]) -> Iterator[bytes]:
    while carried:
        yield carried.pop(0)
    for block in tape:
        if block.ends:
            tape.put_back(block.after_first_end())
            yield block.data[: block.ends[0]]
            return
        yield block.data


def _after_bracket(blocks: Iterator[bytes], source_uri: str) -> tuple[int, Iterator[bytes]]:
    """Return the offset after the array's opening bracket, and the blocks from there on."""
    offset = 0
    for block in blocks:
        found = block.find(b"[")
        if found >= 0:
            return offset + found + 1, chain((block[found + 1 :],), blocks)
        offset += len(block)
    raise ReadError("there is no JSON array", place=Place(source_uri))


def _scanned_arrays(blocks: Iterator[bytes], offset: int, form: Form, source_uri: str) -> Iterator[_Scanned]:
    """Yield arrays that follow each other, from the byte after the first bracket on."""
    tape = Tape(blocks, offset)
    ordinal = 1
    while True:
        start = tape.offset
        if _next_shown(tape) == b"]":
            tape.put_back(next(tape)[1:])
        else:
            ordinal += yield from _scanned_array(tape, ordinal, start, source_uri)
        if form is Form.WRAPPED_ARRAY:
            if _next_shown(tape) == b"":
                place = Place(source_uri, byte_offset=tape.offset)
                problem = "the object around the JSON array is not closed"
                raise ReadError(problem, place=place, hint=_HINT_INCOMPLETE)
            if _next_shown(tape) == b"}":
                tape.put_back(next(tape)[1:])
        shown = _next_shown(tape)
        if not shown:
            return
        if shown != b"[" or form is Form.WRAPPED_ARRAY:
            place = Place(source_uri, byte_offset=tape.offset)
            problem = "the JSON array is followed by something else"
            raise ReadError(problem, place=place, hint=_HINTS_TAIL[form])
        tape.put_back(next(tape)[1:])


def _scanned_array(
    tape: Tape[bytes], ordinal: int, start: int, source_uri: str
) -> Generator[_Scanned, None, int]:
    """Yield an array, which begins before `start`, to its closing bracket; return its number of elements."""
    scan = ArrayScan()
    count = 0
    for block in tape:
        ends, closing = scan.feed(block)
        offset = tape.offset - len(block)
        if ends:
            count, start = count + len(ends), offset + ends[-1] + 1
        if closing is None:
            yield _Scanned(block, ends, 1, offset)
            continue
        if not block.startswith(b"]", closing):
            yield _Scanned(block[:closing], ends, 1, offset)
            place = Place(source_uri, ordinal + count, offset + closing)
            raise ReadError("the JSON array is closed by '}'", place=place, hint=_HINT_BROKEN)
        tape.put_back(block[closing + 1 :])
        yield _Scanned(block[: closing + 1], [*ends, closing], 1, offset)
        return count + 1
    place = Place(source_uri, ordinal + count, start)
    raise ReadError("the JSON array ends in the middle of this element", place=place, hint=_HINT_INCOMPLETE)


def _next_shown(tape: Tape[bytes]) -> bytes:
    """Return the next byte of `tape` that is no white space, which stays on it; none at the end."""
    for block in tape:
        shown = block.lstrip(JSON_SPACE)
        if shown:
            tape.put_back(shown)
            return shown[:1]
    return b""
