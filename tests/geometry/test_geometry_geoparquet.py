"""GeoParquet: geopandas opens what was written, with every geometry of the export in its place."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import geopandas
import pyarrow.parquet as pq
import pytest
import shapely

import exportkit
from exportkit.errors import ReadError, TableError, WriteError
from exportkit.geometry import write_geoparquet

EXPORT = Path(__file__).parents[2] / "examples" / "export.ndjson"


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
        write_geoparquet(page, target, force=True)
    with pytest.raises(FileNotFoundError):
        write_geoparquet(tmp_path / "nowhere.ndjson", target, force=True)
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
