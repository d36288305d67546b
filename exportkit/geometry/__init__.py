"""Geometry: areas, centroids, box fractions, WKB and GeoParquet files, computed when somebody asks for them.

Takes rows of the table `objects`. Needs shapely (the extra ``geometry``), which is imported by the first
call. Does not know projections.
"""

from __future__ import annotations

from exportkit.geometry.computed_columns import add_geometry
from exportkit.geometry.geoparquet import write_geoparquet

__all__ = ["add_geometry", "write_geoparquet"]
