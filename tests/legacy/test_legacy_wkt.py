"""Well-known text: what is written is read, and nothing that is not exactly well formed is."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit.legacy.wkt import looks_like_wkt, parse_wkt

numbers = st.integers(-(10**6), 10**6) | st.floats(-1e6, 1e6)
points = st.fixed_dictionaries({"x": numbers, "y": numbers})
paths = st.lists(points, min_size=1, max_size=4)
bodies = st.lists(paths, min_size=1, max_size=3)
spaces = st.sampled_from(["", " ", "\t", "\n  "])


def position(point: dict[str, Any]) -> str:
    return f"{point['x']!r} {point['y']!r}"


def path(points: list[dict[str, Any]]) -> str:
    return f"({', '.join(map(position, points))})"


def body(rings: list[list[dict[str, Any]]]) -> str:
    return f"({','.join(map(path, rings))})"


def polygon(rings: list[list[dict[str, Any]]]) -> tuple[str, Any]:
    return "polygon", rings[0] if len(rings) == 1 else rings


@given(bodies, spaces)
def test_a_polygon_is_its_rings(rings: list[list[dict[str, Any]]], space: str) -> None:
    assert parse_wkt(f"{space}POLYGON{space}{body(rings)}{space}") == [polygon(rings)]


@given(st.lists(bodies, min_size=1, max_size=3))
def test_a_multipolygon_is_its_polygons(polygons: list[Any]) -> None:
    text = f"MULTIPOLYGON ({', '.join(map(body, polygons))})"
    assert parse_wkt(text) == [polygon(rings) for rings in polygons]


@given(bodies)
def test_lines_and_points_keep_their_order(lines: list[list[dict[str, Any]]]) -> None:
    assert parse_wkt(f"linestring {path(lines[0])}") == [("line", lines[0])]
    assert parse_wkt(f"MultiLineString {body(lines)}") == [("line", line) for line in lines]
    assert parse_wkt(f"POINT({position(lines[0][0])})") == [("point", lines[0][0])]
    assert parse_wkt(f"MULTIPOINT {path(lines[0])}") == [("point", point) for point in lines[0]]
    singles = ", ".join(path([point]) for point in lines[0])
    assert parse_wkt(f"MULTIPOINT ({singles})") == [("point", point) for point in lines[0]]


def test_whole_numbers_stay_whole_and_others_are_floats() -> None:
    ((_, line),) = parse_wkt("LINESTRING (1 -2, +3 4.0, .5 6e1, 9007199254740993 7.)")
    values = [value for point in line for value in point.values()]
    assert values == [1, -2, 3, 4.0, 0.5, 60.0, 9007199254740993, 7.0]
    assert [type(value) for value in values] == [int, int, int, float, float, float, int, float]


@pytest.mark.parametrize(
    "text",
    [
        "POLYGON EMPTY",
        "POLYGON ()",
        "POLYGON (())",
        "POLYGON (1 2, 3 4)",
        "POLYGON ((1 2, 3 4)",
        "POLYGON ((1 2, 3 4)))",
        "POLYGON ((1 2, 3 4)) and more",
        "POLYGON ((1 2 3, 4 5 6))",
        "POLYGON Z ((1 2 3, 4 5 6))",
        "POLYGON ((1, 2))",
        "POLYGON ((1 2,, 3 4))",
        "POLYGON ((1 2; 3 4))",
        "POLYGON ((1 2, 3 4), 5 6)",
        "POLYGON (((1 2, 3 4)))",
        "POLYGON ((1 1e999))",
        "POLYGON ((1 nan))",
        "POLYGON ((1 9223372036854775808))",
        "MULTIPOLYGON ((1 2, 3 4))",
        "MULTIPOLYGON (1 2, 3 4)",
        "MULTIPOLYGON ((((1 2))))",
        "POINT (1 2, 3 4)",
        "POINT ((1 2))",
        "LINESTRING ((1 2), (3 4))",
        "MULTIPOINT ((1 2, 3 4))",
        "GEOMETRYCOLLECTION (POINT (1 2))",
        "POLYGON (" * 1000,
    ],
)
def test_text_that_is_not_well_formed_is_refused_though_it_looks_like_geometry(text: str) -> None:
    assert looks_like_wkt(text)
    with pytest.raises(ValueError, match=r".+"):
        parse_wkt(text)


@pytest.mark.parametrize(
    "text", ["", "a point (1 2)", "POLYGONS (1)", "polygonal", "POINT of sale", "((1 2))"]
)
def test_plain_words_do_not_look_like_geometry(text: str) -> None:
    assert not looks_like_wkt(text)
    with pytest.raises(ValueError, match="no geometry name"):
        parse_wkt(text)


@given(st.text("POLYGNMUTI(),. -+e0123456789", max_size=40).map(lambda tail: f"POLYGON{tail}"))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        shapes = parse_wkt(text)
    except ValueError:
        return
    assert all(key == "polygon" for key, _ in shapes)
