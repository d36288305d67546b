"""Columns: geometry beside the rows it belongs to, computed when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from exportkit.errors import TableError
from exportkit.geometry.geojson import located
from exportkit.geometry.measures import areas, centroids
from exportkit.geometry.shapes import SHAPE_COLUMNS, Shapes, shapes_of
from exportkit.geometry.wkb import wkb_array

__all__ = ["add_geometry"]

Columns = dict[str, pa.Array]
_SIZES = ("width", "height")
_FRACTIONS = ("left_fraction", "top_fraction", "width_fraction", "height_fraction")


def add_geometry(
    objects: Any, what: Sequence[str] = ("area", "centroid", "wkb"), *, data_rows: Any = None
) -> pa.Table:
    """Return rows of `objects` with columns that are computed from their shapes.

    Parameters
    ----------
    objects : pyarrow.Table, or anything with ``__arrow_c_stream__``
        Rows of the table `objects`, in any number and order.
    what : sequence of {"area", "centroid", "fractions", "wkb"}
        What to add. ``area``: one column, in square units of `coordinate_unit`. ``centroid``: `centroid_x`
        and `centroid_y`, the centre of mass in the unit of the coordinates. ``fractions``: `left_fraction`,
        `top_fraction`, `width_fraction`, `height_fraction` of a box, 0 to 1 of its asset or page. ``wkb``:
        the shape as well-known binary.
    data_rows : pyarrow.Table, or anything with ``__arrow_c_stream__``, optional
        The table `data_rows`, which knows how large an asset is; ``fractions`` needs it.

    Returns
    -------
    pyarrow.Table
        The same rows in the same order, with the new columns at the end. They are null where the kind has no
        such thing: masks and text have none, points and lines no area, only boxes fractions. Shapes in
        GeoJSON have their WKB, and neither area nor centroid: degrees are no length.

    Raises
    ------
    TableError
        A column is missing that is needed for it.
    ValueError
        `what` names something else, or ``fractions`` is asked for without `data_rows`.

    Examples
    --------
    >>> import exportkit
    >>> objects = exportkit.read_table("export.ndjson", "objects")
    >>> exportkit.add_geometry(objects, ["area", "centroid"]).column_names[-3:]
    ['area', 'centroid_x', 'centroid_y']

    Notes
    -----
    Coordinates of images grow downwards; no shape is turned over. An image that is shown turned (EXIF) is not
    turned back. Memory: some hundred bytes a point, for all rows at once.
    """
    makers: Mapping[str, Callable[[pa.Table, Shapes], Columns]] = {
        "area": lambda _, shapes: {"area": _numbers(areas(shapes))},
        "centroid": lambda _, shapes: _centroid(shapes),
        "fractions": lambda table, _: _fractions(table, data_rows),
        "wkb": lambda table, shapes: {"wkb": _wkb(table, shapes)},
    }
    for one in what:
        if one not in makers:
            near = get_close_matches(one, makers, n=1)
            raise ValueError(f"there is no {one!r}; did you mean {(near or [', '.join(makers)])[0]}?")
    if "fractions" in what and data_rows is None:
        raise ValueError("fractions need data_rows, which knows how large an asset is")
    table = _taken(objects, [*SHAPE_COLUMNS, *(["geojson"] if "wkb" in what else [])], "objects")
    shapes = shapes_of(table)
    for one in what:
        for name, column in makers[one](table, shapes).items():
            table = table.append_column(name, column)
    return table


def _taken(rows: Any, needed: Sequence[str], table: str) -> pa.Table:
    found = rows if isinstance(rows, pa.Table) else pa.table(rows)
    for name in needed:
        if name not in found.column_names:
            raise TableError(
                f"the rows of {table} have no column {name!r}", hint="it is needed for the geometry"
            )
    return found


def _numbers(values: Any) -> pa.Array:
    return pa.array(values, mask=np.isnan(values))


def _centroid(shapes: Shapes) -> Columns:
    x, y = centroids(shapes)
    return {"centroid_x": _numbers(x), "centroid_y": _numbers(y)}


def _wkb(objects: pa.Table, shapes: Shapes) -> pa.Array:
    """Return the WKB of each shape, and of each GeoJSON text where there is no shape."""
    found = wkb_array(shapes)
    if objects["geojson"].null_count == len(objects):
        return found
    texts = objects["geojson"].to_pylist()
    on_globe = [None if text is None else located(text) for text in texts]
    return pc.coalesce(found, pa.array([None if one is None else one.wkb for one in on_globe], pa.binary()))


def _fractions(objects: pa.Table, data_rows: Any) -> Columns:
    known = _taken(data_rows, ["export_id", "line", *_SIZES], "data_rows")
    table = _taken(objects, ["export_id", "line", "coordinate_unit", "page_width", "page_height"], "objects")
    rows = _matching(table, known)
    unit = table["coordinate_unit"].combine_chunks()
    found = []
    for side, page in zip(_SIZES, ("page_width", "page_height"), strict=True):
        asset = known[side].combine_chunks().cast(pa.float64()).take(rows)
        size = pc.if_else(pc.equal(unit, "px"), asset, pc.if_else(pc.equal(unit, "pt"), table[page], None))
        found.append(pc.if_else(pc.greater(size, 0), size, None))
    width, height = found
    sides = (("bbox_left", width), ("bbox_top", height), ("bbox_width", width), ("bbox_height", height))
    return {name: pc.divide(table[side], size) for name, (side, size) in zip(_FRACTIONS, sides, strict=True)}


def _matching(objects: pa.Table, data_rows: pa.Table) -> pa.Array:
    """Return for each object the row of `data_rows` that its line became; null where there is none."""
    names = pa.chunked_array([*data_rows["export_id"].chunks, *objects["export_id"].chunks], pa.string())
    codes = names.combine_chunks().dictionary_encode().indices.to_numpy().astype(np.int64)
    lines = np.concatenate([data_rows["line"].to_numpy(), objects["line"].to_numpy()])
    keys = codes * (lines.max(initial=0) + 1) + lines
    known = len(data_rows)
    return pc.index_in(pa.array(keys[known:]), pa.array(keys[:known]))
