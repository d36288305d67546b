"""Lake runs: an export becomes part files of every wanted table, which become visible together."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from msgspec.structs import replace

from exportkit.batch import arrow_schema
from exportkit.commit import committer_for
from exportkit.errors import ReadError, TableError, Wording
from exportkit.options import FormatName, Mode
from exportkit.pipeline.batch_iterator import convert_sources
from exportkit.pipeline.conversion_options import Options
from exportkit.pipeline.line_spool import Spool
from exportkit.pipeline.run_monitor import RunMonitor
from exportkit.pipeline.units import (
    Unit,
    begun,
    met_of,
    opened_sources,
    refuse_nothing_read,
    splits_of_source,
)
from exportkit.pipeline.worker_process import Assignment
from exportkit.read import OpenedSource, SourceLike
from exportkit.report import Report, ReportBuilder
from exportkit.tables import TABLES, Column
from exportkit.write import (
    ColumnHint,
    EncodingThread,
    Hints,
    LakeWriter,
    PartFile,
    WriteOptions,
)

if TYPE_CHECKING:
    import pyarrow as pa

    from exportkit.pipeline.worker_pool import WorkerPool
    from exportkit.place import Source
    from exportkit.split import Split

__all__ = ["SELECTION_KEY", "hints_of", "schemas_of", "write_lake"]

#: Columns of unique ids that people look single rows up by.
LOOKED_UP = frozenset({"data_row_id", "global_key", "label_id", "feature_id"})
#: This thread and the one that encodes have nothing else to do by then.
CLOSING_THREADS = 2

#: Columns that mostly go up from row to row.
RISING = frozenset({"line", "frame", "byte_offset"})

#: Where the files of the table ``rejects`` keep the record of what was selected.
SELECTION_KEY = b"choice"


def write_lake(
    source: SourceLike,
    destination: str | os.PathLike[str],
    options: Options,
    write_options: WriteOptions,
    monitor: RunMonitor | None = None,
    *,
    format: FormatName,  # noqa: A002 - the word users know
    mode: Mode,
    workers: int,
) -> Report:
    """Convert `source` into part files of every wanted table; all of them appear at the end, or none."""
    monitor = monitor or RunMonitor()
    monitor.begin()
    committer = committer_for(destination)
    with committer.begin(schemas=schemas_of(options), mode=mode, format=format) as transaction:
        assignment = Assignment(transaction.staging, hints_of(options), options, write_options)
        if workers == 1:
            report, parts = _write_alone(source, assignment, monitor)
        else:
            report, parts = _write_together(source, assignment, monitor, workers)
        if mode == "overwrite" and transaction.has_parts():
            _refuse_no_row(report)
        monitor.commit(report)
        parts = transaction.commit(parts)
    return replace(
        report,
        files=tuple(part.path for part in parts),
        output_bytes=sum(part.bytes for part in parts),
        seconds=monitor.seconds,
    )


def _refuse_no_row(report: Report) -> None:
    """Keep what is no export, such as an error of the platform, from taking the place of tables.

    Raises
    ------
    ReadError
        There were lines, and none of them could become a row.
    """
    if report.bad_lines and not report.data_rows and not report.filtered:
        raise ReadError(
            f"no line could become a row; the first: {report.first_rejects[0]}",
            hint=Wording(
                "the tables stay as they were: without {mode:overwrite}, at another destination, "
                "the lines become its rejects"
            ),
        )


def _write_alone(
    source: SourceLike, assignment: Assignment, monitor: RunMonitor
) -> tuple[Report, list[PartFile]]:
    """Convert in this process; the files are encoded on a thread beside it."""
    counts = ReportBuilder()
    writer = LakeWriter(
        assignment.staging,
        hints=assignment.hints,
        options=assignment.write_options,
        closing_threads=CLOSING_THREADS,
    )
    with EncodingThread(writer) as sink:
        keep_raw = partial(writer.write_raw, "rejects")
        made = convert_sources(source, assignment.options, counts, monitor, encoded=True, keep_raw=keep_raw)
        with closing(made):
            for name, batch in made:
                sink.write(name, batch)
        return counts.report(), sink.close()


def _write_together(
    source: SourceLike, assignment: Assignment, monitor: RunMonitor, workers: int
) -> tuple[Report, list[PartFile]]:
    """Convert in worker processes, each with part files of its own."""
    from exportkit.pipeline.worker_pool import WorkerPool  # noqa: PLC0415 - multiprocessing, for workers alone

    options = assignment.options
    read = ReportBuilder()
    met = met_of(options, read)
    with (
        Spool() as spool,
        WorkerPool(workers, assignment) as pool,
        monitor.stopping(pool.kill),
        closing(opened_sources(source, options, monitor, met)) as found,
    ):
        monitor.counts = pool.counts
        for opened in found:
            splits: Iterator[Split] | None = None
            work: tuple[Source, Iterator[Unit]] | None = None
            with met.refusing(opened.source.uri):
                splits = splits_of_source(opened, workers)
                work = None if splits else begun(opened, options, spool, monitor, met)
            if splits is None and work is None:
                continue
            read.sources.append(opened.source.uri)
            read.export_ids.append(opened.source.export_id)
            for _ in _hand_out(opened, splits, work, pool, monitor):
                options.check_rejects(pool.counts)
        for _ in pool.drain():
            options.check_rejects(pool.counts)
            monitor.check()
        refuse_nothing_read(read)
        if read.sources:
            monitor.report()
        report, parts = pool.finish()
    options.check_rejects(report)
    named = ("sources", "export_ids", "bad_sources", "passed_over")
    return replace(report, **{name: tuple(getattr(read, name)) for name in named}), parts


def _hand_out(
    opened: OpenedSource,
    splits: Iterator[Split] | None,
    work: tuple[Source, Iterator[Unit]] | None,
    pool: WorkerPool,
    monitor: RunMonitor,
) -> Iterator[None]:
    """Let the workers convert one source; yields whenever one of them has reported something."""
    if splits is None and work is not None:
        named, units = work
        for _ in pool.hand_out(units, named):
            monitor.step(opened.stored_bytes_read)
            yield
        monitor.close_source(opened.stored_bytes_read)
        return
    # How far a source is that workers read themselves is what they have converted: nothing else goes on.
    assert splits is not None  # noqa: S101 - a source is one or the other
    yield from pool.drain()
    before = pool.counts.input_bytes
    for _ in chain(pool.hand_out(splits, opened.source), pool.drain()):
        monitor.step(pool.counts.input_bytes - before)
        yield
    opened.check_unchanged()
    monitor.close_source(pool.counts.input_bytes - before)


def schemas_of(options: Options) -> dict[str, pa.Schema]:
    """Return the schemas of the wanted tables; that of ``rejects`` records what was selected.

    Raises
    ------
    TableError
        No column is asked for of a table: hardly any reader takes a file without columns.
    """
    for name, columns in options.columns.items():
        if not columns:
            raise TableError(
                f"no column is asked for of table {name!r}, and a file has at least one",
                hint=Wording("leave the table out of {tables}"),
            )
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
