"""Scanning: one table of an export as something to read when it is needed, as often as it is needed.

Takes a source and what makes batches of it; gives `TableReader` (any Arrow consumer) and `scan` (a polars
LazyFrame). Knows streams that can be read once; does not know how batches are made.
"""

from __future__ import annotations

from exportkit.scanning.passes import Passes
from exportkit.scanning.scans import scan
from exportkit.scanning.table_reader import TableReader

__all__ = ["Passes", "TableReader", "scan"]
