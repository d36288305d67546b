"""GeoJSON: texts of single geometries as shapely geometries.

Takes JSON text as the column `geojson` has it: a geometry, or a feature that has one. Gives None for all
else, geometry collections included. Does not know projections: GeoJSON is longitude and latitude.

shapely refuses open rings, and positions that have heights in one place and not in another. The structs
below read a text leniently; shapely gets it written again with two numbers per position and closed rings.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from itertools import chain
from operator import or_
from typing import Annotated, Any

import msgspec
import numpy as np
import shapely
from msgspec import Meta, Struct

from exportkit.geometry.shapes import Geometries

__all__ = ["Extent", "geometries_of"]

_FEWEST_RING_POSITIONS = 4


class _Position(Struct, array_like=True, gc=False):
    x: float
    y: float


_Positions = Annotated[list[_Position], Meta(min_length=1)]
_Line = Annotated[list[_Position], Meta(min_length=2)]
_Ring = Annotated[list[_Position], Meta(min_length=3)]
_Rings = Annotated[list[_Ring], Meta(min_length=1)]
_COORDINATES = {
    "Point": _Position,
    "LineString": _Line,
    "Polygon": _Rings,
    "MultiPoint": _Positions,
    "MultiLineString": Annotated[list[_Line], Meta(min_length=1)],
    "MultiPolygon": Annotated[list[_Rings], Meta(min_length=1)],
}
_GEOMETRIES = [
    msgspec.defstruct(kind, [("coordinates", held)], tag_field="type", tag=kind)
    for kind, held in _COORDINATES.items()
]
_Geometry: Any = reduce(or_, _GEOMETRIES)
_Feature = msgspec.defstruct("Feature", [("geometry", _Geometry)], tag_field="type", tag="Feature")
# Lax: a number that is written as a string counts as a number.
_DECODER = msgspec.json.Decoder(_Geometry | _Feature, strict=False)


def geometries_of(texts: Iterable[str | None]) -> Geometries:
    """Return the geometry of each GeoJSON text, in two dimensions; None for what is no geometry."""
    plain = np.array([None if text is None else _plain(text) for text in texts], dtype=object)
    found: Geometries = shapely.from_geojson(plain, on_invalid="ignore")
    return found


def _plain(text: str) -> str | None:
    """Return the geometry of a text as GeoJSON without heights and open rings."""
    try:
        found: Any = _DECODER.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    geometry = getattr(found, "geometry", found)
    for ring in _rings(geometry):
        if ring[0] != ring[-1]:
            ring.append(ring[0])
        if len(ring) < _FEWEST_RING_POSITIONS:
            return None
    return msgspec.json.encode(geometry).decode()


def _rings(geometry: Any) -> Iterable[list[_Position]]:
    kind, coordinates = type(geometry).__name__, geometry.coordinates
    if kind == "MultiPolygon":
        return chain.from_iterable(coordinates)
    return coordinates if kind == "Polygon" else ()


class Extent:
    """The types of some geometries, and the box around them.

    Attributes
    ----------
    kinds : set of str
        GeoJSON types, such as ``MultiPolygon``.
    bounds : tuple of float or None
        West, south, east, north of all positions, those of holes included; None without a position.
    """

    def __init__(self) -> None:
        self.kinds: set[str] = set()
        self.bounds: tuple[float, ...] | None = None

    def add(self, geometries: Geometries) -> None:
        """Extend it by some geometries; None counts as no geometry."""
        self.kinds.update(one.geom_type for one in geometries if one is not None)
        positions = shapely.get_coordinates(geometries)
        if self.bounds is not None:
            positions = np.concatenate([positions, np.reshape(self.bounds, (2, 2))])
        if len(positions):
            self.bounds = (*positions.min(axis=0).tolist(), *positions.max(axis=0).tolist())
