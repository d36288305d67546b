"""Elements of a JSON array: exactly those a JSON parser finds, each on a line of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit.errors import ReadError
from exportkit.place import LineBlock
from exportkit.split import Form, LongLine, array_scan, cut_elements
from split.cutting import MARK, lines_of, pieces_of

TEXT = st.text(max_size=8) | st.sampled_from(
    ['"', "\\", '\\"', '\\\\"', "[", "]}", "},{", ",", "\n", "\u2028"]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=12,
)


@st.composite
def arrays(draw: st.DrawFn, values: st.SearchStrategy[Any] = VALUES) -> tuple[bytes, list[Any]]:
    """An array as various writers would write it, and its elements."""
    elements = draw(st.lists(values, max_size=6))
    text = json.dumps(
        elements,
        indent=draw(st.sampled_from([None, None, 0, 2])),
        ensure_ascii=draw(st.booleans()),
        separators=draw(st.sampled_from([(",", ":"), (", ", ": "), (" \r\n, ", "\t:\n")])),
    )
    around = st.sampled_from(["", " ", "\n", "\r\n\t"])
    return (draw(around) + text + draw(around)).encode("utf-8", "surrogatepass"), elements


def elements_of(blocks: list[bytes], form: Form = Form.ARRAY, max_element_bytes: int = 1000) -> list[bytes]:
    """The elements as bytes, having looked at their ordinals."""
    lines = list(lines_of(cut_elements(blocks, form, "x.json", max_line_bytes=max_element_bytes)))
    assert [line.number for line in lines] == list(range(1, len(lines) + 1))
    assert all(line.offset is None for line in lines)
    return [line.content for line in lines]


@given(st.data(), arrays(), st.sampled_from([10, 1000]))
def test_elements_are_those_of_a_json_parser(
    data: st.DataObject, array: tuple[bytes, list[Any]], most: int
) -> None:
    text, elements = array
    found = elements_of(data.draw(pieces_of(text)), max_element_bytes=most)
    assert list(map(json.loads, found)) == elements


@given(arrays())
def test_elements_come_out_the_same_byte_by_byte(array: tuple[bytes, list[Any]]) -> None:
    text, _ = array
    assert elements_of([text[at : at + 1] for at in range(len(text))]) == elements_of([text])


@given(arrays(), st.integers(1, 20))
def test_elements_do_not_depend_on_how_much_is_scanned_at_a_time(
    array: tuple[bytes, list[Any]], slice_bytes: int
) -> None:
    text, _ = array
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(array_scan, "_SLICE_BYTES", slice_bytes)
        found = elements_of([text])
    assert found == elements_of([text])


@given(arrays())
def test_elements_keep_their_bytes(array: tuple[bytes, list[Any]]) -> None:
    text, _ = array
    rest = text.replace(b"\n", b"\r")
    for element in elements_of([text]):
        _, found, rest = rest.partition(element)
        assert found


@given(st.data(), arrays(st.dictionaries(TEXT, SCALARS, max_size=2)), st.sampled_from(list(b'"\\,[]{}\n ')))
def test_what_is_accepted_is_what_a_json_parser_accepts(
    data: st.DataObject, array: tuple[bytes, list[Any]], byte: int
) -> None:
    text, _ = array
    at = data.draw(st.integers(text.index(b"[") + 1, len(text)))
    text = (
        text[:at]
        + data.draw(st.sampled_from([b"", bytes([byte])]))
        + text[at + data.draw(st.integers(0, 1)) :]
    )
    try:
        expected = json.loads(text)
    except ValueError:
        expected = None
    try:
        found = list(map(json.loads, elements_of(data.draw(pieces_of(text)))))
    except (ReadError, ValueError):
        found = None
    assert found == expected


@given(st.data(), arrays())
def test_a_wrapping_changes_no_element(data: st.DataObject, array: tuple[bytes, list[Any]]) -> None:
    text, _ = array
    wrapped = MARK + b' {\n"data" : ' + text + b"} \n"
    assert elements_of(data.draw(pieces_of(wrapped)), Form.WRAPPED_ARRAY) == elements_of([text])


@given(st.data(), st.lists(arrays(), max_size=4))
def test_arrays_one_after_the_other_are_one(data: st.DataObject, some: list[tuple[bytes, list[Any]]]) -> None:
    joined = b"".join(text for text, _ in some) or b"[]"
    found = elements_of(data.draw(pieces_of(joined)))
    assert found == [element for text, _ in some for element in elements_of([text])]


rows = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=3), one, max_size=3),
    max_leaves=8,
).map(lambda value: {"data_row": value})
layouts = st.fixed_dictionaries({"indent": st.sampled_from([0, 1, 2, "\t"]), "ensure_ascii": st.booleans()})
gaps = st.text(" \t\r\n", max_size=3)


@given(st.data(), st.lists(st.tuples(rows, layouts, gaps), max_size=4), st.sampled_from([20, 1000]))
def test_rows_that_are_laid_out_are_found_wherever_the_bytes_are_cut(
    data: st.DataObject, some: list[tuple[Any, dict[str, Any], str]], max_bytes: int
) -> None:
    text = "".join(json.dumps(row, **layout) + gap for row, layout, gap in some).encode()
    cut = cut_elements(data.draw(pieces_of(text)), Form.LAID_OUT, "x", max_line_bytes=max_bytes)
    lines = list(lines_of(cut))
    assert [line.number for line in lines] == list(range(1, len(some) + 1))
    assert [json.loads(line.content) for line in lines] == [row for row, _, _ in some]


broken_rows = st.sampled_from(
    [b'{\n  "data_row": {"id": "a\n', b'{\n  "data_row": {\n', b"}", b"nothing", b'"', b"]}", b'{"a": [}']
)


@given(
    st.data(), st.lists(rows.map(lambda row: json.dumps(row, indent=2).encode()) | broken_rows, max_size=6)
)
def test_a_broken_row_takes_no_row_behind_it_along(data: st.DataObject, some: list[bytes]) -> None:
    text = b"\n".join(some)
    lines = list(lines_of(cut_elements(data.draw(pieces_of(text)), Form.LAID_OUT, "x")))
    found = [line.content for line in lines]
    assert [line.number for line in lines] == list(range(1, len(found) + 1))
    whole = [one.replace(b"\n", b"\r") for one in some if one.endswith(b"}") and len(one) > 10]
    assert [one for one in found if one in whole] == whole
    assert b"".join(b"".join(found).split()) == b"".join(text.split())


@given(st.data(), arrays())
def test_elements_before_a_break_come_first(data: st.DataObject, array: tuple[bytes, list[Any]]) -> None:
    text, elements = array
    cut = data.draw(st.integers(text.index(b"[") + 1, text.rindex(b"]")))
    lines: list[bytes] = []
    broken = lines_of(cut_elements(data.draw(pieces_of(text[:cut])), Form.ARRAY, "x.json"))
    with pytest.raises(ReadError, match=r"the JSON array ends in the middle") as caught:
        lines.extend(line.content for line in broken)
    assert list(map(json.loads, lines)) == elements[: len(lines)]
    place = caught.value.place
    assert place is not None
    assert place.line == len(lines) + 1
    assert place.byte_offset is not None
    assert text[place.byte_offset - 1 : place.byte_offset] in {b"[", b","}


def test_a_raw_newline_stays_whitespace_outside_strings_and_invalid_inside() -> None:
    assert elements_of([b'[{"a":\r\n1},\n"b\nc"]']) == [b'{"a":\r\r1}', b'"b\rc"']


def test_elements_of_a_block_come_as_one_block() -> None:
    assert list(cut_elements([b'[{"a":1}, {"b":2} ,{"c"', b":3}]"], Form.ARRAY, "x.json")) == [
        LineBlock(b'{"a":1}\n{"b":2}\n', 1, None),
        LineBlock(b'{"c":3}\n', 3, None),
    ]


def test_elements_that_are_no_objects_are_handed_on() -> None:
    assert elements_of([b'[1, "a", null, [], tru]']) == [b"1", b'"a"', b"null", b"[]", b"tru"]


def test_an_element_over_the_limit_is_a_long_line_and_the_next_are_not() -> None:
    blocks = [b'[{"a":1},{"b":"', *[b"x" * 20] * 50, b'"},{"c":3}, {"d":4}]']
    items = cut_elements(blocks, Form.ARRAY, "x.json", max_line_bytes=40)
    assert next(items) == LineBlock(b'{"a":1}\n', 1, None)
    long = next(items)
    assert isinstance(long, LongLine)
    assert (long.line, long.offset) == (2, None)
    assert max(map(len, chunks := list(long.chunks))) <= 40
    assert b"".join(chunks) == b'{"b":"' + b"x" * 1000 + b'"}'
    assert list(items) == [LineBlock(b'{"c":3}\n{"d":4}\n', 3, None)]


def test_what_is_left_of_a_long_element_is_skipped() -> None:
    items = list(
        cut_elements([b'["', b"x" * 50, b'"', b',{"c":3}]'], Form.ARRAY, "x.json", max_line_bytes=40)
    )
    assert [item.line for item in items] == [1, 2]
    assert items[1] == LineBlock(b'{"c":3}\n', 2, None)


@pytest.mark.parametrize("text", [b"[]", b" [ \n ] ", MARK + b"[]"])
def test_an_empty_array_has_no_elements(text: bytes) -> None:
    assert list(cut_elements([text], Form.ARRAY, "x.json")) == []


JQ = "write one row per line instead, as `jq -c '.[]'` does"
INCOMPLETE = "the file is incomplete; download or write it again"


@pytest.mark.parametrize(
    ("text", "form", "before", "message"),
    [
        (
            b'[{"a":1},{"b"',
            Form.ARRAY,
            1,
            "the JSON array ends in the middle of this element (in x.json, line 2, byte 9)\nhint: "
            + INCOMPLETE,
        ),
        (
            b'[{"a":1}, , 2]',
            Form.ARRAY,
            1,
            "the JSON array lacks an element before a comma or its end (in x.json, line 2, byte 10)",
        ),
        (
            b'[{"a":1},]',
            Form.ARRAY,
            1,
            "the JSON array lacks an element before a comma or its end (in x.json, line 2, byte 9)",
        ),
        (
            b"[,]",
            Form.ARRAY,
            0,
            "the JSON array lacks an element before a comma or its end (in x.json, line 1, byte 1)",
        ),
        (
            b'[{"a":1},{"b":2}}, 3]',
            Form.ARRAY,
            1,
            (
                "the JSON array is closed by '}' (in x.json, line 2, byte 16)\n"
                "hint: a bracket is missing in this element or in one before it"
            ),
        ),
        (
            b"[1]\n{2,3]",
            Form.ARRAY,
            1,
            "the JSON array is followed by something else (in x.json, byte 4)\nhint: " + JQ,
        ),
        (
            b"[1] [] [2,]",
            Form.ARRAY,
            2,
            "the JSON array lacks an element before a comma or its end (in x.json, line 3, byte 10)",
        ),
        (
            b"[1][2",
            Form.ARRAY,
            1,
            "the JSON array ends in the middle of this element (in x.json, line 2, byte 4)\nhint: "
            + INCOMPLETE,
        ),
        (
            b'{"data":[1],"total":1}',
            Form.WRAPPED_ARRAY,
            1,
            (
                "the JSON array is followed by something else (in x.json, byte 11)\n"
                "hint: write one row per line instead, as `jq -c '.data[]'` does"
            ),
        ),
        (
            b'{"data":[1] ',
            Form.WRAPPED_ARRAY,
            1,
            "the object around the JSON array is not closed (in x.json, byte 12)\nhint: " + INCOMPLETE,
        ),
        (b"{}", Form.ARRAY, 0, "there is no JSON array (in x.json)"),
    ],
)
def test_a_broken_array_says_where_and_what_to_do(text: bytes, form: Form, before: int, message: str) -> None:
    for size in (1, 3, 100):
        blocks = [text[at : at + size] for at in range(0, len(text), size)]
        lines = lines_of(cut_elements(blocks, form, "x.json"))
        assert [next(lines).number for _ in range(before)] == list(range(1, before + 1))
        with pytest.raises(ReadError) as caught:
            next(lines)
        assert str(caught.value) == message


def test_an_element_of_several_blocks_is_long_when_more_objects_and_arrays_begin_in_it_than_are_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crowded = (b'[{"a":[{},{},', b"[],{},", b"{}]}")
    blocks = [*crowded[:2], crowded[2] + b',{"b":[{},{},{},{},{},{}]}]']
    monkeypatch.setattr("exportkit.split.array_elements.MAX_LINE_OPENINGS", 5)
    items = cut_elements(blocks, Form.ARRAY, "x")
    long = next(items)
    assert isinstance(long, LongLine)
    assert (long.line, b"".join(long.chunks)) == (1, b"".join(crowded)[1:])
    assert list(items) == [LineBlock(b'{"b":[{},{},{},{},{},{}]}\n', 2, None)]


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_what_follows_a_row_behind_a_broken_one_is_apart_from_it(size: int) -> None:
    row = b'{\n  "data_row": {\n    "id": "c"\n  }\n}'
    text = b"\n".join([b'{\n "data_row": {"id": "a', row, b"nothing", b"}", row])
    blocks = [text[at : at + size] for at in range(0, len(text), size)]
    flat = row.replace(b"\n", b"\r")
    found = [line.content for line in lines_of(cut_elements(blocks, Form.LAID_OUT, "x"))]
    assert found == [b'{\r "data_row": {"id": "a', flat, b"nothing\r}", flat]
