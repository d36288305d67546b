"""GeoJSON: the text of one geometry becomes WKB and its bounds.

Takes JSON text as the column `geojson` has it, gives None for what is no geometry. Heights are left out;
rings are closed. Does not know projections: GeoJSON is longitude and latitude.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

__all__ = ["Located", "located"]

_RING_POINTS = 4
_LINE_POINTS = 2


class Located(NamedTuple):
    """One geometry on the globe: its GeoJSON type, its WKB, and west, south, east, north."""

    kind: str
    wkb: bytes
    bounds: tuple[float, float, float, float]


def located(text: str) -> Located | None:
    """Return the geometry of a GeoJSON text: a geometry, or a feature that has one; None for all else."""
    try:
        found = msgspec.json.decode(text)
        if found["type"] == "Feature":
            found = found["geometry"]
        kind, coordinates = found["type"], found["coordinates"]
        points: list[npt.NDArray[np.float64]] = []
        wkb = _WRITERS[kind](coordinates, points)
    except (msgspec.DecodeError, KeyError, TypeError, ValueError, IndexError):
        return None
    if not points:
        return None
    everywhere = np.concatenate(points)
    west, south = everywhere.min(axis=0)
    east, north = everywhere.max(axis=0)
    return Located(kind, wkb, (float(west), float(south), float(east), float(north)))


def _header(code: int, count: int | None = None) -> bytes:
    return struct.pack("<BI", 1, code) if count is None else struct.pack("<BII", 1, code, count)


def _positions(
    coordinates: Any, points: list[npt.NDArray[np.float64]], *, fewest: int
) -> npt.NDArray[np.float64]:
    found = np.array([position[:2] for position in coordinates], dtype="<f8").reshape(-1, 2)
    if len(found) < fewest or not np.isfinite(found).all():
        raise ValueError("too few positions, or one that is no number")
    points.append(found)
    return found


def _point(coordinates: Any, points: list[npt.NDArray[np.float64]]) -> bytes:
    return _header(1) + _positions([coordinates], points, fewest=1).tobytes()


def _line(coordinates: Any, points: list[npt.NDArray[np.float64]]) -> bytes:
    found = _positions(coordinates, points, fewest=_LINE_POINTS)
    return _header(2, len(found)) + found.tobytes()


def _polygon(coordinates: Any, points: list[npt.NDArray[np.float64]]) -> bytes:
    rings = []
    for ring in coordinates:
        found = _positions(ring, points, fewest=_RING_POINTS - 1)
        if (found[0] != found[-1]).any():
            found = np.concatenate([found, found[:1]])
        if len(found) < _RING_POINTS:
            raise ValueError("a ring of fewer than three points")
        rings.append(struct.pack("<I", len(found)) + found.tobytes())
    if not rings:
        raise ValueError("a polygon without a ring")
    return _header(3, len(rings)) + b"".join(rings)


_Writer = Callable[[Any, list[npt.NDArray[np.float64]]], bytes]


def _several(code: int, write: _Writer) -> _Writer:
    def written(coordinates: Any, points: list[npt.NDArray[np.float64]]) -> bytes:
        return _header(code, len(coordinates)) + b"".join(write(one, points) for one in coordinates)

    return written


_WRITERS: dict[str, _Writer] = {
    "Point": _point,
    "LineString": _line,
    "Polygon": _polygon,
    "MultiPoint": _several(4, _point),
    "MultiLineString": _several(5, _line),
    "MultiPolygon": _several(6, _polygon),
}
