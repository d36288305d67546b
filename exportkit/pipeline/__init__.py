"""The pipeline: the only place that knows the order of the stages.

read → split → decode → flatten → batch, and on to write.
"""

from __future__ import annotations

from exportkit._on_first_use import on_first_use

with on_first_use(globals()):
    from exportkit.pipeline.batch_iterator import BatchIterator as BatchIterator
    from exportkit.pipeline.batch_iterator import batches as batches
    from exportkit.pipeline.batch_iterator import split_batches as split_batches
    from exportkit.pipeline.conversion import Conversion as Conversion
    from exportkit.pipeline.conversion_options import Options as Options
    from exportkit.pipeline.conversion_options import make_options as make_options
    from exportkit.pipeline.lake_batches import lake_schema as lake_schema
    from exportkit.pipeline.lake_batches import refuse_conversion as refuse_conversion
    from exportkit.pipeline.lake_run import SELECTION_KEY as SELECTION_KEY
    from exportkit.pipeline.lake_run import hints_of as hints_of
    from exportkit.pipeline.lake_run import schemas_of as schemas_of
    from exportkit.pipeline.lake_run import write_lake as write_lake
    from exportkit.pipeline.old_exports import upgrade_source as upgrade_source
    from exportkit.pipeline.resources import can_fork as can_fork
    from exportkit.pipeline.resources import choose_workers as choose_workers
    from exportkit.pipeline.resources import sizes_for as sizes_for
    from exportkit.pipeline.run_monitor import RunMonitor as RunMonitor
    from exportkit.pipeline.runs import Run as Run
    from exportkit.pipeline.units import Unit as Unit
    from exportkit.pipeline.units import splits_of_source as splits_of_source
    from exportkit.pipeline.worker_pool import WorkerPool as WorkerPool
    from exportkit.read import SourceLike as SourceLike
