"""Read: what a user names becomes blocks of decompressed bytes.

Takes a path, URL, stream, or several; gives each as an `OpenedSource` with its blocks, and byte ranges of
one. Knows files, object stores, the web and compression; knows no newlines.
"""

from __future__ import annotations

from exportkit.read.compression import MAX_COMPRESSION_RATIO
from exportkit.read.locations import read_range
from exportkit.read.opened import OpenedSource
from exportkit.read.sources import STANDARD_INPUT, SourceLike, open_sources, stored_sizes

__all__ = [
    "MAX_COMPRESSION_RATIO",
    "STANDARD_INPUT",
    "OpenedSource",
    "SourceLike",
    "open_sources",
    "read_range",
    "stored_sizes",
]
