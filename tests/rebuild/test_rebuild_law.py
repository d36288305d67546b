"""Law 2 of TABLES.md: the tables of an export rebuild its lines, in order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rebuild.hard_mutations import hard_rows
from rebuild.round_trips import differing, line, lines_in, rebuilt, rebuilt_in_memory, samples
from strategies import MEDIA, exports, mutated_rows, rows

#: Laws that are tried on each medium, or that write files for each example.
some = settings(max_examples=max(10, settings().max_examples // 4))
few_rows = st.sampled_from([1, 2, 3, 7, 2048])

GOLDEN = Path(__file__).parents[1] / "golden"
FILES = [*sorted(GOLDEN.glob("*.ndjson")), *samples()]


@pytest.mark.parametrize("media", sorted(MEDIA))
@some
@given(data=st.data())
def test_tables_rebuild_every_row_of_the_catalogue(media: str, data: st.DataObject) -> None:
    export = b"".join(map(line, data.draw(st.lists(rows(media), min_size=1, max_size=3))))
    assert not differing(lines_in(export), rebuilt_in_memory(export))


@given(mutated_rows(odd_items=True))
def test_tables_rebuild_every_row_beside_the_catalogue(row: dict[str, Any]) -> None:
    assert not differing([line(row)], rebuilt_in_memory(line(row)))


@given(hard_rows())
def test_tables_rebuild_rows_in_which_anything_stands_anywhere(row: dict[str, Any]) -> None:
    assert not differing([line(row)], rebuilt_in_memory(line(row)))


@given(st.one_of(rows(), hard_rows()), few_rows)
def test_a_line_is_the_same_whether_it_is_written_whole_or_in_chunks(
    row: dict[str, Any], chunk_rows: int
) -> None:
    (whole,) = rebuilt_in_memory(line(row))
    assert not differing([whole], rebuilt_in_memory(line(row), chunk_rows=chunk_rows))


@some
@given(st.one_of(rows(), mutated_rows(odd_items=True)), st.sampled_from([1, 30, 200, 1000]))
def test_tables_of_a_line_read_in_chunks_rebuild_it(row: dict[str, Any], chunk_bytes: int) -> None:
    assert not differing([line(row)], rebuilt_in_memory(line(row), chunk_bytes=chunk_bytes, chunk_rows=7))


@some
@given(rows(), exports(broken=True), few_rows, few_rows, st.sampled_from(["parquet", "arrow"]))
def test_tables_rebuild_whole_exports_however_they_are_cut(
    first: dict[str, Any], rest: bytes, row_group_rows: int, batch_rows: int, form: str
) -> None:
    export = line(first) + rest.removeprefix(b"\xef\xbb\xbf")
    found = rebuilt(export, form=form, batch_rows=batch_rows, row_group_rows=row_group_rows)
    assert not differing(lines_in(export), lines_in(found))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_tables_rebuild_every_line_of_a_file(path: Path) -> None:
    data = path.read_bytes()
    assert not differing(lines_in(data), lines_in(rebuilt(data)))
    assert not differing(lines_in(data), lines_in(rebuilt(data, max_line_rows=0)))


@some
@given(st.lists(rows(), min_size=1, max_size=2))
def test_what_was_rebuilt_makes_the_same_tables_again(some_rows: list[dict[str, Any]]) -> None:
    once = rebuilt_in_memory(b"".join(map(line, some_rows)))
    again = rebuilt_in_memory(b"".join(text + b"\n" for text in once))
    assert again == once
