"""Rows in strings: a string in the place of a row is the row that it holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit.place import LineBlock
from exportkit.split import LongLine, cut_lines, rows_in_strings
from split.cutting import lines_of, pieces_of

texts = st.text(max_size=10) | st.text('\\"ud8aé😀\n', max_size=10)
values = st.dictionaries(texts, texts | st.none(), max_size=3).map(lambda value: {"a": value})
layouts = st.fixed_dictionaries({"indent": st.sampled_from([None, 1]), "ensure_ascii": st.booleans()})


@given(st.data(), st.lists(st.tuples(values, layouts, layouts), max_size=3), st.sampled_from([5, 1000]))
def test_strings_are_the_rows_that_they_hold_wherever_the_bytes_are_cut(
    data: st.DataObject, some: list[tuple[Any, dict[str, Any], dict[str, Any]]], max_bytes: int
) -> None:
    strings = [
        json.dumps(json.dumps(value, **inner), ensure_ascii=outer["ensure_ascii"])
        for value, inner, outer in some
    ]
    text = "".join(f" {one} \n" for one in strings).encode()
    cut = cut_lines(data.draw(pieces_of(text)), max_line_bytes=max_bytes)
    lines = list(lines_of(rows_in_strings(cut)))
    assert [line.number for line in lines] == list(range(1, len(some) + 1))
    assert [json.loads(line.content) for line in lines] == [value for value, _, _ in some]


@given(st.data(), st.text('\\"ud8a {}é😀', max_size=20).map(str.encode))
def test_what_is_no_string_that_holds_something_stays_no_json(data: st.DataObject, rest: bytes) -> None:
    text = b'"' + rest
    try:
        holds = json.loads(json.loads(text))
    except (ValueError, TypeError):
        holds = None
    for limit in (3, 1000):
        cut = cut_lines(data.draw(pieces_of(text)), max_line_bytes=limit)
        (line,) = lines_of(rows_in_strings(cut))
        try:
            found = json.loads(line.content)
        except ValueError:
            found = None
        assert not isinstance(found, dict) or found == holds


@pytest.mark.parametrize("data", [b'{"a":"\\"x"}\n', b'""\n', b'" "\n', b'"\\x"\n', b'"\xff"\n', b"1"])
def test_a_block_without_rows_in_strings_stays_as_it_is(data: bytes) -> None:
    assert list(rows_in_strings([LineBlock(data, 3, 7)])) == [LineBlock(data, 3, 7)]


def test_a_long_line_that_is_no_string_stays_as_it_is() -> None:
    (line,) = rows_in_strings([LongLine(2, 9, iter([b" ", b" {", b'"a":1}']))])
    assert isinstance(line, LongLine)
    assert (line.line, line.offset, b"".join(line.chunks)) == (2, 9, b'  {"a":1}')


@pytest.mark.parametrize("size", range(1, 9))
@pytest.mark.parametrize("ascii_only", [True, False])
def test_no_character_of_a_long_string_is_cut(size: int, ascii_only: bool) -> None:  # noqa: FBT001 - of pytest
    value = {"a": 'é😀"\\é😀\n😀'}
    text = json.dumps(json.dumps(value, ensure_ascii=False), ensure_ascii=ascii_only).encode()
    blocks = [text[at : at + size] for at in range(0, len(text), size)]
    (line,) = lines_of(rows_in_strings(cut_lines(blocks, max_line_bytes=8)))
    assert json.loads(line.content) == value
