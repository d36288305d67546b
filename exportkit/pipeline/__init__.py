"""The corridor: the only place that knows the order of the rooms.

read → split → decode → flatten → batch, and on to write.
"""

from __future__ import annotations

from exportkit.pipeline.memory_limits import sizes_for
from exportkit.pipeline.oddities import warn_of_oddities, warned
from exportkit.pipeline.old_exports import upgrade_source
from exportkit.pipeline.options import MAX_REJECTS, OnBadRow, Options, make_options
from exportkit.pipeline.running import batches
from exportkit.pipeline.worker_counts import choose_workers
from exportkit.pipeline.workers import can_fork
from exportkit.pipeline.writing import write_lake
from exportkit.read import SourceLike

__all__ = [
    "MAX_REJECTS",
    "OnBadRow",
    "Options",
    "SourceLike",
    "batches",
    "can_fork",
    "choose_workers",
    "make_options",
    "sizes_for",
    "upgrade_source",
    "warn_of_oddities",
    "warned",
    "write_lake",
]
