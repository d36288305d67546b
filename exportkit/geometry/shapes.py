"""Shapes: boxes, points, polygons and polylines of `objects` as runs of coordinates.

Takes columns of `objects`, gives one run of x and one of y for all rows, with what each row's points are.
GeoJSON is not looked at.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["LINE", "NOTHING", "POINT", "POLYGON", "SHAPE_COLUMNS", "Floats", "Ints", "Shapes", "shapes_of"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

#: What a row's points are; the numbers are those of WKB.
NOTHING, POINT, LINE, POLYGON = 0, 1, 2, 3
_BOX = ("bbox_left", "bbox_top", "bbox_width", "bbox_height")
#: What `shapes_of` reads.
SHAPE_COLUMNS = ("annotation_kind", *_BOX, "point_x", "point_y", "vertices")


@dataclass(frozen=True, slots=True)
class Shapes:
    """The shapes of some rows.

    Attributes
    ----------
    kinds : array of int
        `NOTHING`, `POINT`, `LINE` or `POLYGON`, a row.
    counts : array of int
        Points of each row.
    x, y : array of float
        All points, row after row; a polygon's first point is not repeated at its end, unless it was given so.
    """

    kinds: Ints
    counts: Ints
    x: Floats
    y: Floats

    @property
    def starts(self) -> Ints:
        """Where each row's points begin."""
        return np.cumsum(self.counts) - self.counts

    @property
    def rows(self) -> Ints:
        """Row of each point."""
        return np.repeat(np.arange(len(self.counts)), self.counts)


def shapes_of(objects: pa.Table) -> Shapes:
    """Return the shapes of rows of `objects`: a box, else vertices, else a point."""
    lists = objects["vertices"].combine_chunks()
    lengths = pc.list_value_length(lists).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    has_box = _valid(objects, *_BOX)
    has_point = _valid(objects, "point_x", "point_y") & ~has_box & (lengths == 0)
    has_vertices = (lengths > 0) & ~has_box
    counts = np.where(has_box, 4, np.where(has_vertices, lengths, has_point)).astype(np.int64)
    kinds = np.full(len(counts), NOTHING, dtype=np.int64)
    kinds[has_point] = POINT
    kinds[has_box] = POLYGON
    kinds[has_vertices] = np.where(_is_line(objects)[has_vertices], LINE, POLYGON)
    x, y = np.empty(counts.sum()), np.empty(counts.sum())
    starts = np.cumsum(counts) - counts
    _put_boxes(objects, has_box, starts, x, y)
    _put_vertices(lists, np.repeat(has_vertices, counts), np.repeat(has_vertices, lengths), x, y)
    x[starts[has_point]] = _floats(objects, "point_x")[has_point]
    y[starts[has_point]] = _floats(objects, "point_y")[has_point]
    return Shapes(kinds, counts, x, y)


def _put_boxes(objects: pa.Table, has_box: Any, starts: Ints, x: Floats, y: Floats) -> None:
    """Write the corners of boxes: left top, right top, right bottom, left bottom."""
    left, top, width, height = (_floats(objects, name)[has_box] for name in _BOX)
    first = starts[has_box]
    for corner, (is_right, is_bottom) in enumerate(((0, 0), (1, 0), (1, 1), (0, 1))):
        x[first + corner] = left + width * is_right
        y[first + corner] = top + height * is_bottom


def _put_vertices(lists: Any, wanted: Any, taken: Any, x: Floats, y: Floats) -> None:
    points = lists.flatten()
    x[wanted] = pc.struct_field(points, "x").to_numpy(zero_copy_only=False)[taken]
    y[wanted] = pc.struct_field(points, "y").to_numpy(zero_copy_only=False)[taken]


def _is_line(objects: pa.Table) -> Any:
    kinds = objects["annotation_kind"]
    ends = pc.or_(
        pc.ends_with(kinds, "line", ignore_case=True), pc.ends_with(kinds, "path", ignore_case=True)
    )
    return ends.fill_null(fill_value=False).to_numpy().astype(bool)


def _valid(objects: pa.Table, *names: str) -> Any:
    return np.logical_and.reduce([objects[name].is_valid().to_numpy() for name in names])


def _floats(objects: pa.Table, name: str) -> Floats:
    found: Floats = objects[name].to_numpy().astype(np.float64)
    return found
