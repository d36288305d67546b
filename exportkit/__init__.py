"""exportkit: Labelbox exports become fourteen typed tables.

The public face. It names what is public and loads nothing: each name is fetched from the module that
holds it on first use, so that ``import exportkit`` brings in no pyarrow, numpy, polars or msgspec.
"""

from __future__ import annotations

from exportkit._on_first_use import on_first_use

with on_first_use(globals()):
    from exportkit._version import __version__ as __version__
    from exportkit.api import iter_batches as iter_batches
    from exportkit.api import open_reader as open_reader
    from exportkit.api import read_table as read_table
    from exportkit.api import schema as schema
    from exportkit.api import start as start
    from exportkit.api import to_arrow as to_arrow
    from exportkit.api import to_parquet as to_parquet
    from exportkit.api import upgrade as upgrade
    from exportkit.errors import CancelledError as CancelledError
    from exportkit.errors import DecodeError as DecodeError
    from exportkit.errors import ExportkitError as ExportkitError
    from exportkit.errors import ExportkitWarning as ExportkitWarning
    from exportkit.errors import FlattenError as FlattenError
    from exportkit.errors import MissingDependencyError as MissingDependencyError
    from exportkit.errors import OptionError as OptionError
    from exportkit.errors import ReadError as ReadError
    from exportkit.errors import RowError as RowError
    from exportkit.errors import SplitError as SplitError
    from exportkit.errors import TableError as TableError
    from exportkit.errors import UnknownNameError as UnknownNameError
    from exportkit.errors import WriteError as WriteError
    from exportkit.events import Progress as Progress
    from exportkit.geometry import add_geometry as add_geometry
    from exportkit.geometry import write_geoparquet as write_geoparquet
    from exportkit.inspection import Inspection as Inspection
    from exportkit.inspection import inspect_export as inspect_export
    from exportkit.lake_views import Lake as Lake
    from exportkit.lake_views import lake as lake
    from exportkit.options import Filters as Filters
    from exportkit.options import Params as Params
    from exportkit.pipeline import BatchIterator as BatchIterator
    from exportkit.pipeline import Run as Run
    from exportkit.rebuild import RebuildReport as RebuildReport
    from exportkit.rebuild import to_ndjson as to_ndjson
    from exportkit.rejects import Cause as Cause
    from exportkit.rejects import Causes as Causes
    from exportkit.rejects import ReplayReport as ReplayReport
    from exportkit.rejects import causes_of as causes_of
    from exportkit.rejects import replay as replay
    from exportkit.report import Report as Report
    from exportkit.scanning import TableReader as TableReader
    from exportkit.scanning import scan as scan
