"""The pipeline: the only place that knows the order of the stages.

read → split → decode → flatten → batch, and on to write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from exportkit._on_first_use import on_first_use

if TYPE_CHECKING:
    from exportkit.pipeline.batch_iterator import BatchIterator, batches, split_batches
    from exportkit.pipeline.conversion import Conversion
    from exportkit.pipeline.conversion_options import Options, make_options
    from exportkit.pipeline.lake_run import SELECTION_KEY, hints_of, schemas_of, write_lake
    from exportkit.pipeline.old_exports import upgrade_source
    from exportkit.pipeline.resources import can_fork, choose_workers, sizes_for
    from exportkit.pipeline.run_monitor import RunMonitor
    from exportkit.pipeline.runs import Run
    from exportkit.pipeline.units import Unit, splits_of_source
    from exportkit.pipeline.worker_pool import WorkerPool
    from exportkit.read import SourceLike

__all__ = [
    "SELECTION_KEY",
    "BatchIterator",
    "Conversion",
    "Options",
    "Run",
    "RunMonitor",
    "SourceLike",
    "Unit",
    "WorkerPool",
    "batches",
    "can_fork",
    "choose_workers",
    "hints_of",
    "make_options",
    "schemas_of",
    "sizes_for",
    "split_batches",
    "splits_of_source",
    "upgrade_source",
    "write_lake",
]

_HOMES = {
    "SELECTION_KEY": "exportkit.pipeline.lake_run",
    "BatchIterator": "exportkit.pipeline.batch_iterator",
    "Conversion": "exportkit.pipeline.conversion",
    "Options": "exportkit.pipeline.conversion_options",
    "Run": "exportkit.pipeline.runs",
    "RunMonitor": "exportkit.pipeline.run_monitor",
    "SourceLike": "exportkit.read",
    "Unit": "exportkit.pipeline.units",
    "WorkerPool": "exportkit.pipeline.worker_pool",
    "batches": "exportkit.pipeline.batch_iterator",
    "can_fork": "exportkit.pipeline.resources",
    "choose_workers": "exportkit.pipeline.resources",
    "hints_of": "exportkit.pipeline.lake_run",
    "make_options": "exportkit.pipeline.conversion_options",
    "schemas_of": "exportkit.pipeline.lake_run",
    "sizes_for": "exportkit.pipeline.resources",
    "split_batches": "exportkit.pipeline.batch_iterator",
    "splits_of_source": "exportkit.pipeline.units",
    "upgrade_source": "exportkit.pipeline.old_exports",
    "write_lake": "exportkit.pipeline.lake_run",
}

if not TYPE_CHECKING:
    __getattr__ = on_first_use(globals(), _HOMES)
