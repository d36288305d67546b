"""Columns of a block: as long as their table, free of structs, the same in whatever order they are made."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.forms import expanded
from decode.reading import SOURCE, block_of
from exportkit.decode import LineDecoder
from exportkit.flatten import flatten
from exportkit.rows import RowBlock
from exportkit.split import places
from exportkit.tables import TABLES
from exportkit.tables.cells import TableBlock
from strategies import MEDIA, line_of, mutated_rows, rows

some_rows = st.lists(st.one_of(rows(), mutated_rows()), min_size=1, max_size=3)


def decoded_block(some: list[dict[str, Any]]) -> RowBlock:
    block = block_of(b"\n".join(map(line_of, some)))
    decoded, _ = LineDecoder().decode(block, places(block), SOURCE)
    return decoded


def values(block: TableBlock, order: Random | None = None) -> dict[str, list[Any]]:
    """Return the values of every column of a block, made in a shuffled order."""
    names = sorted(block.columns)
    if order is not None:
        order.shuffle(names)
    return {name: expanded(block.columns[name](), block.length) for name in names}


def is_plain(value: Any) -> bool:
    """Whether a value refers to nothing decoded."""
    if isinstance(value, dict):
        return all(map(is_plain, value.values()))
    if isinstance(value, list | tuple):
        return all(map(is_plain, value))
    return not isinstance(value, msgspec.Struct | msgspec.Raw)


@given(some_rows)
def test_a_column_has_a_value_a_row_and_none_that_refers_to_a_struct(some: list[dict[str, Any]]) -> None:
    for block in flatten(decoded_block(some), set(TABLES)):
        assert block.length > 0
        assert block.columns.keys() <= {column.name for column in TABLES[block.table].columns}
        for name, found in values(block).items():
            assert len(found) == block.length, (block.table, name)
            assert is_plain(found), (block.table, name)


@given(some_rows, st.integers(0))
def test_the_order_in_which_columns_are_made_changes_none(some: list[dict[str, Any]], seed: int) -> None:
    plain = {block.table: values(block) for block in flatten(decoded_block(some), set(TABLES))}
    shuffled = flatten(decoded_block(some), set(TABLES))
    assert {block.table: values(block, Random(seed)) for block in shuffled} == plain


@given(some_rows, st.sets(st.sampled_from([*TABLES])))
def test_a_table_does_not_depend_on_which_others_are_wanted(
    some: list[dict[str, Any]], wanted: set[str]
) -> None:
    everything = {block.table: values(block) for block in flatten(decoded_block(some), set(TABLES))}
    found = {block.table: values(block) for block in flatten(decoded_block(some), wanted)}
    assert found == {table: columns for table, columns in everything.items() if table in wanted}


@pytest.mark.parametrize("media", MEDIA)
def test_the_identity_of_a_table_names_one_row(media: str) -> None:
    @given(rows(media))
    def law(row: dict[str, Any]) -> None:
        for block in flatten(decoded_block([row]), set(TABLES)):
            columns = values(block)
            absent = [None] * block.length
            identity = [columns.get(name, absent) for name in TABLES[block.table].identity]
            named = list(zip(*identity, strict=True)) if identity else [()]
            assert len(set(named)) == block.length, block.table

    law()


def test_a_block_without_rows_adds_nothing_to_any_table() -> None:
    assert list(flatten(decoded_block([]), set(TABLES))) == []
