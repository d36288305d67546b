"""GeoParquet: the objects that stand on the globe, as one file that maps can be drawn from.

Takes an export or a lake, gives a GeoParquet 1.1 file. Knows the file's metadata; the geometry itself comes
from `geojson`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet as pq

from exportkit.batch import arrow_schema
from exportkit.errors import WriteError
from exportkit.geometry.geojson import Located, located
from exportkit.pipeline import SourceLike, batches, make_options
from exportkit.place import Place
from exportkit.scanning import dataset_of, is_lake, parts_of

__all__ = ["write_geoparquet"]

_KEPT = (
    "data_row_id", "project_id", "label_id", "label_index", "origin", "position", "feature_id",
    "feature_schema_id", "name", "value", "annotation_kind", "confidence", "geojson", "export_id", "line",
)  # fmt: skip


def write_geoparquet(source: SourceLike, path: str | os.PathLike[str]) -> int:
    """Write the objects of an export or a lake that have longitudes and latitudes to a GeoParquet file.

    One row for each row of `objects` with `geojson`, in order: its keys, names and `geojson`, and `geometry`
    as WKB. The file appears under its name when it is whole, and replaces one that was there.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these
        An export as for `to_parquet`, or the directory of a lake.
    path : str or path
        File to write.

    Returns
    -------
    int
        Rows written. `geometry` is null in those whose `geojson` is none.

    Raises
    ------
    FileNotFoundError
        The source does not exist.
    ReadError
        The source is no export, or is damaged.
    TableError
        The lake holds no table `objects`.
    WriteError
        The file cannot be written.

    Examples
    --------
    >>> import exportkit
    >>> exportkit.write_geoparquet("export.ndjson", "map.parquet") > 0
    True

    Notes
    -----
    GeoParquet 1.1 with the coordinate reference system that it has when none is named: longitude and latitude
    on WGS 84 (OGC:CRS84), as GeoJSON has it. Memory: one batch of objects.
    """
    destination = Path(path)
    unfinished = destination.with_name(f".{destination.name}.inprogress")
    with _failing_as_writing(destination):
        file = unfinished.open("wb")
    try:
        with file:
            rows = _write(_objects(source), file)
        with _failing_as_writing(destination):
            unfinished.replace(destination)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return rows


@contextmanager
def _failing_as_writing(destination: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        problem = f"cannot write the file: {os.strerror(error.errno or 0)}"
        raise WriteError(problem, place=Place(str(destination))) from None


@dataclass(slots=True)
class _Extent:
    """What the file's metadata says of all geometries together."""

    kinds: set[str] = field(default_factory=set)
    bounds: tuple[float, float, float, float] | None = None

    def add(self, one: Located) -> None:
        self.kinds.add(one.kind)
        west, south, east, north = self.bounds or one.bounds
        self.bounds = (
            min(west, one.bounds[0]), min(south, one.bounds[1]),
            max(east, one.bounds[2]), max(north, one.bounds[3]),
        )  # fmt: skip

    def metadata(self) -> str:
        column: dict[str, Any] = {"encoding": "WKB", "geometry_types": sorted(self.kinds)}
        if self.bounds is not None:
            column["bbox"] = self.bounds
        return json.dumps({"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}})


def _objects(source: SourceLike) -> Iterator[pa.RecordBatch]:
    """Yield the rows of `objects` that stand on the globe."""
    on_globe = pc.field("geojson").is_valid()
    if is_lake(source):
        parts = parts_of(source, "objects")  # type: ignore[arg-type]  # a lake is a path
        yield from dataset_of(parts).to_batches(columns=[*_KEPT], filter=on_globe)
        return
    options = make_options(tables=["objects"], columns={"objects": _KEPT})
    for _, batch in batches(source, options):
        yield batch.filter(batch["geojson"].is_valid())


def _write(objects: Iterator[pa.RecordBatch], file: BinaryIO) -> int:
    """Write the rows and, when all are known, what the file's metadata says of them."""
    declared = arrow_schema("objects", _KEPT)
    schema = pa.schema([*declared, pa.field("geometry", pa.binary())], metadata=declared.metadata)
    extent, rows = _Extent(), 0
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in objects:
            rows += _write_batch(writer, batch, schema, extent)
        writer.add_key_value_metadata({"geo": extent.metadata()})
    return rows


def _write_batch(writer: Any, batch: pa.RecordBatch, schema: pa.Schema, extent: _Extent) -> int:
    if not batch.num_rows:
        return 0
    found = [located(text) for text in batch["geojson"].to_pylist()]
    for one in found:
        if one is not None:
            extent.add(one)
    geometry = pa.array([None if one is None else one.wkb for one in found], pa.binary())
    columns = [batch[name] for name in schema.names[:-1]]
    writer.write_batch(pa.record_batch([*columns, geometry], schema=schema))
    return int(batch.num_rows)
