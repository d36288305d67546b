"""Array elements: a JSON array is cut into blocks of lines, one element per line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain, pairwise

from msgspec import Struct

from exportkit.errors import ReadError
from exportkit.json_text import JSON_SPACE
from exportkit.native import octets
from exportkit.place import LineBlock, Place
from exportkit.split.array_scan import ArrayScan
from exportkit.split.form import Form
from exportkit.split.line_blocks import MAX_LINE_BYTES, MAX_LINE_OPENINGS, LongLine, slices
from exportkit.split.tape import Tape

__all__ = ["cut_elements"]

_HINT_INCOMPLETE = "the file is incomplete; download or write it again"
_HINT_BROKEN = "a bracket is missing in this element or in one before it"
_HINTS_TAIL = {
    Form.ARRAY: "write one row per line instead, as `jq -c '.[]'` does for several arrays in a row",
    Form.WRAPPED_ARRAY: "write one row per line instead, as `jq -c '.data[]'` does",
}


class _Scanned(Struct, frozen=True):
    """Bytes of the array, and the positions in them where elements end: at a comma or the closing bracket."""

    data: bytes
    ends: list[int]

    def __len__(self) -> int:
        return len(self.data)

    def after_first_end(self) -> _Scanned:
        start = self.ends[0] + 1
        return _Scanned(self.data[start:], [end - start for end in self.ends[1:]])


def cut_elements(
    blocks: Iterable[bytes],
    form: Form,
    source_uri: str,
    *,
    max_line_bytes: int = MAX_LINE_BYTES,
) -> Iterator[LineBlock | LongLine]:
    """Cut the JSON array in `blocks` into blocks of lines, one element per line, in order and lazily.

    Elements keep their bytes, with two exceptions. White space around them is dropped. A newline becomes a
    carriage return, which is white space outside strings too, and as invalid inside them. `line` is the
    element's ordinal from 1. `offset` is None: without the white space between elements, the bytes of a block
    are not those of the input.

    Elements are not parsed: a broken one is passed on, for decoding to reject. An array is valid JSON exactly
    if this raises nothing and every element is valid by itself.

    Parameters
    ----------
    blocks : iterable of bytes
        All bytes of an input.
    form : Form
        A bare array, or one wrapped as ``{"data": [...]}``.
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
    scan_from, rest = _after_bracket(iter(blocks), source_uri)
    tape = Tape(_scanned(slices(rest, max_line_bytes), scan_from, form, source_uri), scan_from)
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
            elements = _elements(block, carried)
            filled = elements.index(b"") if b"" in elements else len(elements)
            if filled:
                yield LineBlock(b"\n".join((*elements[:filled], b"")), line, None)
            if filled < len(elements) and not _is_empty_array(line, block, elements):
                place = Place(source_uri, line + filled, tape.offset - len(block) + block.ends[filled])
                raise ReadError("the JSON array lacks an element before a comma or its end", place=place)
            line += len(elements)
            carried = [block.data[block.ends[-1] + 1 :]]
            held, opened = len(carried[0]), 0


def _elements(block: _Scanned, carried: list[bytes]) -> list[bytes]:
    first = b"".join((*carried, block.data[: block.ends[0]]))
    others = (block.data[start + 1 : end] for start, end in pairwise(block.ends))
    return [element.strip(JSON_SPACE).replace(b"\n", b"\r") for element in (first, *others)]


def _is_empty_array(line: int, block: _Scanned, elements: list[bytes]) -> bool:
    return line == len(elements) == 1 and block.data.endswith(b"]", 0, block.ends[0] + 1)


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


def _scanned(blocks: Iterator[bytes], offset: int, form: Form, source_uri: str) -> Iterator[_Scanned]:
    scan = ArrayScan()
    ordinal, start = 1, offset
    for block in blocks:
        ends, closing = scan.feed(block)
        if ends:
            ordinal, start = ordinal + len(ends), offset + ends[-1] + 1
        if closing is None:
            yield _Scanned(block, ends)
            offset += len(block)
            continue
        if not block.startswith(b"]", closing):
            yield _Scanned(block[:closing], ends)
            place = Place(source_uri, ordinal, offset + closing)
            raise ReadError("the JSON array is closed by '}'", place=place, hint=_HINT_BROKEN)
        yield _Scanned(block[: closing + 1], [*ends, closing])
        _check_tail(chain((block[closing + 1 :],), blocks), offset + closing + 1, form, source_uri)
        return
    place = Place(source_uri, ordinal, start)
    raise ReadError("the JSON array ends in the middle of this element", place=place, hint=_HINT_INCOMPLETE)


def _check_tail(blocks: Iterable[bytes], offset: int, form: Form, source_uri: str) -> None:
    """Raise unless `blocks`, which begin at `offset`, are only what closes the array's wrapping."""
    missing = b"}" if form is Form.WRAPPED_ARRAY else b""
    for block in blocks:
        tail = block.lstrip(JSON_SPACE)
        if missing and tail.startswith(missing):
            tail, missing = tail[1:].lstrip(JSON_SPACE), b""
        if tail:
            place = Place(source_uri, byte_offset=offset + len(block) - len(tail))
            raise ReadError(
                "the JSON array is followed by something else", place=place, hint=_HINTS_TAIL[form]
            )
        offset += len(block)
    if missing:
        place = Place(source_uri, byte_offset=offset)
        raise ReadError("the object around the JSON array is not closed", place=place, hint=_HINT_INCOMPLETE)
