"""The corridor: the only place that knows the order of the rooms.

read → split → decode → flatten → batch, and on to write.
"""

from __future__ import annotations

from exportkit._on_first_use import on_first_use

with on_first_use(globals()):
    from exportkit.pipeline.assignment import can_fork as can_fork
    from exportkit.pipeline.memory_limits import sizes_for as sizes_for
    from exportkit.pipeline.old_exports import upgrade_source as upgrade_source
    from exportkit.pipeline.options import MAX_COMPRESSION_RATIO as MAX_COMPRESSION_RATIO
    from exportkit.pipeline.options import MAX_REJECTS as MAX_REJECTS
    from exportkit.pipeline.options import OnBadRow as OnBadRow
    from exportkit.pipeline.options import Options as Options
    from exportkit.pipeline.options import make_options as make_options
    from exportkit.pipeline.run_warnings import warn_of as warn_of
    from exportkit.pipeline.run_warnings import warned as warned
    from exportkit.pipeline.running import batches as batches
    from exportkit.pipeline.worker_counts import choose_workers as choose_workers
    from exportkit.pipeline.workers import WorkerPool as WorkerPool
    from exportkit.pipeline.writing import write_lake as write_lake
    from exportkit.read import SourceLike as SourceLike
