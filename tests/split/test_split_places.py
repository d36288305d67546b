"""Places inside a block: which lines are there, and whether the block may be decoded at once."""

from __future__ import annotations

import re

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit.place import LineBlock
from exportkit.split import places
from split.cutting import SPACE, plain_lines, rows

UNMARKED = rows().filter(lambda text: not text.startswith(b"\xef\xbb\xbf"))
#: Texts that come close to fooling whoever decodes a block at once.
TRICKY = st.lists(
    st.sampled_from(rb'{ } [ ] : , " "a" {"a":1} {"a":{}} {} \ 1'.split(b" "))
    | st.sampled_from([b" ", b"\n", b"}\n{", b"}\r\n{", b"\n\n", b"\r"]),
    max_size=20,
).map(b"".join)


@given(UNMARKED, st.integers(1, 2**40))
def test_places_are_those_of_the_lines_that_are_not_blank(text: bytes, first_line: int) -> None:
    found = places(LineBlock(text, first_line, 0))
    expected = plain_lines(text)
    assert found.lines.tolist() == [line.number + first_line - 1 for line in expected]
    assert found.starts.tolist() == [line.offset for line in expected]
    assert found.lengths.tolist() == [len(line.content) for line in expected]
    assert {array.dtype for array in (found.lines, found.starts, found.lengths)} == {np.dtype(np.int64)}


@given(UNMARKED)
def test_lines_and_blank_lines_are_all_lines(text: bytes) -> None:
    found = places(LineBlock(text, 1, 0))
    assert len(found.lines) + found.blanks == text.count(b"\n") + (text[-1:] not in {b"", b"\n"})


@given(UNMARKED | TRICKY)
def test_a_block_is_plain_when_each_line_begins_and_ends_as_an_object(text: bytes) -> None:
    lines = [line.content for line in plain_lines(text)]
    assert places(LineBlock(text, 1, 0)).plain == all(
        line.startswith(b"{") and line.endswith(b"}") for line in lines
    )


@given(TRICKY)
def test_a_plain_block_with_as_many_values_as_lines_has_one_a_line(text: bytes) -> None:
    found = places(LineBlock(text, 1, 0))
    if not found.plain:
        return
    try:
        values = msgspec.json.Decoder().decode_lines(text)
    except msgspec.DecodeError:
        return
    if len(values) == len(found.lines):
        lines = [text[start : start + size] for start, size in zip(found.starts, found.lengths, strict=True)]
        assert values == [msgspec.json.decode(line) for line in lines]


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (b'{"a":1}\n{"b":2}\n', True),
        (b'{"a":1}\r\n{"b":2}\r\n', True),
        (b'{"a":1}\n\n \n{"b":2}', True),
        (b'{"a":1}{"b":2}\n', True),  # two values, which a decoder counts
        (b'{"a":\n1}\n', False),
        (b'{"a":1} \n', False),
        (b' {"a":1}\n', False),
        (b"[]\n", False),
        (b"", True),
        (b"\n", True),
    ],
)
def test_plain_is_about_both_ends_of_every_line(text: bytes, plain: bool) -> None:  # noqa: FBT001
    assert places(LineBlock(text, 1, 0)).plain is plain


@pytest.mark.parametrize("space", [b"\x0b", b"\x0c", b"\x00", "\u00a0".encode(), "\u2028".encode()])
def test_only_what_json_calls_whitespace_is_blank(space: bytes) -> None:
    assert re.fullmatch(rb"[^%b]+" % SPACE, space)
    assert places(LineBlock(space + b"\n", 1, 0)).blanks == 0
