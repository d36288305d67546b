"""Geometry: what can be computed from the shapes of `objects`, when somebody asks for it.

Takes rows of the table `objects`; gives areas, centroids, boxes as fractions of the asset, WKB and
GeoParquet files. Knows numpy and Arrow; no projections, and no geometry library.
"""

from __future__ import annotations

from exportkit.geometry.columns import add_geometry
from exportkit.geometry.geoparquet import write_geoparquet

__all__ = ["add_geometry", "write_geoparquet"]
