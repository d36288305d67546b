"""Numbers out of structs: the columns are the fields, bit for bit."""

from __future__ import annotations

import math
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit.flatten.numbers import float_fields, floats
from exportkit.rows.features import Box, Point
from exportkit.rows.twins import Shape, make_decoder

numbers = st.floats(allow_nan=False, allow_infinity=False)
#: Larger ones do not decode into structs at once.
small = st.floats(-(2.0**52), 2.0**52)
COUNTS = (0, 1, 15, 16, 65_535, 65_536)


def same(found: np.ndarray[Any, Any], wanted: list[float]) -> bool:
    """Whether an array holds these numbers, minus zero told from zero."""
    return found.dtype == np.float64 and found.tobytes() == np.array(wanted, dtype=np.float64).tobytes()


@given(st.lists(st.builds(Box, numbers, numbers, numbers, numbers), max_size=20))
def test_float_fields_are_the_fields(boxes: list[Box]) -> None:
    found = float_fields(boxes, Box)
    assert [*found] == ["top", "left", "height", "width"]
    assert all(same(found[name], [getattr(box, name) for box in boxes]) for name in found)


@given(st.lists(numbers, max_size=20))
def test_floats_are_the_floats(values: list[float]) -> None:
    assert same(floats(values), values)


@pytest.mark.parametrize("count", COUNTS)
def test_numbers_are_read_however_many_there_are(count: int) -> None:
    points = [Point(at * 0.5, -at * 0.25) for at in range(count)]
    found = float_fields(points, Point)
    assert same(found["x"], [point.x for point in points])
    assert same(found["y"], [point.y for point in points])
    assert same(floats([point.x for point in points]), [point.x for point in points])


@given(st.lists(st.tuples(small, small, st.sampled_from(["", ',"snap":true', ',"z":[1,2,3]'])), max_size=20))
def test_float_fields_are_the_fields_of_structs_with_learned_fields(
    points: list[tuple[float, float, str]],
) -> None:
    decoder = make_decoder(Shape(learned={"Point": {"snap", "z"}}))
    polygon = ",".join(f'{{"x":{x!r},"y":{y!r}{more}}}' for x, y, more in points)
    line = (
        '{"data_row":{"id":"d"},"projects":{"p":{"labels":[{"annotations":{"objects":[{"polygon":['
        + polygon
        + "]}]}}]}}}"
    )
    row: Any = decoder.decode(line)
    found = row.projects["p"].labels[0].annotations.objects[0].polygon
    columns = float_fields(found, Point)
    assert same(columns["x"], [x for x, _, _ in points])
    assert same(columns["y"], [y for _, y, _ in points])


def test_integers_where_floats_are_declared_are_floats() -> None:
    box = msgspec.json.decode(b'{"top":1,"left":-0.0,"height":9007199254740991,"width":-7}', type=Box)
    found = float_fields([box], Box)
    assert {name: column.tolist() for name, column in found.items()} == {
        "top": [1.0], "left": [-0.0], "height": [2.0**53 - 1], "width": [-7.0],
    }  # fmt: skip
    assert math.copysign(1, found["left"][0]) == -1
