"""Computed columns: areas, centroids, box fractions and WKB beside the rows of `objects`.

Takes Arrow tables, gives the same rows with more columns.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from difflib import get_close_matches
from functools import cache
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from exportkit._on_first_use import collector_resting
from exportkit.batch import arrow_schema
from exportkit.errors import TableError, needing

__all__ = ["add_geometry"]

Columns = dict[str, pa.Array]
_WHAT = ("area", "centroid", "fractions", "wkb")
_BOX = ("bbox_left", "bbox_top", "bbox_width", "bbox_height")
_SHAPE_COLUMNS = ("annotation_kind", *_BOX, "point_x", "point_y", "vertices")
_PLACE = ("export_id", "line")
_VERTICES = pa.list_(pa.struct({"x": pa.float64(), "y": pa.float64()}))
_SIZES = ("width", "height")
_FRACTIONS = ("left_fraction", "top_fraction", "width_fraction", "height_fraction")


def add_geometry(
    objects: Any, what: Sequence[str] = ("area", "centroid", "wkb"), *, data_rows: Any = None
) -> pa.Table:
    """Return rows of `objects` with columns that are computed from their shapes.

    Parameters
    ----------
    objects : pyarrow.Table, polars or pandas frame, or anything with ``__arrow_c_stream__``
        Rows of the table `objects`, in any number and order. A lazy frame of polars is collected.
    what : sequence of {"area", "centroid", "fractions", "wkb"}, or one of them
        What to add. ``area``: one column, in square units of `coordinate_unit`. ``centroid``: `centroid_x`
        and `centroid_y`, the centre of mass in the unit of the coordinates. ``fractions``: `left_fraction`,
        `top_fraction`, `width_fraction`, `height_fraction` of a box, 0 to 1 of its asset or page. ``wkb``:
        the shape as well-known binary.
    data_rows : as `objects`, optional
        The table `data_rows`, which knows how large an asset is; ``fractions`` needs it.

    Returns
    -------
    pyarrow.Table
        The same rows in the same order, with the new columns at the end. A value is null where the kind has
        no such thing: masks and text have none of them, points and lines have no area, only boxes have
        fractions. A polygon of one or two vertices and a line of one have no WKB. Shapes in GeoJSON have
        WKB, but neither area nor centroid, since degrees are no length.

    Raises
    ------
    MissingDependencyError
        shapely is not installed.
    TableError
        A column that the geometry is computed from is missing, or of a type that does not become the declared
        one.
    ValueError
        `what` holds another word, or ``fractions`` without `data_rows`.

    Examples
    --------
    >>> import exportkit
    >>> objects = exportkit.read_table("export.ndjson", "objects")
    >>> exportkit.add_geometry(objects, ["area", "centroid"]).column_names[-3:]
    ['area', 'centroid_x', 'centroid_y']

    Notes
    -----
    Coordinates of images grow downwards, and no shape is flipped. The EXIF rotation of an image is not
    undone. A box, a list of vertices or a point counts as missing when one of its numbers is not finite.
    shapely (GEOS) computes the values: another version may change the last digit of an area, or move a
    centroid by a few units in the last place of the coordinates. Memory: about 900 bytes per shape and 70
    per vertex, for all rows at once.
    """
    what = [what] if isinstance(what, str) else what
    if not isinstance(what, Collection):
        raise TypeError(f"what must be a list of some of {', '.join(_WHAT)}, not {type(what).__name__}")
    _check(what, data_rows)
    with needing("add_geometry", "shapely", extra="geometry"):
        from exportkit.geometry.geojson import geometries_of  # noqa: PLC0415 - imports shapely
        from exportkit.geometry.shapes import shapes_of, wkb_array  # noqa: PLC0415 - imports shapely
    found = _arrow_table(objects)
    table = _table(found, [*_SHAPE_COLUMNS, *(["geojson"] if "wkb" in what else [])], "objects")
    shapes = cache(lambda: shapes_of(table))
    makers: dict[str, Callable[[], Columns]] = {
        "area": lambda: {"area": _numbers(shapes().areas())},
        "centroid": lambda: _centroid(*shapes().centroids()),
        "fractions": lambda: _fractions(found, _arrow_table(data_rows)),
        "wkb": lambda: {"wkb": wkb_array(shapes().whole(), geometries_of(table["geojson"].to_pylist()))},
    }
    with collector_resting():  # which took half of the time
        made = [*chain.from_iterable(makers[one]().items() for one in what)]
    for name, column in made:
        found = found.append_column(name, column)
    return found


def _check(what: Sequence[str], data_rows: Any) -> None:
    for one in what:
        if one not in _WHAT:
            near = get_close_matches(str(one), _WHAT, n=1)
            raise ValueError(f"there is no {one!r}; did you mean {(near or [', '.join(_WHAT)])[0]}?")
    if "fractions" in what and data_rows is None:
        raise ValueError("fractions need data_rows, which has the size of each asset")


def _arrow_table(rows: Any) -> pa.Table:
    is_lazy = hasattr(rows, "collect") and not hasattr(rows, "__arrow_c_stream__")
    return pa.table(rows.collect() if is_lazy else rows)


def _table(rows: pa.Table, needed: Sequence[str], table: str) -> pa.Table:
    """Return the columns that are needed, in their declared types: polars has views, pandas wider numbers."""
    declared = arrow_schema(table)
    found = {}
    for name in needed:
        if name not in rows.column_names:
            raise TableError(
                f"the rows of {table} have no column {name!r}", hint="the geometry is computed from it"
            )
        found[name] = _of_type(rows[name], declared.field(name).type, f"column {name!r} of {table}")
    return pa.table(found)


def _of_type(column: pa.ChunkedArray, wanted: pa.DataType, about: str) -> pa.ChunkedArray:
    if column.type == wanted:
        return column
    try:
        # A frame may hold what the declaration rules out: a coordinate that is null.
        return column.cast(_VERTICES if pa.types.is_list(wanted) else wanted)
    except pa.ArrowException:
        raise TableError(f"{about} is {column.type} and not {wanted}") from None


def _numbers(values: Any) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))


def _centroid(x: Any, y: Any) -> Columns:
    return {"centroid_x": _numbers(x), "centroid_y": _numbers(y)}


def _fractions(objects: pa.Table, data_rows: pa.Table) -> Columns:
    known = _table(data_rows, [*_PLACE, *_SIZES], "data_rows")
    needed = [*_PLACE, *_BOX, "coordinate_unit", "page_width", "page_height"]
    table = _table(objects, needed, "objects")
    rows = _matching(table, known)
    unit = table["coordinate_unit"].combine_chunks()
    found = []
    for side, page in zip(_SIZES, ("page_width", "page_height"), strict=True):
        asset = known[side].combine_chunks().cast(pa.float64()).take(rows)
        size = pc.if_else(pc.equal(unit, "px"), asset, pc.if_else(pc.equal(unit, "pt"), table[page], None))
        found.append(pc.if_else(pc.greater(size, 0), size, None))
    width, height = found
    sides = zip(_FRACTIONS, _BOX, (width, height, width, height), strict=True)
    return {name: pc.divide(table[side], size) for name, side, size in sides}


def _matching(objects: pa.Table, data_rows: pa.Table) -> pa.Array:
    """Return the position in `data_rows` of each object's asset; null where it is not there."""
    names = pa.chunked_array([*data_rows["export_id"].chunks, *objects["export_id"].chunks], pa.string())
    codes = names.combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    lines = np.concatenate([data_rows["line"].to_numpy(), objects["line"].to_numpy()])
    keys = codes * (lines.max(initial=0) + 1) + lines
    known = len(data_rows)
    return pc.index_in(pa.array(keys[known:]), pa.array(keys[:known]))
