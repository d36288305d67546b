"""Geometry: what shapely says of the same shapes, at every place and in every order."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import exportkit
from exportkit.errors import TableError
from exportkit.geometry import add_geometry
from geometry.object_rows import SCHEMA, objects_of

EXPORT = Path(__file__).parents[2] / "examples" / "export.ndjson"

NUMBERS = st.floats(-1e5, 1e5, allow_subnormal=False).map(lambda value: round(value, 3))
SIDES = st.floats(0.01, 1e4).map(lambda value: round(value, 2))
POINTS = st.fixed_dictionaries({"x": NUMBERS, "y": NUMBERS})
SHAPES = st.one_of(
    st.just({}),
    st.just({"annotation_kind": "ImageSegmentationMask", "mask_url": "https://masks.example/1"}),
    st.fixed_dictionaries({"point_x": NUMBERS, "point_y": NUMBERS}),
    st.fixed_dictionaries(
        {"bbox_left": NUMBERS, "bbox_top": NUMBERS, "bbox_width": SIDES, "bbox_height": SIDES}
    ),
    st.fixed_dictionaries(
        {"annotation_kind": st.just("ImagePolygon"), "vertices": st.lists(POINTS, max_size=7)}
    ),
    st.fixed_dictionaries(
        {
            "annotation_kind": st.sampled_from(["ImagePolyline", "DICOMPolyline"]),
            "vertices": st.lists(POINTS, max_size=7),
        }
    ),
)


def expected(shape: dict[str, Any]) -> shapely.Geometry | None:
    """The shape as shapely has it, put together without our code."""
    if "bbox_left" in shape:
        left, top = shape["bbox_left"], shape["bbox_top"]
        return shapely.box(left, top, left + shape["bbox_width"], top + shape["bbox_height"])
    if "point_x" in shape:
        return shapely.Point(shape["point_x"], shape["point_y"])
    points = [(point["x"], point["y"]) for point in shape.get("vertices", [])]
    if shape.get("annotation_kind", "").endswith("line"):
        return shapely.LineString(points) if len(points) > 1 else None
    return shapely.Polygon(points) if len(points) > 2 else None


@given(shapes=st.lists(SHAPES, max_size=8))
def test_wkb_is_the_shape(shapes: list[dict[str, Any]]) -> None:
    found = add_geometry(objects_of(shapes), ["wkb"])["wkb"].to_pylist()
    for wkb, shape in zip(shapely.from_wkb(found), shapes, strict=True):
        wanted = expected(shape)
        assert (wkb is None) == (wanted is None)
        assert wanted is None or shapely.equals_exact(shapely.normalize(wkb), shapely.normalize(wanted))


@given(shapes=st.lists(SHAPES, max_size=8))
def test_area_is_that_of_the_polygon_and_null_without_one(shapes: list[dict[str, Any]]) -> None:
    found = add_geometry(objects_of(shapes), ["area"])["area"].to_pylist()
    for area, shape in zip(found, shapes, strict=True):
        wanted = expected(shape)
        if isinstance(wanted, shapely.Polygon):
            assert area == pytest.approx(wanted.area, rel=1e-9, abs=1e-3)
        elif shape.get("annotation_kind") != "ImagePolygon":
            assert area is None


@given(shapes=st.lists(SHAPES, max_size=8))
def test_centroid_is_the_centre_of_mass(shapes: list[dict[str, Any]]) -> None:
    found = add_geometry(objects_of(shapes), ["centroid"]).select(["centroid_x", "centroid_y"]).to_pylist()
    for centre, shape in zip(found, shapes, strict=True):
        wanted = expected(shape)
        if wanted is None:
            assert shape.get("vertices") or centre["centroid_x"] is None
            continue
        if isinstance(wanted, shapely.Polygon) and wanted.area < 1e-6 * max(wanted.length, 1) ** 2:
            continue  # a sliver, whose centre depends on the order in which its numbers are added
        assert centre["centroid_x"] == pytest.approx(wanted.centroid.x, rel=1e-6, abs=1e-2)
        assert centre["centroid_y"] == pytest.approx(wanted.centroid.y, rel=1e-6, abs=1e-2)


@given(shapes=st.lists(SHAPES, min_size=1, max_size=8), data=st.data())
def test_a_row_gets_the_same_whatever_stands_beside_it(
    shapes: list[dict[str, Any]], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(shapes))))
    together = add_geometry(objects_of(shapes)).select(["area", "centroid_x", "centroid_y", "wkb"])
    shuffled = add_geometry(objects_of([shapes[at] for at in order])).select(together.column_names)
    assert shuffled.to_pylist() == together.take(pa.array(order)).to_pylist()


@given(vertices=st.lists(POINTS, min_size=3, max_size=7), far=st.sampled_from([1e7, 1e9]))
def test_a_shape_keeps_its_area_far_from_zero(vertices: list[dict[str, float]], far: float) -> None:
    shape = {"annotation_kind": "ImagePolygon"}
    whole = [{"x": float(round(one["x"])), "y": float(round(one["y"]))} for one in vertices]
    moved = [{"x": one["x"] + far, "y": one["y"] + far} for one in whole]
    near, away = add_geometry(
        objects_of([shape | {"vertices": whole}, shape | {"vertices": moved}]), ["area"]
    )["area"].to_pylist()
    assert away == near


def test_a_shape_without_a_surface_is_its_line_and_one_without_a_length_its_point() -> None:
    flat = [{"x": 0.0, "y": 0.0}, {"x": 4.0, "y": 0.0}, {"x": 2.0, "y": 0.0}]
    dot = [{"x": 3.0, "y": 1.0}] * 3
    rows = objects_of([{"annotation_kind": "ImagePolygon", "vertices": points} for points in (flat, dot)])
    found = add_geometry(rows, ["area", "centroid"]).select(["area", "centroid_x", "centroid_y"])
    assert [tuple(row.values()) for row in found.to_pylist()] == [(0.0, 2.0, 0.0), (0.0, 3.0, 1.0)]


def test_a_ring_that_is_closed_already_is_not_closed_again() -> None:
    ring = [{"x": 0.0, "y": 0.0}, {"x": 4.0, "y": 0.0}, {"x": 4.0, "y": 3.0}, {"x": 0.0, "y": 0.0}]
    found = add_geometry(objects_of([{"annotation_kind": "ImagePolygon", "vertices": ring}]), ["wkb", "area"])
    (wkb,), (area,) = found["wkb"].to_pylist(), found["area"].to_pylist()
    assert shapely.get_num_coordinates(shapely.from_wkb(wkb)) == 4
    assert area == 6


def test_fractions_are_of_the_asset_of_the_same_line_and_export_or_of_the_page() -> None:
    box = {"bbox_left": 10.0, "bbox_top": 20.0, "bbox_width": 50.0, "bbox_height": 100.0}
    objects = objects_of(
        [
            box | {"coordinate_unit": "px", "line": 7, "export_id": "a"},
            box | {"coordinate_unit": "px", "line": 7, "export_id": "b"},
            box | {"coordinate_unit": "pt", "page_width": 500.0, "page_height": 800.0},
            box | {"coordinate_unit": "px", "line": 99},
            {"coordinate_unit": "px", "line": 7, "export_id": "a", "point_x": 1.0, "point_y": 1.0},
        ]
    )
    data_rows = pa.table(
        {
            "export_id": ["b", "a"],
            "line": [7, 7],
            "width": [1000, 100],
            "height": pa.array([0, 200], pa.int64()),
        }
    )
    found = add_geometry(objects, ["fractions"], data_rows=data_rows).to_pylist()
    names = ["left_fraction", "top_fraction", "width_fraction", "height_fraction"]
    assert [[row[name] for name in names] for row in found] == [
        [0.1, 0.1, 0.5, 0.5],
        [0.01, None, 0.05, None],
        [0.02, 0.025, 0.1, 0.125],
        [None] * 4,
        [None] * 4,
    ]


def test_what_takes_an_arrow_stream_goes_in_and_rows_come_out_in_order() -> None:
    reader = exportkit.open_reader(EXPORT, "objects", batch_rows=20)
    found = add_geometry(reader, data_rows=exportkit.open_reader(EXPORT, "data_rows"))
    assert found.drop(["area", "centroid_x", "centroid_y", "wkb"]).equals(reader.read_all())
    boxes = [row for row in found.to_pylist() if row["bbox_left"] is not None]
    assert boxes
    assert all(math.isclose(row["area"], row["bbox_width"] * row["bbox_height"]) for row in boxes)


def test_geojson_has_its_wkb_and_no_area() -> None:
    found = add_geometry(exportkit.read_table(EXPORT, "objects")).to_pylist()
    on_globe = [row for row in found if row["geojson"] is not None]
    assert on_globe
    for row in on_globe:
        assert shapely.equals_exact(shapely.from_wkb(row["wkb"]), shapely.from_geojson(row["geojson"]))
        assert row["area"] is None


def test_no_rows_get_the_columns_all_the_same() -> None:
    empty = SCHEMA.empty_table()
    found = add_geometry(
        empty, ["area", "centroid", "fractions", "wkb"], data_rows=exportkit.schema("data_rows").empty_table()
    )
    assert found.num_rows == 0
    assert len(found.column_names) == len(SCHEMA) + 8


def test_what_cannot_be_computed_is_refused() -> None:
    rows = objects_of([{}])
    with pytest.raises(ValueError, match="did you mean centroid"):
        add_geometry(rows, ["centroids"])
    with pytest.raises(ValueError, match="fractions need data_rows"):
        add_geometry(rows, ["fractions"])
    with pytest.raises(TableError, match="have no column 'vertices'"):
        add_geometry(rows.drop(["vertices"]), ["area"])


FRAMES: dict[str, Callable[[pa.Table], Any]] = {
    "polars": pl.DataFrame,
    "lazy": lambda table: pl.DataFrame(table).lazy(),
    "pandas": lambda table: table.to_pandas(),
    "chunks": lambda table: pa.concat_tables([table.slice(0, 7), table.slice(7)]),
}


@pytest.mark.parametrize("of_objects", FRAMES)
@pytest.mark.parametrize("of_data_rows", FRAMES)
def test_a_frame_of_any_library_gives_what_a_table_gives(of_objects: str, of_data_rows: str) -> None:
    objects, data_rows = (exportkit.read_table(EXPORT, name) for name in ("objects", "data_rows"))
    what = ["area", "centroid", "fractions", "wkb"]
    wanted = add_geometry(objects, what, data_rows=data_rows)
    found = add_geometry(FRAMES[of_objects](objects), what, data_rows=FRAMES[of_data_rows](data_rows))
    added = wanted.column_names[len(objects.column_names) :]
    assert found.column_names == wanted.column_names
    assert found.select(added).to_pylist() == wanted.select(added).to_pylist()


def test_a_column_of_another_type_is_named_with_the_type_that_it_should_have() -> None:
    objects = objects_of([{"point_x": 1.0, "point_y": 2.0}])
    at = objects.column_names.index("point_x")
    with pytest.raises(TableError, match=r"column 'point_x' of objects is string and not double"):
        add_geometry(objects.set_column(at, "point_x", pa.array(["left"])), ["area"])
