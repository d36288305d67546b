"""Shapes: boxes, vertices and points of `objects` as shapely geometries.

Takes columns of `objects`, gives one geometry per row. Does not read GeoJSON.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import shapely

__all__ = ["Geometries", "Shapes", "shapes_of", "wkb_array"]

Geometries = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_BOX = ("bbox_left", "bbox_top", "bbox_width", "bbox_height")
_FEWEST_LINE_POINTS = 2
_FEWEST_POLYGON_POINTS = 3


class Shapes(NamedTuple):
    """The shapes of some rows.

    Attributes
    ----------
    geometries : array of shapely.Geometry or None
        The shape of each row; None where a row has none.
    is_polygon : array of bool
        Whether a row is a box or a polygon, which have an area.
    is_short : array of bool
        Whether a line has one vertex, or a polygon one or two. Its geometry is then the line from the first
        vertex to the last: it has the right centroid, and is no shape to hand out.
    """

    geometries: Geometries
    is_polygon: Flags
    is_short: Flags

    def areas(self) -> Floats:
        """Return the area of each box and polygon; NaN for all else."""
        return np.where(self.is_polygon, shapely.area(self.geometries), np.nan)

    def centroids(self) -> tuple[Floats, Floats]:
        """Return x and y of each centre of mass; NaN where there is no shape.

        A polygon without a surface counts as the line around it, a line without a length as its point.
        """
        found = shapely.centroid(self.geometries)
        return shapely.get_x(found), shapely.get_y(found)

    def whole(self) -> Geometries:
        """Return the geometries, with None for shapes of too few vertices."""
        found = self.geometries.copy()
        found[self.is_short] = None
        return found


def shapes_of(objects: pa.Table) -> Shapes:
    """Return the shapes of rows of `objects`: a box, else vertices, else a point.

    A box, a list of vertices or a point with a coordinate that is no finite number counts as missing.
    """
    boxes, single = _floats(objects, *_BOX), _floats(objects, "point_x", "point_y")
    lengths, vertices = _vertices(objects)
    rows = np.repeat(np.arange(len(lengths)), lengths)
    has_box = _all_finite(boxes)
    has_vertices = (lengths > 0) & ~has_box
    has_vertices[rows[~_all_finite(vertices)]] = False
    has_point = _all_finite(single) & ~has_box & ~has_vertices
    is_line = has_vertices & _is_line(objects)
    is_short = has_vertices & (lengths < np.where(is_line, _FEWEST_LINE_POINTS, _FEWEST_POLYGON_POINTS))

    is_ring = has_vertices & ~is_line & ~is_short
    found = np.full(len(lengths), None)
    found[has_box] = _polygons_of(boxes[has_box])
    found[has_point] = shapely.points(single[has_point])
    ends = np.cumsum(lengths)[is_short]
    first_and_last = np.stack([vertices[ends - lengths[is_short]], vertices[ends - 1]], axis=1)
    found[is_short] = shapely.linestrings(first_and_last)
    for chosen, make in ((is_line & ~is_short, shapely.linestrings), (is_ring, shapely.linearrings)):
        taken = np.repeat(chosen, lengths)
        make(vertices[taken], indices=rows[taken], out=found)  # closes rings that are open
    found[is_ring] = shapely.polygons(found[is_ring])
    return Shapes(found, has_box | (has_vertices & ~is_line), is_short)


def wkb_array(geometries: Geometries, otherwise: Geometries | None = None) -> pa.Array:
    """Return geometries as little-endian WKB; rows without one get that of `otherwise`, or null."""
    found = (
        geometries if otherwise is None else np.where(shapely.is_missing(geometries), otherwise, geometries)
    )
    return pa.array(shapely.to_wkb(found, byte_order=1).tolist(), pa.binary())


def _vertices(objects: pa.Table) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return the number of vertices of each row, and x and y of all vertices."""
    lists = objects["vertices"].combine_chunks()
    lengths = pc.list_value_length(lists).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    points = lists.flatten()
    xy = [pc.struct_field(points, name).to_numpy(zero_copy_only=False) for name in ("x", "y")]
    return lengths, np.column_stack(xy).astype(np.float64, copy=False)


def _polygons_of(boxes: Floats) -> Geometries:
    """Return boxes as polygons: left top, right top, right bottom, left bottom, left top."""
    left, top, width, height = boxes.T
    right, bottom = left + width, top + height
    corners = np.stack([left, top, right, top, right, bottom, left, bottom, left, top], axis=1)
    numbers = np.arange(len(boxes) + 1)
    # Twice as fast as `shapely.polygons`, which makes an object of each ring.
    found: Geometries = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, corners.reshape(-1, 2), (numbers * 5, numbers)
    )
    return found


def _is_line(objects: pa.Table) -> Flags:
    """Return whether the kind of each row is one of a line."""
    kinds = objects["annotation_kind"].combine_chunks().dictionary_encode()
    known = [_is_line_kind(kind) for kind in kinds.dictionary.to_pylist()]
    found: Flags = np.array([*known, False])[kinds.indices.fill_null(-1).to_numpy()]
    return found


def _is_line_kind(kind: str) -> bool:
    """Return whether vertices of this annotation kind make a line, and not a polygon."""
    return kind.lower().endswith(("line", "path"))


def _floats(objects: pa.Table, *names: str) -> Floats:
    """Return columns of numbers side by side, with NaN for null."""
    return np.column_stack([objects[name].to_numpy().astype(np.float64) for name in names])


def _all_finite(values: Any) -> Flags:
    found: Flags = np.isfinite(values).all(axis=1)
    return found
