"""What journeys share: bytes in, tables out, in memory or through files, and inputs to try."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
from msgspec.structs import replace

import exportkit
from exportkit.batch import arrow_schema
from exportkit.pipeline import Options, batches, make_options
from exportkit.report import Report
from exportkit.tables import TABLES
from oracle import Tables, rows_of_batches, tables_of_export

__all__ = [
    "COMPRESSED",
    "EXAMPLE",
    "INPUTS",
    "arrow_tables",
    "expected",
    "rows_and_report",
    "rows_of",
    "tables_cut",
    "tables_of",
    "written_tables",
]

ROOT = Path(__file__).parents[2]
#: The export that is shipped: a little of everything.
EXAMPLE = (ROOT / "examples" / "export.ndjson").read_bytes()
#: Whole files: that one, and samples where there are any.
INPUTS = [
    ROOT / "examples" / "export.ndjson",
    *sorted((ROOT.parent / "shared" / "samples").glob("*/*.ndjson")),
]
COMPRESSED: dict[str, Callable[[bytes], bytes]] = {
    "plain": bytes,
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
}


def rows_of(data: bytes, **asked: Any) -> Tables:
    """Return the rows of all tables of an export in memory."""
    return rows_and_report(data, **asked)[0]


def rows_and_report(data: bytes, **asked: Any) -> tuple[Tables, Report]:
    """Return the rows of all tables of an export in memory, and what was counted."""
    asked = {"export_id": "e", "max_rejects": None, **asked}
    batches = exportkit.iter_batches(io.BytesIO(data), **asked)
    return rows_of_batches(batches), batches.report


def expected(data: bytes) -> Tables:
    """Return the rows that plain reading gives for the same."""
    return tables_of_export(data, export_id="e", source_uri="stream:")


def arrow_tables(source: Any, **asked: Any) -> dict[str, pa.Table]:
    """Return all tables of an export."""
    return _gathered(exportkit.iter_batches(source, **{"max_rejects": None, **asked}))


def tables_cut(data: bytes, **sizes: Any) -> dict[str, pa.Table]:
    """Return all tables of an export that was converted in units of these sizes."""
    return tables_of(io.BytesIO(data), replace(make_options(export_id="e", max_rejects=None), **sizes))


def tables_of(source: Any, options: Options) -> dict[str, pa.Table]:
    """Return all tables of what `source` names."""
    return _gathered(batches(source, options))


def _gathered(found: Any) -> dict[str, pa.Table]:
    held: dict[str, list[pa.RecordBatch]] = {name: [] for name in TABLES}
    for name, batch in found:
        batch.validate(full=True)
        held[name].append(batch)
    return {name: pa.Table.from_batches(some, arrow_schema(name)) for name, some in held.items()}


def written_tables(lake: Path, read: Callable[[Path], pa.Table]) -> dict[str, pa.Table]:
    """Return the tables of a lake, its part files read by `read` in the order of their names."""
    return {
        name: pa.concat_tables([read(path) for path in sorted((lake / name).iterdir())]) for name in TABLES
    }
