"""Writing a lake: the batches of a conversion into part files, published as a whole."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from exportkit import pipeline
from exportkit.batch import arrow_schema
from exportkit.pipeline.assignment import Assignment
from exportkit.pipeline.options import Options
from exportkit.pipeline.running import ProgressTeller, batches
from exportkit.pipeline.spool import Spool
from exportkit.pipeline.units import splits_of_source, units_of_source
from exportkit.read import OpenedSource, SourceLike, open_sources
from exportkit.report import Progress, Report
from exportkit.tables import TABLES, Column
from exportkit.write import (
    ColumnHint,
    EncodingThread,
    FormatName,
    Hints,
    LakeWriter,
    Mode,
    PartFile,
    WriteOptions,
    open_destination,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from exportkit.pipeline.workers import WorkerPool

__all__ = ["SELECTION_KEY", "hints_of", "schemas_of", "write_lake"]

#: Columns of unique ids that people look single rows up by.
LOOKED_UP = frozenset({"data_row_id", "global_key", "label_id", "feature_id"})
#: This thread and the one that encodes have nothing else to do by then.
CLOSING_THREADS = 2

#: Columns that mostly go up from row to row.
RISING = frozenset({"line", "frame", "byte_offset"})

#: Where the files of the table ``rejects`` keep the record of what was chosen.
SELECTION_KEY = b"choice"

Tell = Callable[[Progress], None]


def write_lake(
    source: SourceLike,
    destination: str | os.PathLike[str],
    options: Options,
    write_options: WriteOptions,
    *,
    format: FormatName,  # noqa: A002 - the word users know
    mode: Mode,
    workers: int,
    progress: Tell | None = None,
) -> Report:
    """Convert `source` into part files of every wanted table; all of them appear at the end, or none."""
    with open_destination(destination, schemas=schemas_of(options), mode=mode, format=format) as lake:
        assignment = Assignment(lake.staging, hints_of(options), options, write_options)
        if workers == 1:
            report, parts = _write_alone(source, assignment, progress)
        else:
            report, parts = _write_together(source, assignment, progress, workers)
        parts = lake.publish(parts)
    report.files = [part.path for part in parts]
    report.output_bytes = sum(part.bytes for part in parts)
    return report


def _write_alone(
    source: SourceLike, assignment: Assignment, tell: Tell | None
) -> tuple[Report, list[PartFile]]:
    """Convert in this process; the files are encoded on a thread beside it."""
    report = Report()
    writer = LakeWriter(
        assignment.staging,
        hints=assignment.hints,
        options=assignment.write_options,
        closing_threads=CLOSING_THREADS,
    )
    with EncodingThread(writer) as sink:
        keep_raw = partial(writer.write_raw, "rejects")
        found = batches(source, assignment.options, report, tell, encoded=True, keep_raw=keep_raw)
        for name, batch in found:
            sink.write(name, batch)
        return report, sink.close()


def _write_together(
    source: SourceLike, assignment: Assignment, tell: Tell | None, workers: int
) -> tuple[Report, list[PartFile]]:
    """Convert in worker processes, each with part files of its own."""
    started = time.perf_counter()
    options = assignment.options
    sources, export_ids = [], []
    with Spool() as spool, pipeline.WorkerPool(workers, assignment) as pool:
        teller = ProgressTeller(tell, pool.counts, started)
        found = open_sources(
            source, export_id=options.export_id, max_compression_ratio=options.max_compression_ratio
        )
        for opened in found:
            with opened:
                teller.begin(opened)
                sources.append(opened.source.uri)
                export_ids.append(opened.source.export_id)
                for _ in _hand_out(opened, pool, spool, teller, options=options, workers=workers):
                    options.check_rejects(pool.counts)
                    teller.step(opened)
                teller.end(opened)
        for _ in pool.drain():
            options.check_rejects(pool.counts)
        teller.finish()
        report, parts = pool.finish()
    report.sources, report.export_ids = sources, export_ids
    options.check_rejects(report)
    report.seconds = time.perf_counter() - started
    return report, parts


def _hand_out(
    opened: OpenedSource,
    pool: WorkerPool,
    spool: Spool,
    teller: ProgressTeller,
    *,
    options: Options,
    workers: int,
) -> Iterator[None]:
    """Let the workers convert one source; yields whenever one of them has told something."""
    splits = splits_of_source(opened, workers)
    if splits is None:
        named, pieces = units_of_source(opened, options, spool)
        yield from pool.hand_out(pieces, named)
        return
    # How far a source is that workers read themselves is what they have converted: nothing else goes on.
    yield from pool.drain()
    before = pool.counts.input_bytes
    for _ in chain(pool.hand_out(splits, opened.source), pool.drain()):
        teller.converted_bytes = pool.counts.input_bytes - before
        yield
    opened.check_unchanged()


def schemas_of(options: Options) -> dict[str, pa.Schema]:
    """Return the schemas of the wanted tables; that of ``rejects`` says what the lake was made with."""
    schemas = {name: arrow_schema(name, columns) for name, columns in options.columns.items()}
    record = options.selection.fingerprint
    if record and "rejects" in schemas:
        plain = schemas["rejects"]
        schemas["rejects"] = plain.with_metadata({**plain.metadata, SELECTION_KEY: record.to_bytes()})
    return schemas


def hints_of(options: Options) -> dict[str, Hints]:
    """Return what is worth writing beside each column of the wanted tables."""
    return {name: {one.name: hint_of(one, name) for one in TABLES[name].columns} for name in options.columns}


def hint_of(column: Column, table: str) -> ColumnHint:
    """Return what is worth writing beside one column."""
    unique = not column.repeats and column.name in LOOKED_UP
    return ColumnHint(
        dictionary=column.repeats,
        statistics=not column.wide,
        bloom=unique and table in {"data_rows", "labels"},
        rises=column.name in RISING,
    )
