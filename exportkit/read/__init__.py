"""Read: the inputs that a user names become blocks of decompressed bytes.

Takes a path, URL or stream, several of them, or rows in memory; gives each as an `OpenedSource` with its
blocks, and byte ranges of a file. Knows files, object stores, the web and compression; does not know where
lines end.
"""

from __future__ import annotations

from exportkit.read.locations import read_range
from exportkit.read.opened import OpenedSource
from exportkit.read.rows_in_memory import ROWS_URI, is_row
from exportkit.read.sources import STANDARD_INPUT, Met, SourceLike, files_read_by, open_sources, stored_sizes

__all__ = [
    "ROWS_URI",
    "STANDARD_INPUT",
    "Met",
    "OpenedSource",
    "SourceLike",
    "files_read_by",
    "is_row",
    "open_sources",
    "read_range",
    "stored_sizes",
]
