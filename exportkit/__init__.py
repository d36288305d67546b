"""exportkit: Labelbox exports become fourteen typed tables.

The front door. It names what is public and loads nothing: each name is fetched from the module that
holds it when it is first used, so that ``import exportkit`` brings in no pyarrow, numpy, polars or msgspec.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exportkit._on_first_use import on_first_use
from exportkit._version import __version__

if TYPE_CHECKING:
    from exportkit.api import (
        iter_batches,
        open_reader,
        read_table,
        schema,
        start,
        to_arrow,
        to_parquet,
        upgrade,
    )
    from exportkit.errors import (
        CancelledError,
        DecodeError,
        ExportkitError,
        ExportkitWarning,
        FlattenError,
        MissingDependencyError,
        OptionError,
        ReadError,
        RowError,
        SplitError,
        TableError,
        WriteError,
    )
    from exportkit.events import Progress
    from exportkit.geometry import add_geometry, write_geoparquet
    from exportkit.inspection import Inspection, inspect_export
    from exportkit.lake_views import Lake, lake
    from exportkit.options import Filters, Params
    from exportkit.pipeline import BatchIterator, Run
    from exportkit.rebuild import RebuildReport, to_ndjson
    from exportkit.rejects import Cause, Causes, ReplayReport, causes_of, replay
    from exportkit.report import Report
    from exportkit.scanning import TableReader, scan

__all__ = [
    "BatchIterator",
    "CancelledError",
    "Cause",
    "Causes",
    "DecodeError",
    "ExportkitError",
    "ExportkitWarning",
    "Filters",
    "FlattenError",
    "Inspection",
    "Lake",
    "MissingDependencyError",
    "OptionError",
    "Params",
    "Progress",
    "ReadError",
    "RebuildReport",
    "ReplayReport",
    "Report",
    "RowError",
    "Run",
    "SplitError",
    "TableError",
    "TableReader",
    "WriteError",
    "__version__",
    "add_geometry",
    "causes_of",
    "inspect_export",
    "iter_batches",
    "lake",
    "open_reader",
    "read_table",
    "replay",
    "scan",
    "schema",
    "start",
    "to_arrow",
    "to_ndjson",
    "to_parquet",
    "upgrade",
    "write_geoparquet",
]

# Public name -> module that holds it. A name here never equals a module's name (`exportkit.scan` cannot be
# both): importing the module would put it in the name's place.
_HOMES = {
    "BatchIterator": "exportkit.pipeline",
    "CancelledError": "exportkit.errors",
    "Cause": "exportkit.rejects",
    "Causes": "exportkit.rejects",
    "DecodeError": "exportkit.errors",
    "ExportkitError": "exportkit.errors",
    "ExportkitWarning": "exportkit.errors",
    "Filters": "exportkit.options",
    "FlattenError": "exportkit.errors",
    "Inspection": "exportkit.inspection",
    "Lake": "exportkit.lake_views",
    "MissingDependencyError": "exportkit.errors",
    "OptionError": "exportkit.errors",
    "Params": "exportkit.options",
    "Progress": "exportkit.events",
    "ReadError": "exportkit.errors",
    "RebuildReport": "exportkit.rebuild",
    "ReplayReport": "exportkit.rejects",
    "Report": "exportkit.report",
    "RowError": "exportkit.errors",
    "Run": "exportkit.pipeline",
    "SplitError": "exportkit.errors",
    "TableError": "exportkit.errors",
    "TableReader": "exportkit.scanning",
    "WriteError": "exportkit.errors",
    "add_geometry": "exportkit.geometry",
    "causes_of": "exportkit.rejects",
    "inspect_export": "exportkit.inspection",
    "iter_batches": "exportkit.api",
    "lake": "exportkit.lake_views",
    "open_reader": "exportkit.api",
    "read_table": "exportkit.api",
    "replay": "exportkit.rejects",
    "scan": "exportkit.scanning",
    "schema": "exportkit.api",
    "start": "exportkit.api",
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
