"""Odd shapes: what has too few points, no surface, two places at once, or a coordinate that is missing."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest
import shapely

from exportkit.geometry import add_geometry
from geometry.object_rows import objects_of

BOX = {"bbox_left": 1.0, "bbox_top": 2.0, "bbox_width": 4.0, "bbox_height": 6.0}
BOX_WKT = "POLYGON ((1 2, 5 2, 5 8, 1 8, 1 2))"
POINT = {"point_x": 7.0, "point_y": 9.0}


def polygon(*points: tuple[float | None, float | None], kind: str | None = "ImagePolygon") -> dict[str, Any]:
    return {"annotation_kind": kind, "vertices": [{"x": x, "y": y} for x, y in points]}


def line(*points: tuple[float | None, float | None]) -> dict[str, Any]:
    return polygon(*points, kind="ImagePolyline")


def geometry_of(row: dict[str, Any]) -> tuple[Any, ...]:
    """Return area, centroid x and y, and the WKB as text."""
    (found,) = add_geometry(objects_of([row])).to_pylist()
    wkb = found["wkb"]
    assert wkb is None or wkb[0] == 1  # little-endian
    return found["area"], found["centroid_x"], found["centroid_y"], wkb and shapely.from_wkb(wkb).wkt


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, (None, None, None, None)),
        (polygon(), (None, None, None, None)),
        (line(), (None, None, None, None)),
        (polygon((3, 4)), (0, 3, 4, None)),
        (polygon((0, 0), (4, 2)), (0, 2, 1, None)),
        (polygon((0, 0), (4, 2), (0, 0)), (0, 2, 1, "POLYGON ((0 0, 4 2, 0 0, 0 0))")),
        (polygon((3, 1), (3, 1), (3, 1)), (0, 3, 1, "POLYGON ((3 1, 3 1, 3 1, 3 1))")),
        (line((3, 4)), (None, 3, 4, None)),
        (line((0, 0), (4, 2)), (None, 2, 1, "LINESTRING (0 0, 4 2)")),
        (line((3, 4), (3, 4)), (None, 3, 4, "LINESTRING (3 4, 3 4)")),
        (line((0, 0), (4, 0), (0, 0)), (None, 2, 0, "LINESTRING (0 0, 4 0, 0 0)")),
    ],
)
def test_a_shape_of_few_points_has_a_centre_and_wkb_where_there_is_such_a_shape(
    row: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert geometry_of(row) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (polygon((0, 0), (0, 3), (3, 3)), (4.5, 1, 2, "POLYGON ((0 0, 0 3, 3 3, 0 0))")),
        (polygon((0, 0), (3, 3), (0, 3)), (4.5, 1, 2, "POLYGON ((0 0, 3 3, 0 3, 0 0))")),
        (polygon((0, 0), (0, 3), (3, 3), (0, 0)), (4.5, 1, 2, "POLYGON ((0 0, 0 3, 3 3, 0 0))")),
        # Two halves that turn against each other: no surface is left, the centre is that of the line.
        (polygon((0, 0), (2, 2), (2, 0), (0, 2)), (0, 1, 1, "POLYGON ((0 0, 2 2, 2 0, 0 2, 0 0))")),
    ],
)
def test_a_ring_keeps_its_direction_and_is_closed_once(
    row: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert geometry_of(row) == expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (BOX, (24, 3, 5, BOX_WKT)),
        (BOX | {"bbox_width": 0.0}, (0, 1, 5, "POLYGON ((1 2, 1 2, 1 8, 1 8, 1 2))")),
        (BOX | {"bbox_height": 0.0}, (0, 3, 2, "POLYGON ((1 2, 5 2, 5 2, 1 2, 1 2))")),
        (BOX | {"bbox_height": -2.0}, (8, 3, 1, "POLYGON ((1 2, 5 2, 5 0, 1 0, 1 2))")),
        (BOX | POINT | line((0, 0), (4, 2)), (24, 3, 5, BOX_WKT)),
        (POINT | line((0, 0), (4, 2)), (None, 2, 1, "LINESTRING (0 0, 4 2)")),
        (POINT | line(), (None, 7, 9, "POINT (7 9)")),
        (POINT | {"bbox_left": 1.0}, (None, 7, 9, "POINT (7 9)")),
        ({"point_x": 7.0}, (None, None, None, None)),
        (POINT | {"annotation_kind": None, "vertices": None}, (None, 7, 9, "POINT (7 9)")),
    ],
)
def test_a_row_is_its_whole_box_else_its_vertices_else_its_point(
    row: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    assert geometry_of(row) == expected


@pytest.mark.parametrize("kind", ["ImagePolyline", "DICOMPolyline", "VideoLine", "polyline", "VectorPath"])
def test_kinds_of_lines_are_lines(kind: str) -> None:
    assert geometry_of(polygon((0, 0), (4, 0), (4, 4), kind=kind))[3] == "LINESTRING (0 0, 4 0, 4 4)"


@pytest.mark.parametrize("kind", ["ImagePolygon", "Linework", "", None])
def test_vertices_of_any_other_kind_are_a_polygon(kind: str | None) -> None:
    assert geometry_of(polygon((0, 0), (4, 0), (4, 4), kind=kind))[3] == "POLYGON ((0 0, 4 0, 4 4, 0 0))"


@pytest.mark.parametrize("missing", [None, float("nan"), float("inf")])
@pytest.mark.parametrize("at", [0, 1, 3])
def test_a_shape_with_a_coordinate_that_is_no_number_is_null_and_its_neighbours_are_not(
    missing: float | None, at: int
) -> None:
    points: list[tuple[float | None, float | None]] = [(0, 0), (4, 0), (4, 4), (0, 4)]
    points[at] = (missing, 1)
    shapes = [BOX, polygon(*points), line(*points), POINT, BOX | {"bbox_left": float("nan")}, BOX]
    found = add_geometry(objects_of(shapes)).select(["area", "centroid_x", "centroid_y", "wkb"]).to_pylist()
    assert [row["wkb"] is None for row in found] == [False, True, True, False, True, False]
    assert [row["centroid_x"] for row in found] == [3, None, None, 7, None, 3]
    assert [row["area"] for row in found] == [24, None, None, None, None, 24]


def test_rows_out_of_the_middle_of_a_table_and_in_several_chunks_are_read_as_they_are() -> None:
    rows = objects_of([polygon((0, 0), (9, 9), (0, 9)), BOX, line((0, 0), (4, 2)), POINT])
    whole = add_geometry(rows)
    chunks = pa.concat_tables([rows.slice(1, 1), rows.slice(2), rows.slice(0, 0)])
    assert add_geometry(chunks).to_pylist() == whole.slice(1).to_pylist()
