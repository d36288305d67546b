"""The forms of cells differ in cost only: each becomes the array of the values that it stands for."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.forms import ARROW_TYPES, cells_of, expanded, value_of
from exportkit.batch.column_builders import column_builder, string_array
from exportkit.tables.cells import Cells, Lists
from exportkit.tables.types import ColumnType


def to_array(cells: Cells, length: int, arrow_type: pa.DataType) -> pa.Array:
    column = column_builder(arrow_type)
    column.add(cells, length)
    return column.finish(length)


@pytest.mark.parametrize("declared", ARROW_TYPES, ids=str)
@given(seed=st.integers(0), length=st.integers(0, 12))
def test_every_form_of_cells_becomes_the_same_array(declared: ColumnType, seed: int, length: int) -> None:
    chance = Random(seed)
    values = [value_of(chance, declared) for _ in range(length)]
    cells = cells_of(chance, declared, values)
    assert expanded(cells, len(values)) == values
    arrow_type = ARROW_TYPES[declared]
    array = to_array(cells, len(values), arrow_type)
    array.validate(full=True)
    assert array.type == arrow_type
    assert array.to_pylist() == values
    assert array.equals(pa.array(values, arrow_type))


@given(st.lists(st.none() | st.text(max_size=40), max_size=40))
def test_strings_of_any_lengths_become_their_array(values: list[str | None]) -> None:
    array = string_array(values)
    array.validate(full=True)
    assert array.equals(pa.array(values, pa.string()))


@given(
    st.integers(0, 35).flatmap(
        lambda length: st.lists(st.text("abcé", min_size=length, max_size=length), min_size=1, max_size=20)
    )
)
def test_ids_of_one_length_become_their_array(ids: list[str]) -> None:
    assert string_array(ids).equals(pa.array(ids, pa.string()))


@pytest.mark.parametrize("count", [15, 16, 65_535, 65_536])
def test_ids_become_their_array_however_many_there_are(count: int) -> None:
    ids = [f"cm{number:023d}" for number in range(count)]
    assert string_array(ids).equals(pa.array(ids, pa.string()))


def test_a_null_list_may_stand_over_items_that_nobody_sees() -> None:
    cells = Lists(np.array([1, 2]), ["a", "b", "c"], np.array([True, False]))
    array = to_array(cells, 2, pa.list_(pa.field("element", pa.string(), nullable=False)))
    array.validate(full=True)
    assert array.to_pylist() == [["a"], None]


@pytest.mark.parametrize("value", [2**31, -(2**31) - 1])
def test_a_number_that_the_column_cannot_hold_is_not_cut_to_size(value: Any) -> None:
    with pytest.raises(OverflowError):
        to_array([value], 1, pa.int32())
