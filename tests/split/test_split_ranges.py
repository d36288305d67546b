"""Byte ranges: read apart, they are the input."""

from __future__ import annotations

import pickle
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit.split import Split, cut_lines, plan_splits
from split.cutting import Line, lines_of, pieces_of, plain_lines, rows


def read_apart(text: bytes, splits: list[Split]) -> list[Line]:
    found: list[Line] = []
    for one in splits:
        part = [text[one.start : one.end]]
        found += lines_of(
            cut_lines(part, first_line=one.first_line, first_offset=one.start, max_line_bytes=50)
        )
    return found


@given(st.data(), rows(), st.integers(1, 8), st.integers(1, 30))
def test_splits_give_the_lines_and_places_of_one_pass(
    data: st.DataObject, text: bytes, wanted: int, least: int
) -> None:
    splits = list(plan_splits(data.draw(pieces_of(text)), "x", len(text), wanted, min_split_bytes=least))
    assert read_apart(text, splits) == plain_lines(text)


@given(st.data(), rows())
def test_any_splits_at_line_ends_give_the_lines_and_places_of_one_pass(
    data: st.DataObject, text: bytes
) -> None:
    ends = [at + 1 for at, byte in enumerate(text) if byte == ord("\n") and at + 1 < len(text)]
    starts = [0, *sorted(data.draw(st.sets(st.sampled_from(ends)) if ends else st.just(set())))]
    splits = [
        Split("x", start, end, text.count(b"\n", 0, start) + 1)
        for start, end in zip(starts, [*starts[1:], len(text)], strict=True)
    ]
    assert read_apart(text, splits) == plain_lines(text)


@given(st.data(), rows(), st.integers(1, 8))
def test_splits_follow_each_other_and_begin_after_a_newline(
    data: st.DataObject, text: bytes, wanted: int
) -> None:
    splits = list(plan_splits(data.draw(pieces_of(text)), "x", len(text), wanted, min_split_bytes=1))
    assert len(splits) <= wanted
    assert b"".join(text[one.start : one.end] for one in splits) == text
    assert all(one.start < one.end for one in splits)
    assert all(text[one.start - 1 : one.start] == b"\n" for one in splits[1:])


def test_lines_of_one_length_split_evenly() -> None:
    assert list(plan_splits([b"{}\n" * 8], "x", 24, 4, min_split_bytes=1)) == [
        Split("x", 0, 6, 1),
        Split("x", 6, 12, 3),
        Split("x", 12, 18, 5),
        Split("x", 18, 24, 7),
    ]


def test_a_small_input_is_one_split_and_is_not_read() -> None:
    def blocks() -> Iterator[bytes]:
        raise AssertionError("read")
        yield b""

    assert list(plan_splits(blocks(), "x", 2**20, 4, min_split_bytes=2**20)) == [Split("x", 0, 2**20, 1)]


def test_a_split_is_given_as_soon_as_its_end_is_known_and_the_last_is_not_read() -> None:
    taken = []

    def blocks() -> Iterator[bytes]:
        for number in range(10):
            taken.append(number)
            yield b"{}\n"

    splits = plan_splits(blocks(), "x", 30, 3, min_split_bytes=1)
    assert next(splits) == Split("x", 0, 12, 1)
    assert taken == [0, 1, 2, 3]
    assert list(splits) == [Split("x", 12, 21, 5), Split("x", 21, 30, 8)]
    assert taken == [0, 1, 2, 3, 4, 5, 6]


def test_an_empty_input_has_no_splits() -> None:
    assert list(plan_splits([], "x", 0, 4, min_split_bytes=1)) == []


def test_a_split_goes_to_another_process_without_showing_a_signature() -> None:
    split = Split("https://host/export?Signature=secret", 10, 20, 3)
    assert pickle.loads(pickle.dumps(split)) == split
    assert repr(split) == "Split(start=10, end=20, first_line=3)"


@pytest.mark.parametrize(("wanted", "least"), [(0, 1), (1, 0)])
def test_no_splits_are_an_argument_error(wanted: int, least: int) -> None:
    with pytest.raises(ValueError, match=r"^wanted_splits and min_split_bytes must be at least 1$"):
        plan_splits([b"{}\n"], "x", 3, wanted, min_split_bytes=least)
