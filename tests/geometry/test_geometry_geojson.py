"""GeoJSON: the same geometry as shapely reads, and what of broken texts is a geometry still."""

from __future__ import annotations

import json
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from exportkit.geometry import add_geometry
from exportkit.geometry.geojson import Extent, geometries_of
from geometry.object_rows import objects_of

POSITIONS = st.tuples(st.floats(-180, 180), st.floats(-90, 90)).map(list)
RINGS = st.lists(POSITIONS, min_size=3, max_size=6).map(lambda ring: [*ring, ring[0]])
LINES = st.lists(POSITIONS, min_size=2, max_size=6)
POLYGONS = st.lists(RINGS, min_size=1, max_size=3)
GEOMETRIES = st.one_of(
    st.tuples(st.just("Point"), POSITIONS),
    st.tuples(st.just("LineString"), LINES),
    st.tuples(st.just("Polygon"), POLYGONS),
    st.tuples(st.just("MultiPoint"), st.lists(POSITIONS, min_size=1, max_size=3)),
    st.tuples(st.just("MultiLineString"), st.lists(LINES, min_size=1, max_size=3)),
    st.tuples(st.just("MultiPolygon"), st.lists(POLYGONS, min_size=1, max_size=3)),
).map(lambda pair: {"type": pair[0], "coordinates": pair[1]})


def wkb_of(*texts: str | None) -> list[bytes | None]:
    """Return the WKB of objects that have these texts as their geometry."""
    rows = objects_of([{"geojson": text} for text in texts])
    found: list[bytes | None] = add_geometry(rows, ["wkb"])["wkb"].to_pylist()
    return found


@given(geometries=st.lists(GEOMETRIES, max_size=4), in_feature=st.booleans())
def test_geojson_becomes_the_wkb_that_shapely_finds(
    geometries: list[dict[str, Any]],
    in_feature: bool,  # noqa: FBT001 - drawn
) -> None:
    around = {"type": "Feature", "properties": {}} if in_feature else {}
    texts = [json.dumps({**around, "geometry": one} if in_feature else one) for one in geometries]
    wanted = [shapely.to_wkb(shapely.from_geojson(json.dumps(one)), byte_order=1) for one in geometries]
    assert wkb_of(*texts, None) == [*wanted, None]


@pytest.mark.parametrize(
    "text",
    [
        "{}", "[]", "3", "null", "{", "", '"Point"', '{"type":"Point"}', '{"type":"Point","coordinates":[]}',
        '{"type":"Point","coordinates":null}', '{"type":"Point","coordinates":{"x":1}}',
        '{"type":"Point","coordinates":[1]}', '{"type":"Point","coordinates":[null,2]}',
        '{"type":"Point","coordinates":["a","b"]}', '{"type":"Point","coordinates":"ab"}',
        '{"type":"Point","coordinates":[1e999,2]}', '{"type":"Point","coordinates":[[1,2]]}',
        '{"type":"LineString","coordinates":[[1,2]]}', '{"type":"LineString","coordinates":[1,2]}',
        '{"type":"LineString","coordinates":[[1,2],[]]}',
        '{"type":"Polygon","coordinates":[[[1,2],[3,4]]]}', '{"type":"Polygon","coordinates":[]}',
        '{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,3],[0,0]],[]]}',
        '{"type":"Polygon","coordinates":[[0,0],[4,0],[4,3],[0,0]]}',
        '{"type":"Polygon","coordinates":[[[1,2],[3,4],[1,2]]]}', '{"type":"Point","coordinates":["nan",2]}',
        '{"type":"Point","coordinates":["inf",2]}',
        '{"type":"MultiPoint","coordinates":[]}', '{"type":"MultiPoint","coordinates":[[]]}',
        '{"type":"MultiPolygon","coordinates":[[]]}',
        '{"type":"MultiLineString","coordinates":[[[1,2],[3,4]],[]]}',
        '{"type":"Cube","coordinates":[1,2]}', '{"type":["Point"],"coordinates":[1,2]}',
        '{"coordinates":[1,2]}', '{"type":"Feature","geometry":null}', '{"type":"Feature"}',
        '{"type":"Feature","geometry":{"type":"Feature","geometry":{"type":"Point","coordinates":[1,2]}}}',
        '{"type":"FeatureCollection","features":[]}',
        '{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}',
        '{"type":"LinearRing","coordinates":[[0,0],[4,0],[4,3],[0,0]]}',
    ],
)  # fmt: skip
def test_what_is_no_geometry_is_null_and_its_neighbours_are_not(text: str) -> None:
    point = '{"type":"Point","coordinates":[1,2]}'
    wkb = shapely.to_wkb(shapely.Point(1, 2), byte_order=1)
    assert wkb_of(point, text, point) == [wkb, None, wkb]


