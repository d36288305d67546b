"""GeoParquet: the objects of an export or a lake that have GeoJSON, as one file for maps.

Takes a source, gives a GeoParquet 1.1 file. Knows the metadata of that format.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any, BinaryIO, Unpack

import pyarrow as pa
from pyarrow import parquet as pq

from exportkit.batch import arrow_schema
from exportkit.commit import read_lake
from exportkit.errors import needing
from exportkit.lakes import ReadFrom, lake_of, written_whole
from exportkit.options import FileOptions, complete, takes
from exportkit.pipeline import SourceLike, batches, make_options
from exportkit.read import files_read_by

__all__ = ["write_geoparquet"]

_KEPT = (
    "data_row_id", "project_id", "label_id", "label_index", "origin", "position", "feature_id",
    "feature_schema_id", "name", "value", "annotation_kind", "confidence", "geojson", "export_id", "line",
)  # fmt: skip


@takes(FileOptions)
def write_geoparquet(source: SourceLike, path: str | os.PathLike[str], **options: Unpack[FileOptions]) -> int:
    """Write the objects of an export or a lake that have longitudes and latitudes to a GeoParquet file.

    Each row of `objects` with `geojson` becomes one row, in the same order: its keys, names and `geojson`,
    and `geometry` as WKB. The file appears under its name when it is complete.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these or of rows
        An export as for `to_parquet`, or the directory of a lake.
    path : str or path
        File to write; ``"-"`` is standard output.
    **options : FileOptions
        As `exportkit.options` declares them.

    Returns
    -------
    int
        Rows written. `geometry` is null where `geojson` is no single geometry: not GeoJSON, or a collection.

    Raises
    ------
    MissingDependencyError
        shapely is not installed.
    FileNotFoundError
        The source does not exist.
    ReadError
        The source is no export, or is damaged.
    TableError
        The lake holds no table `objects`.
    WriteError
        The file cannot be written, is there already, lies in the lake, or has the ending of a compressed
        file: its columns are compressed already.

    Examples
    --------
    >>> import exportkit
    >>> exportkit.write_geoparquet("export.ndjson", "map.parquet") > 0
    True

    Notes
    -----
    The file names no coordinate reference system. GeoParquet 1.1 then means longitude and latitude on WGS 84
    (OGC:CRS84), as GeoJSON does. Heights are left out and open rings are closed. Memory: one batch of
    objects.
    """
    force = complete(FileOptions, options)["force"]
    with written_whole(path, force=force, sources=_files(source)) as file:
        return _write(_objects(source), file)


def _files(source: SourceLike) -> Iterator[ReadFrom]:
    """Yield the files that are read."""
    lake = lake_of(source)
    yield from files_read_by(source) if lake is None else read_lake(lake).locations()


def _objects(source: SourceLike) -> Iterator[pa.RecordBatch]:
    """Yield the rows of `objects` that have GeoJSON."""
    options = make_options(tables=["objects"], columns={"objects": _KEPT})
    for _, batch in batches(source, options):
        yield batch.filter(batch["geojson"].is_valid())


def _write(objects: Iterator[pa.RecordBatch], file: BinaryIO) -> int:
    """Write the rows, and after the last one the metadata of all geometries; return the number of rows."""
    with needing("write_geoparquet", "shapely", extra="geometry"):
        from exportkit.geometry.geojson import Extent, geometries_of  # noqa: PLC0415 - imports shapely
        from exportkit.geometry.shapes import wkb_array  # noqa: PLC0415 - imports shapely
    declared = arrow_schema("objects", _KEPT)
    schema = pa.schema([*declared, pa.field("geometry", pa.binary())], metadata=declared.metadata)
    extent, rows = Extent(), 0
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in objects:
            if not batch.num_rows:
                continue
            geometries = geometries_of(batch["geojson"].to_pylist())
            extent.add(geometries)
            columns = [*(batch[name] for name in _KEPT), wkb_array(geometries)]
            writer.write_batch(pa.record_batch(columns, schema=schema))
            rows += batch.num_rows
        column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted(extent.kinds)}
        if extent.bounds is not None:
            column["bbox"] = extent.bounds
        geo = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
        writer.add_key_value_metadata({"geo": json.dumps(geo)})
    return rows
