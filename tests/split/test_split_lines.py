"""Lines: however the bytes come, the lines and their places are the same."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit.errors import ReadError
from exportkit.place import LineBlock
from exportkit.split import LongLine, cut_lines, take_head
from split.cutting import MARK, Line, lines_of, pieces_of, plain_lines, rows


@given(st.data(), rows(), st.sampled_from([1, 7, 30, 1000]))
def test_lines_do_not_depend_on_where_the_blocks_were_cut(
    data: st.DataObject, text: bytes, max_line_bytes: int
) -> None:
    blocks = data.draw(pieces_of(text))
    assert list(lines_of(cut_lines(blocks, max_line_bytes=max_line_bytes))) == plain_lines(text)


@given(rows())
def test_lines_come_out_the_same_byte_by_byte(text: bytes) -> None:
    single = [text[at : at + 1] for at in range(len(text))]
    assert list(lines_of(cut_lines(single))) == plain_lines(text)


@given(st.data(), rows())
def test_each_place_points_at_its_line(data: st.DataObject, text: bytes) -> None:
    blocks = data.draw(pieces_of(text))
    for line in lines_of(cut_lines(blocks, max_line_bytes=40)):
        assert line.offset is not None
        assert text[line.offset :].startswith(line.content)
        assert text[: line.offset].count(b"\n") == line.number - 1


@given(st.data(), rows())
def test_blocks_are_whole_lines_and_together_the_input(data: st.DataObject, text: bytes) -> None:
    blocks = [item for item in cut_lines(data.draw(pieces_of(text))) if isinstance(item, LineBlock)]
    assert b"".join(block.data for block in blocks) == text.removeprefix(MARK)
    assert all(block.data.endswith(b"\n") for block in blocks[:-1])
    for one, following in pairwise(blocks):
        assert one.offset is not None
        assert (following.line, following.offset) == (
            one.line + one.data.count(b"\n"),
            one.offset + len(one.data),
        )


@given(st.data(), rows(), st.integers(1, 60))
def test_a_line_is_long_when_it_is_longer_than_the_limit(
    data: st.DataObject, text: bytes, limit: int
) -> None:
    lengths = dict(enumerate(map(len, text.removeprefix(MARK).split(b"\n")), 1))
    long = {number for number, length in lengths.items() if length > limit}
    items = cut_lines(data.draw(pieces_of(text)), max_line_bytes=limit)
    assert {item.line for item in items if isinstance(item, LongLine)} == long


@given(st.data(), rows(), st.integers(0, 3))
def test_what_is_left_of_a_long_line_is_skipped(data: st.DataObject, text: bytes, taken: int) -> None:
    seen: list[Line] = []
    for item in cut_lines(data.draw(pieces_of(text)), max_line_bytes=20):
        if isinstance(item, LongLine):
            for _ in range(taken):
                next(item.chunks, None)
        else:
            seen.extend(lines_of([item]))
    raw_lines = text.removeprefix(MARK).split(b"\n")
    assert seen == [line for line in plain_lines(text) if len(raw_lines[line.number - 1]) <= 20]


def test_a_long_line_whose_chunks_were_closed_is_skipped_too() -> None:
    items = cut_lines([b"a" * 10, b"a" * 10, b"\nb\n"], max_line_bytes=5)
    long = next(items)
    assert isinstance(long, LongLine)
    next(long.chunks)
    long.chunks.close()  # type: ignore[attr-defined]  # a generator, whatever its type says
    assert list(items) == [LineBlock(b"b\n", 2, 21)]


def test_a_long_line_is_never_held_whole() -> None:
    items = cut_lines((b"x" * 100 for _ in range(1000)), max_line_bytes=250)
    long = next(items)
    assert isinstance(long, LongLine)
    assert [len(chunk) for chunk in long.chunks] == [100] * 1000
    assert list(items) == []


def test_blocks_are_taken_only_as_they_are_needed() -> None:
    taken = []

    def blocks() -> Iterator[bytes]:
        for number in range(10):
            taken.append(number)
            yield b"{}\n" * 2

    items = cut_lines(blocks())
    assert taken == []
    next(items)
    assert taken == [0]


def test_line_numbers_and_offsets_go_on_from_where_the_caller_says() -> None:
    assert list(cut_lines([b"{}\n{}"], first_line=5, first_offset=100)) == [
        LineBlock(b"{}\n", 5, 100),
        LineBlock(b"{}", 6, 103),
    ]


def test_a_byte_order_mark_belongs_to_no_line() -> None:
    assert list(cut_lines([MARK[:1], MARK[1:] + b"{}\n"])) == [LineBlock(b"{}\n", 1, 3)]


def test_a_byte_order_mark_is_content_where_an_input_does_not_begin() -> None:
    assert list(cut_lines([MARK + b"{}\n"], first_offset=10)) == [LineBlock(MARK + b"{}\n", 1, 10)]


@pytest.mark.parametrize("blocks", [[], [b""], [MARK], [b"", MARK[:2], MARK[2:], b""]])
def test_an_empty_input_has_no_lines(blocks: list[bytes]) -> None:
    assert list(cut_lines(blocks)) == []


def test_lines_before_a_broken_block_come_first() -> None:
    def blocks() -> Iterator[bytes]:
        yield b"{}\n{"
        raise ReadError("the gzip data is damaged")

    items = cut_lines(blocks())
    assert next(items) == LineBlock(b"{}\n", 1, 0)
    with pytest.raises(ReadError, match=r"^the gzip data is damaged$"):
        next(items)


@given(st.data(), st.binary(max_size=100), st.integers(0, 120))
def test_a_head_is_looked_at_and_nothing_is_lost(data: st.DataObject, text: bytes, size: int) -> None:
    head, blocks = take_head(data.draw(pieces_of(text)), size)
    assert head == text[:size]
    assert b"".join(blocks) == text


CROWDED = (b'{"a":[{},{},', b"[],{},", b"{}]}")


def test_a_line_of_several_blocks_is_long_when_more_objects_and_arrays_begin_in_it_than_are_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    blocks = [*CROWDED[:2], CROWDED[2] + b'\n{"b":[{},{},{},{},{},{}]}\n']
    whole = b"".join(blocks).splitlines(keepends=True)
    assert list(cut_lines(blocks)) == [LineBlock(b"".join(whole), 1, 0)]
    monkeypatch.setattr("exportkit.split.line_blocks.MAX_LINE_OPENINGS", 5)
    items = cut_lines(blocks)
    long = next(items)
    assert isinstance(long, LongLine)
    assert (long.line, long.offset, b"".join(long.chunks)) == (1, 0, b"".join(CROWDED))
    assert list(items) == [LineBlock(whole[1], 2, len(whole[0]))]