@pytest.mark.parametrize(
    ("text", "wkt"),
    [
        ('{"type":"Polygon","coordinates":[[[0,0,9],[4,0,9],[4,3,9]]]}', "POLYGON ((0 0, 4 0, 4 3, 0 0))"),
        ('{"type":"Polygon","coordinates":[[[0,0],[4,0],[4,3],[0,0]]]}', "POLYGON ((0 0, 4 0, 4 3, 0 0))"),
        (
            '{"type":"Polygon","coordinates":[[[0,0],[9,0],[9,9]],[[5,1],[6,1],[6,2]]]}',
            "POLYGON ((0 0, 9 0, 9 9, 0 0), (5 1, 6 1, 6 2, 5 1))",
        ),
        (
            '{"type":"MultiPolygon","coordinates":[[[[0,0],[4,0],[4,3]]]]}',
            "MULTIPOLYGON (((0 0, 4 0, 4 3, 0 0)))",
        ),
        ('{"type":"LineString","coordinates":[[1,2,3],[4,5]]}', "LINESTRING (1 2, 4 5)"),
        ('{"type":"LineString","coordinates":[[1,2],[1,2]]}', "LINESTRING (1 2, 1 2)"),
        ('{"type":"Point","coordinates":[1,2,3,4]}', "POINT (1 2)"),
        ('{"type":"Point","coordinates":[181,-91]}', "POINT (181 -91)"),
        ('{"type":"Point","coordinates":["1","2.5"]}', "POINT (1 2.5)"),
        ('{"type":"MultiPoint","coordinates":[[1,2,3],[4,5]]}', "MULTIPOINT ((1 2), (4 5))"),
        (
            '{"id":7,"type":"Feature","geometry":{"type":"Point","bbox":[1],"coordinates":[1,2],"crs":"?"}}',
            "POINT (1 2)",
        ),
    ],
)
def test_heights_are_left_out_rings_closed_and_other_members_ignored(text: str, wkt: str) -> None:
    (wkb,) = wkb_of(text)
    assert wkb is not None
    assert shapely.from_wkb(wkb).wkt == wkt


@given(geometries=st.lists(GEOMETRIES, max_size=5), cut=st.integers(0, 5))
def test_the_extent_of_geometries_does_not_depend_on_their_batches(
    geometries: list[dict[str, Any]], cut: int
) -> None:
    found = geometries_of(json.dumps(one) for one in geometries)
    extent = Extent()
    for batch in (found[:cut], geometries_of([None]), found[cut:]):
        extent.add(batch)
    assert extent.kinds == {one["type"] for one in geometries}
    positions = shapely.get_coordinates(found)  # of holes too, which may lie outside of what is drawn here
    bounds = (*positions.min(axis=0), *positions.max(axis=0)) if geometries else None
    assert extent.bounds == bounds


def test_a_text_nested_without_end_is_null() -> None:
    assert wkb_of('{"type":"Point","coordinates":' + "[" * 50_000 + "]" * 50_000 + "}") == [None]


def test_a_row_with_a_shape_keeps_it() -> None:
    both = {"point_x": 7.0, "point_y": 9.0, "geojson": '{"type":"Point","coordinates":[1,2]}'}
    (found,) = add_geometry(objects_of([both])).to_pylist()
    assert (found["centroid_x"], shapely.from_wkb(found["wkb"]).wkt) == (7, "POINT (7 9)")
