"""Rows in memory: what counts as a row, what its line is, and what is refused."""

from __future__ import annotations

import json
from collections import UserDict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit.errors import ReadError
from exportkit.read import open_sources, stored_sizes

ROW = {"data_row": {"id": "c1"}}
LINE = b'{"data_row":{"id":"c1"}}'


def content(source: Any, block_bytes: int = 512 * 1024) -> bytes:
    (opened,) = open_sources(source)
    with opened:
        return b"".join(opened.blocks(block_bytes))


def uris(source: Any) -> list[str]:
    found = []
    for opened in open_sources(source):
        with opened:
            found.append(opened.source.uri)
    return found


@pytest.mark.parametrize(
    "rows",
    [
        [ROW],
        (ROW,),
        iter([ROW]),
        [UserDict(ROW)],
        [LINE],
        [LINE + b"\n"],
        [bytearray(LINE + b"\r\n")],
        [memoryview(LINE)],
        [LINE.decode()],
        [LINE.decode() + "\n"],
    ],
    ids=lambda rows: type(rows[0] if isinstance(rows, list) else rows).__name__,
)
def test_a_row_is_one_line(rows: Any) -> None:
    assert content(rows) == LINE + b"\n"


def test_rows_have_a_name_and_no_offsets() -> None:
    (opened,) = open_sources([ROW], export_id="e")
    assert (opened.source.uri, opened.source.export_id, opened.has_offsets) == ("rows:", "e", False)
    assert opened.path_if_splittable is None


@given(st.lists(st.binary(), min_size=1), st.integers(1, 100))
def test_each_element_is_one_line_whatever_it_holds(lines: list[bytes], block_bytes: int) -> None:
    read = content([b"{", *lines], block_bytes).split(b"\n")
    assert len(read) == len(lines) + 2
    assert read[1:-1] == [line.rstrip(b"\r\n").replace(b"\n", b"\r") for line in lines]


@given(
    st.recursive(
        st.none() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    )
)
def test_a_dictionary_is_what_it_was_loaded_from(value: Any) -> None:
    assert json.loads(content([{"value": value}])) == {"value": value}


def test_a_row_laid_out_over_lines_becomes_one_line() -> None:
    assert json.loads(content([json.dumps(ROW, indent=1)])) == ROW
    assert content([json.dumps(ROW, indent=1)]).count(b"\n") == 1


def test_rows_are_taken_while_they_are_read() -> None:
    taken = 0

    def rows() -> Iterator[dict[str, Any]]:
        nonlocal taken
        for taken in range(1, 100_001):  # noqa: B007 - counts
            yield ROW

    (opened,) = open_sources(rows())
    assert taken < 10_000
    next(opened.blocks(1000))
    assert taken < 10_000


def test_rows_in_several_lists_are_several_inputs() -> None:
    assert [opened.source.export_id for opened in open_sources([[ROW], [ROW, ROW]], export_id="e")] == [
        "e",
        "e-1",
    ]


def test_sizes_of_rows_are_not_known() -> None:
    assert list(stored_sizes([ROW, ROW])) == []
    assert list(stored_sizes([LINE.decode()])) == []
    assert list(stored_sizes(ROW)) == []


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (ROW, "source is a dict: give rows in a list, a single one as [row]"),
        (LINE.decode(), "source is the text of a row: give rows in a list, a single one as [row]"),
        ([ROW, Path("a.ndjson")], "element 2 of the rows is a PosixPath: each must be a dict, bytes or str"),
        ([LINE, 7], "element 2 of the rows is a int: each must be a dict, bytes or str"),
        ([LINE, [LINE]], "element 2 of the rows is a list: each must be a dict, bytes or str"),
        ([b"{}", None], "element 2 of the rows is a NoneType: each must be a dict, bytes or str"),
    ],
    ids=str,
)
def test_what_is_no_row_is_refused(source: Any, message: str) -> None:
    with pytest.raises(TypeError) as caught:
        content(source)
    assert str(caught.value) == message


def test_rows_among_sources_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(LINE)
    with pytest.raises(TypeError) as caught:
        uris([path, ROW])
    assert str(caught.value) == "element 2 is a row, and those before it are sources: give either"


def test_a_row_that_json_cannot_hold_is_an_error_with_its_ordinal() -> None:
    with pytest.raises(ReadError) as caught:
        content([ROW, {"data_row": {1, 2}}])
    assert str(caught.value) == (
        "a row holds what JSON cannot say: Object of type set is not JSON serializable (in rows:, line 2)\n"
        "hint: give rows as `json.loads` returns them"
    )
