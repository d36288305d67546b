"""WKB: shapes as well-known binary, little-endian, two dimensions, all rows at once.

Takes shapes, gives an Arrow array of binary. Built in one buffer: headers and points are put where
they belong.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from exportkit.geometry.shapes import LINE, POLYGON, Ints, Shapes

__all__ = ["wkb_array"]

Bytes = npt.NDArray[np.uint8]
# Bytes before the points: byte order and kind; then the number of points, for polygons after that of rings.
_HEADER_BYTES = np.array([0, 5, 9, 13])
_POINT_BYTES = 16
_FEWEST_POINTS = np.array([0, 1, 2, 3])


def wkb_array(shapes: Shapes) -> pa.Array:
    """Return the shapes as WKB: null for nothing, lines of one point and polygons of fewer than three.

    Rings are closed: the first point of a polygon is repeated at its end unless it was given so.
    """
    is_shape = (shapes.kinds > 0) & (shapes.counts >= _FEWEST_POINTS[shapes.kinds])
    kinds = np.where(is_shape, shapes.kinds, 0)
    is_open = (kinds == POLYGON) & _ends_elsewhere(shapes)
    points = np.where(is_shape, shapes.counts, 0) + is_open
    sizes = _HEADER_BYTES[kinds] + points * _POINT_BYTES
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    data = np.zeros(offsets[-1], dtype=np.uint8)
    _put_headers(data, offsets[:-1], kinds, points)
    _put_points(data, offsets[:-1] + _HEADER_BYTES[kinds], shapes, is_shape, is_open)
    array = pa.Array.from_buffers(
        pa.large_binary(), len(sizes), [None, pa.py_buffer(offsets.astype(np.int64)), pa.py_buffer(data)]
    )
    return pc.if_else(pa.array(is_shape), array, None).cast(pa.binary())


def _ends_elsewhere(shapes: Shapes) -> npt.NDArray[np.bool_]:
    found = np.zeros(len(shapes.counts), dtype=bool)
    filled = np.flatnonzero(shapes.counts)
    first = shapes.starts[filled]
    last = first + shapes.counts[filled] - 1
    found[filled] = (shapes.x[first] != shapes.x[last]) | (shapes.y[first] != shapes.y[last])
    return found


def _put_headers(data: Bytes, starts: Ints, kinds: Ints, points: Ints) -> None:
    used = kinds > 0
    data[starts[used]] = 1  # little-endian
    data[starts[used] + 1] = kinds[used]
    data[starts[kinds == POLYGON] + 5] = 1  # one ring
    for kind, at in ((LINE, 5), (POLYGON, 9)):
        chosen = kinds == kind
        _put(data, starts[chosen] + at, points[chosen].astype("<u4").view(np.uint8).reshape(-1, 4))


def _put_points(
    data: Bytes, starts: Ints, shapes: Shapes, is_shape: npt.NDArray[np.bool_], is_open: npt.NDArray[np.bool_]
) -> None:
    rows = shapes.rows
    within = np.arange(len(rows)) - shapes.starts[rows]
    coordinates = (
        np.stack([shapes.x, shapes.y], axis=1).astype("<f8").view(np.uint8).reshape(-1, _POINT_BYTES)
    )
    kept = is_shape[rows]
    _put(data, (starts[rows] + within * _POINT_BYTES)[kept], coordinates[kept])
    again = np.flatnonzero(is_open)
    _put(data, starts[again] + shapes.counts[again] * _POINT_BYTES, coordinates[shapes.starts[again]])


def _put(data: Bytes, at: Ints, values: Bytes) -> None:
    data[at[:, None] + np.arange(values.shape[1])] = values
