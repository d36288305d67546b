"""Measures: area and centroid of shapes, in the unit of their coordinates, all rows at once."""

from __future__ import annotations

import numpy as np

from exportkit.geometry.shapes import LINE, NOTHING, POLYGON, Floats, Ints, Shapes

__all__ = ["areas", "centroids"]


def areas(shapes: Shapes) -> Floats:
    """Return the area that each polygon encloses; NaN for what is no polygon."""
    origin_x, origin_y, following = _moved(shapes)
    doubled = _sums(shapes, origin_x * origin_y[following] - origin_x[following] * origin_y)
    return np.where(shapes.kinds == POLYGON, np.abs(doubled) / 2, np.nan)


def centroids(shapes: Shapes) -> tuple[Floats, Floats]:
    """Return x and y of each centre of mass: of a polygon's surface, a line's length; NaN for nothing.

    A polygon without a surface is taken for the line around it, a line without a length for its points.
    """
    x, y, following = _moved(shapes)
    cross = x * y[following] - x[following] * y
    length = np.hypot(x[following] - x, y[following] - y)
    length[_last_points(shapes)[shapes.kinds[_filled(shapes)] == LINE]] = 0  # a line does not come back
    surface, way = _sums(shapes, cross), _sums(shapes, length)
    found = []
    for values, start in ((x, shapes.x), (y, shapes.y)):
        ahead = values[following]
        by_surface = _over(_sums(shapes, (values + ahead) * cross), 3 * surface)
        by_way = _over(_sums(shapes, (values + ahead) * length), 2 * way)
        by_points = _over(_sums(shapes, values), shapes.counts.astype(np.float64))
        centre = np.where(
            (shapes.kinds == POLYGON) & (surface != 0), by_surface, np.where(way > 0, by_way, by_points)
        )
        found.append(np.where(shapes.kinds == NOTHING, np.nan, centre + _firsts(shapes, start)))
    return found[0], found[1]


def _moved(shapes: Shapes) -> tuple[Floats, Floats, Ints]:
    """Return x and y from each row's first point, and which point follows each.

    Near zero the products below keep their digits.
    """
    rows = shapes.rows
    following = np.arange(1, len(rows) + 1)
    following[_last_points(shapes)] = shapes.starts[_filled(shapes)]
    return shapes.x - _firsts(shapes, shapes.x)[rows], shapes.y - _firsts(shapes, shapes.y)[rows], following


def _filled(shapes: Shapes) -> Ints:
    return np.flatnonzero(shapes.counts)


def _last_points(shapes: Shapes) -> Ints:
    filled = _filled(shapes)
    return shapes.starts[filled] + shapes.counts[filled] - 1


def _firsts(shapes: Shapes, values: Floats) -> Floats:
    found = np.zeros(len(shapes.counts))
    filled = _filled(shapes)
    found[filled] = values[shapes.starts[filled]]
    return found


def _sums(shapes: Shapes, values: Floats) -> Floats:
    found: Floats = np.bincount(shapes.rows, weights=values, minlength=len(shapes.counts)).astype(np.float64)
    return found


def _over(above: Floats, below: Floats) -> Floats:
    return np.divide(above, below, out=np.zeros_like(above), where=below != 0)
