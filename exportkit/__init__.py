"""exportkit: Labelbox exports become fourteen typed tables.

The front door. It names what is public and loads nothing: each name is fetched from the module that
holds it when it is first used, so that ``import exportkit`` brings in no pyarrow, numpy, polars or msgspec.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exportkit._on_first_use import on_first_use
from exportkit._version import __version__

if TYPE_CHECKING:
    from exportkit.api import iter_batches, open_reader, read_table, schema, to_arrow, to_parquet, upgrade
    from exportkit.errors import (
        DecodeError,
        ExportkitError,
        ExportkitWarning,
        FlattenError,
        MissingDependencyError,
        ReadError,
        RowError,
        SplitError,
        TableError,
        WriteError,
    )
    from exportkit.geometry import add_geometry, write_geoparquet
    from exportkit.inspection import Inspection, inspect_export
    from exportkit.lake_views import Lake, lake
    from exportkit.rebuild import RebuildReport, to_ndjson
    from exportkit.report import Report
    from exportkit.scanning import TableReader, scan
    from exportkit.select import Filters, Params

__all__ = [
    "DecodeError",
    "ExportkitError",
    "ExportkitWarning",
    "Filters",
    "FlattenError",
    "Inspection",
    "Lake",
    "MissingDependencyError",
    "Params",
    "ReadError",
    "RebuildReport",
    "Report",
    "RowError",
    "SplitError",
    "TableError",
    "TableReader",
    "WriteError",
    "__version__",
    "add_geometry",
    "inspect_export",
    "iter_batches",
    "lake",
    "open_reader",
    "read_table",
    "scan",
    "schema",
    "to_arrow",
    "to_ndjson",
    "to_parquet",
    "upgrade",
    "write_geoparquet",
]

# Public name -> module that holds it. A name here never equals a module's name (`exportkit.scan` cannot be
# both): importing the module would put it in the name's place.
_HOMES = {
    "DecodeError": "exportkit.errors",
    "ExportkitError": "exportkit.errors",
    "ExportkitWarning": "exportkit.errors",
    "Filters": "exportkit.select",
    "FlattenError": "exportkit.errors",
    "Inspection": "exportkit.inspection",
    "Lake": "exportkit.lake_views",
    "MissingDependencyError": "exportkit.errors",
    "Params": "exportkit.select",
    "ReadError": "exportkit.errors",
    "RebuildReport": "exportkit.rebuild",
    "Report": "exportkit.report",
    "RowError": "exportkit.errors",
    "SplitError": "exportkit.errors",
    "TableError": "exportkit.errors",
    "TableReader": "exportkit.scanning",
    "WriteError": "exportkit.errors",
    "add_geometry": "exportkit.geometry",
    "inspect_export": "exportkit.inspection",
    "iter_batches": "exportkit.api",
    "lake": "exportkit.lake_views",
    "open_reader": "exportkit.api",
    "read_table": "exportkit.api",
    "scan": "exportkit.scanning",
    "schema": "exportkit.api",
    "to_arrow": "exportkit.api",
    "to_ndjson": "exportkit.rebuild",
    "to_parquet": "exportkit.api",
    "upgrade": "exportkit.api",
    "write_geoparquet": "exportkit.geometry",
}


if not TYPE_CHECKING:  # where it is seen, every misspelt name passes the type checker
    __getattr__ = on_first_use(globals(), _HOMES)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
