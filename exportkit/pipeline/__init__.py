"""The corridor: the only place that knows the order of the rooms.

read → split → decode → flatten → batch, and on to write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exportkit._on_first_use import on_first_use

if TYPE_CHECKING:
    from exportkit.pipeline.assignment import can_fork
    from exportkit.pipeline.memory_limits import sizes_for
    from exportkit.pipeline.old_exports import upgrade_source
    from exportkit.pipeline.options import (
        MAX_COMPRESSION_RATIO,
        MAX_REJECTS,
        OnBadRow,
        Options,
        make_options,
    )
    from exportkit.pipeline.run_warnings import warn_of, warned
    from exportkit.pipeline.running import batches
    from exportkit.pipeline.worker_counts import choose_workers
    from exportkit.pipeline.workers import WorkerPool
    from exportkit.pipeline.writing import write_lake
    from exportkit.read import SourceLike

__all__ = [
    "MAX_COMPRESSION_RATIO",
    "MAX_REJECTS",
    "OnBadRow",
    "Options",
    "SourceLike",
    "WorkerPool",
    "batches",
    "can_fork",
    "choose_workers",
    "make_options",
    "sizes_for",
    "upgrade_source",
    "warn_of",
    "warned",
    "write_lake",
]

_HOMES = {
    "MAX_COMPRESSION_RATIO": "exportkit.pipeline.options",
    "MAX_REJECTS": "exportkit.pipeline.options",
    "OnBadRow": "exportkit.pipeline.options",
    "Options": "exportkit.pipeline.options",
    "SourceLike": "exportkit.read",
    "WorkerPool": "exportkit.pipeline.workers",
    "batches": "exportkit.pipeline.running",
    "can_fork": "exportkit.pipeline.assignment",
    "choose_workers": "exportkit.pipeline.worker_counts",
    "make_options": "exportkit.pipeline.options",
    "sizes_for": "exportkit.pipeline.memory_limits",
    "upgrade_source": "exportkit.pipeline.old_exports",
    "warn_of": "exportkit.pipeline.run_warnings",
    "warned": "exportkit.pipeline.run_warnings",
    "write_lake": "exportkit.pipeline.writing",
}

if not TYPE_CHECKING:
    __getattr__ = on_first_use(globals(), _HOMES)
