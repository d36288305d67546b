"""The way back: the tables of a lake become the lines of an Export V2 again.

Takes a directory of part files, gives NDJSON: every line in its place, built from the typed columns, with
what had no column merged back under its own path. Knows tables and files; knows no line before it is built.
"""

from __future__ import annotations

from exportkit.rebuild.line_writer import RebuildReport
from exportkit.rebuild.rebuilding import to_ndjson

__all__ = ["RebuildReport", "to_ndjson"]
