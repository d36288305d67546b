"""What users call: convert an export to files, or read tables out of it."""

from __future__ import annotations

from exportkit.api.files import start, to_arrow, to_parquet, upgrade
from exportkit.api.tables import iter_batches, open_reader, read_table, schema

__all__ = [
    "iter_batches",
    "open_reader",
    "read_table",
    "schema",
    "start",
    "to_arrow",
    "to_parquet",
    "upgrade",
]
