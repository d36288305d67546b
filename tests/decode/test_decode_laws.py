"""Every line becomes one row or one reject, in its place, the same alone and among others."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from decode.reading import SOURCE, block_of, decoded, said, said_whole
from exportkit.decode import LineDecoder
from exportkit.decode.lenient import LenientDecoder
from exportkit.place import LineBlock
from exportkit.rows import Row
from exportkit.split import cut_lines, places
from oracle.equality import canonical
from oracle.leftover import without_empties
from strategies import broken_lines, exports, line_of, mutated_rows, row_lines, rows

lines = st.lists(st.one_of(row_lines(), row_lines(mutated_rows()), broken_lines()), max_size=5)


@given(exports(broken=True), st.integers(1, 2000))
def test_every_line_is_a_row_or_a_reject_in_its_place(data: bytes, block_bytes: int) -> None:
    decoder = LineDecoder()
    pieces = [data[start : start + block_bytes] for start in range(0, len(data), block_bytes)]
    for block in cut_lines(pieces):
        assert isinstance(block, LineBlock)
        found = places(block)
        rows, rejects = decoder.decode(block, found, SOURCE)
        assert sorted([*rows.lines.tolist(), *(one.line for one in rejects)]) == found.lines.tolist()
        assert rows.lines.tolist() == sorted(rows.lines.tolist())
        assert rows.offsets is not None
        for row, offset, length in zip(rows.rows, rows.offsets, rows.lengths, strict=True):
            assert json.loads(data[offset : offset + length])["data_row"]["id"] == row.data_row.id
        for reject in rejects:
            assert reject.byte_offset is not None
            assert reject.raw is not None
            assert data[reject.byte_offset :].startswith(reject.raw)
            assert len(reject.raw) == reject.byte_length
            assert data.count(b"\n", 0, reject.byte_offset) + 1 == reject.line


@given(lines)
def test_a_line_decodes_the_same_alone_in_a_block_and_once_its_fields_are_learned(some: list[bytes]) -> None:
    alone = [decoded(line) for line in some]
    decoder = LineDecoder()
    for _ in range(2):
        together, rejects = decoded(b"\n".join(some), decoder)
        assert [said(row) for row in together] == [said(row) for rows, _ in alone for row in rows]
        assert [(one.raw, one.problem, one.error, one.data_row_id) for one in rejects] == [
            (one.raw, one.problem, one.error, one.data_row_id) for _, refused in alone for one in refused
        ]


@given(rows())
def test_a_mended_row_is_the_typed_row_where_the_row_fits(row: dict[str, Any]) -> None:
    [typed], rejects = decoded(line_of(row))
    assert not rejects
    assert said(LenientDecoder(Row).fit(json.loads(line_of(row)))) == said(typed)


@given(st.one_of(rows(), mutated_rows()))
def test_nothing_of_a_line_is_lost_in_its_row(row: dict[str, Any]) -> None:
    decoder = LineDecoder()
    for _ in range(2):
        found, rejects = decoded(line_of(row), decoder)
        assert len(found) + len(rejects) == 1
        for one in found:
            assert canonical(without_empties(said_whole(said(one)))) == canonical(without_empties(row))


@given(exports(broken=True))
def test_blank_lines_and_line_ends_change_no_row(data: bytes) -> None:
    plain, refused = decoded(data.removeprefix(b"\xef\xbb\xbf"))
    spaced, refused_too = decoded(data.removeprefix(b"\xef\xbb\xbf").replace(b"\n", b"\n \r\n\t\n"))
    assert [said(row) for row in plain] == [said(row) for row in spaced]
    assert [one.raw for one in refused] == [one.raw for one in refused_too]


def test_elements_of_an_array_have_no_offset() -> None:
    block = block_of(b'{"data_row":{"id":"a"}}\nnull\n', line=7, offset=None)
    rows, [reject] = LineDecoder().decode(block, places(block), SOURCE)
    assert rows.offsets is None
    assert (rows.lines.tolist(), reject.line, reject.byte_offset) == ([7], 8, None)


def test_two_values_on_a_line_are_no_two_rows() -> None:
    row = b'{"data_row":{"id":"a"}}'
    rows, [reject] = decoded(b"\n".join((row, row + row, row)))
    assert len(rows) == 2
    assert reject.problem == "the line is not JSON: trailing characters at byte 24 of the line"


def test_a_value_over_two_lines_is_no_row() -> None:
    rows, rejects = decoded(b'{"data_row":\n{"id":"a"}}\n{"data_row":{"id":"b"}}')
    assert [row.data_row.id for row in rows] == ["b"]
    assert [one.line for one in rejects] == [1, 2]
