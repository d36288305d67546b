"""The stage `write`: record batches become part files, out of readers' sight.

Takes a staging, pyarrow schemas and batches; gives whole files that wait in the staging until their run is
committed. Knows one format per module; does not know rows, JSON, or what makes a run visible.
"""

from __future__ import annotations

from exportkit.lakes import PartFile, Staging
from exportkit.options import FormatName
from exportkit.write.encoding_thread import EncodingThread
from exportkit.write.formats import FORMATS
from exportkit.write.lake_writer import BatchSink, LakeWriter
from exportkit.write.parallel import side_by_side
from exportkit.write.part_writer import PartWriter
from exportkit.write.write_options import ColumnHint, Hints, WriteOptions

__all__ = [
    "FORMATS",
    "BatchSink",
    "ColumnHint",
    "EncodingThread",
    "FormatName",
    "Hints",
    "LakeWriter",
    "PartFile",
    "PartWriter",
    "Staging",
    "WriteOptions",
    "side_by_side",
]
