"""GeoParquet: geopandas opens what was written, with every geometry of the export in its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import geopandas
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

import exportkit
from exportkit.errors import ReadError, TableError, WriteError
from exportkit.geometry import write_geoparquet
from exportkit.geometry.geojson import located

EXPORT = Path(__file__).parents[2] / "examples" / "export.ndjson"

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


@given(geometry=GEOMETRIES, in_feature=st.booleans())
def test_geojson_becomes_the_wkb_and_bounds_that_shapely_finds(
    geometry: dict[str, Any],
    in_feature: bool,  # noqa: FBT001 - drawn
) -> None:
    text = json.dumps({"type": "Feature", "properties": {}, "geometry": geometry} if in_feature else geometry)
    found = located(text)
    wanted = shapely.from_geojson(json.dumps(geometry))
    assert found is not None
    assert found.wkb == shapely.to_wkb(wanted, byte_order=1)
    positions = shapely.get_coordinates(wanted)  # of holes too, which may lie outside of what is drawn here
    assert found.bounds == (*positions.min(axis=0), *positions.max(axis=0))
    assert found.kind == geometry["type"]


@pytest.mark.parametrize(
    "text",
    [
        "{}", "[]", "3", "null", "{", '{"type":"Point"}', '{"type":"Point","coordinates":[]}',
        '{"type":"Point","coordinates":["a","b"]}', '{"type":"Polygon","coordinates":[[[1,2],[3,4]]]}',
        '{"type":"Polygon","coordinates":[]}', '{"type":"LineString","coordinates":[[1,2]]}',
        '{"type":"Cube","coordinates":[1,2]}', '{"type":"Feature","geometry":null}',
        '{"type":"MultiPoint","coordinates":[]}', '{"type":["Point"],"coordinates":[1,2]}',
    ],
)  # fmt: skip
def test_what_is_no_geometry_is_none(text: str) -> None:
    assert located(text) is None


def test_heights_are_left_out_and_rings_closed() -> None:
    text = '{"type":"Polygon","coordinates":[[[0,0,9],[4,0,9],[4,3,9]]]}'
    found = located(text)
    assert found is not None
    assert shapely.from_wkb(found.wkb).wkt == "POLYGON ((0 0, 4 0, 4 3, 0 0))"


@pytest.fixture(params=["export", "parquet", "arrow"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """The example export, as it is and as a lake."""
    if request.param == "parquet":
        exportkit.to_parquet(EXPORT, tmp_path / "lake")
    elif request.param == "arrow":
        exportkit.to_arrow(EXPORT, tmp_path / "lake")
    return EXPORT if request.param == "export" else tmp_path / "lake"


def test_geopandas_opens_every_geometry_of_an_export(source: Path, tmp_path: Path) -> None:
    rows = write_geoparquet(source, tmp_path / "map.parquet")
    found = geopandas.read_parquet(tmp_path / "map.parquet")
    objects = exportkit.read_table(EXPORT, "objects").to_pylist()
    wanted = [row for row in objects if row["geojson"] is not None]
    assert len(found) == rows == len(wanted) > 0
    assert found.crs == "OGC:CRS84"
    assert found["feature_id"].tolist() == [row["feature_id"] for row in wanted]
    for geometry, row in zip(found.geometry, wanted, strict=True):
        assert shapely.equals_exact(geometry, shapely.from_geojson(row["geojson"]))


def test_the_metadata_says_kinds_and_bounds(tmp_path: Path) -> None:
    write_geoparquet(EXPORT, tmp_path / "map.parquet")
    found = geopandas.read_parquet(tmp_path / "map.parquet")
    said = json.loads(pq.read_metadata(tmp_path / "map.parquet").metadata[b"geo"])
    assert said["version"] == "1.1.0"
    assert said["primary_column"] == "geometry"
    column = said["columns"]["geometry"]
    assert column["encoding"] == "WKB"
    assert column["geometry_types"] == sorted(set(found.geom_type))
    assert column["bbox"] == found.total_bounds.tolist()


def test_duckdb_takes_the_column_for_geometry(tmp_path: Path) -> None:
    write_geoparquet(EXPORT, tmp_path / "map.parquet")
    described = duckdb.execute(f"describe select geometry from '{tmp_path / 'map.parquet'}'").fetchall()
    assert described[0][1].startswith("GEOMETRY")


def test_an_export_without_geometries_is_an_empty_map(tmp_path: Path) -> None:
    export = tmp_path / "export.ndjson"
    export.write_bytes(b'{"data_row":{"id":"a"}}\n')
    assert write_geoparquet(export, tmp_path / "map.parquet") == 0
    assert geopandas.read_parquet(tmp_path / "map.parquet").empty


def test_a_failure_leaves_the_file_that_was_there_and_nothing_beside_it(tmp_path: Path) -> None:
    target = tmp_path / "map.parquet"
    write_geoparquet(EXPORT, target)
    before = target.read_bytes()
    page = tmp_path / "page.ndjson"
    page.write_bytes(b"<html>\n")
    with pytest.raises(ReadError):
        write_geoparquet(page, target)
    with pytest.raises(FileNotFoundError):
        write_geoparquet(tmp_path / "nowhere.ndjson", target)
    assert target.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["map.parquet", "page.ndjson"]


def test_what_cannot_be_written_or_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="cannot write the file: No such file or directory"):
        write_geoparquet(EXPORT, tmp_path / "missing" / "map.parquet")
    (tmp_path / "directory").mkdir()
    with pytest.raises(WriteError, match="cannot write the file: Is a directory"):
        write_geoparquet(EXPORT, tmp_path / "directory")
    assert [path.name for path in tmp_path.iterdir()] == ["directory"]
    exportkit.to_parquet(EXPORT, tmp_path / "lake", tables=["labels"])
    with pytest.raises(TableError, match="the lake holds no table 'objects'"):
        write_geoparquet(tmp_path / "lake", tmp_path / "map.parquet")
