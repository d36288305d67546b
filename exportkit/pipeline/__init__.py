"""The corridor: the only place that knows the order of the rooms.

read → split → decode → flatten → batch, and on to write.
"""

from __future__ import annotations

from exportkit.pipeline.options import MAX_REJECTS, OnBadRow, Options, make_options
from exportkit.pipeline.running import SourceLike, batches
from exportkit.pipeline.writing import write_lake

__all__ = ["MAX_REJECTS", "OnBadRow", "Options", "SourceLike", "batches", "make_options", "write_lake"]
