"""Lake views: what exportkit wrote, opened to be read and queried.

Takes the directory of a lake; gives its tables as Arrow and polars have them, and through DuckDB SQL over
them and ready views. Does not know exports; writes nothing.
"""

from __future__ import annotations

from exportkit.lake_views.opened_lake import Lake, lake

__all__ = ["Lake", "lake"]
