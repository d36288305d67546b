"""The corridor: the only place that knows the order of the rooms.

read → split → decode → flatten → batch, and on to write.
"""

from __future__ import annotations

from exportkit.pipeline.oddities import warn_of_oddities, warned
from exportkit.pipeline.old_exports import upgrade_source
from exportkit.pipeline.options import (
    MAX_COMPRESSION_RATIO,
    MAX_REJECTS,
    OnBadRow,
    Options,
    choose_workers,
    make_options,
)
from exportkit.pipeline.running import batches
from exportkit.pipeline.workers import can_fork
from exportkit.pipeline.writing import write_lake
from exportkit.read import SourceLike

__all__ = [
    "MAX_COMPRESSION_RATIO",
    "MAX_REJECTS",
    "OnBadRow",
    "Options",
    "SourceLike",
    "batches",
    "can_fork",
    "choose_workers",
    "make_options",
    "upgrade_source",
    "warn_of_oddities",
    "warned",
    "write_lake",
]
