"""Lake batches: a lake where a source is asked for gives the rows that it holds.

Takes the directory of a lake and the options of a conversion; gives the same pairs of table and record batch
that an export gives, and counts them. Rows are as they were written: options that say how an export is
converted are refused.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import closing

import pyarrow as pa

from exportkit.batch import arrow_schema
from exportkit.commit import read_lake
from exportkit.errors import OptionError, Wording
from exportkit.lakes import Snapshot, TableParts, open_part, refuse_unknown_columns
from exportkit.pipeline.conversion_options import Options, make_options
from exportkit.pipeline.run_monitor import RunMonitor
from exportkit.report import ReportBuilder
from exportkit.select import Selection

__all__ = ["convert_lake", "lake_schema", "refuse_conversion"]

#: Options of a conversion that say nothing of rows that are there already.
_OF_EXPORTS = ("on_bad_row", "on_bad_source", "max_rejects", "max_compression_ratio", "export_id")


def lake_schema(lake: str, options: Options, table: str) -> pa.Schema:
    """Return the schema in which `convert_lake` gives a table.

    Raises
    ------
    OptionError, TableError, ReadError
        As `convert_lake`.
    """
    refuse_conversion(options)
    return _schema(read_lake(lake).table(table), options.columns[table])


def convert_lake(
    lake: str, options: Options, counts: ReportBuilder, monitor: RunMonitor
) -> Generator[tuple[str, pa.RecordBatch], None, None]:
    """Return the wanted columns of the wanted tables, one table after the other, in the order of writing.

    Raises
    ------
    OptionError
        An option says how an export is converted.
    TableError
        The lake does not hold a table or a column. All tables are wanted where none is named: then those that
        it holds.
    ReadError
        A part is damaged.
    """
    refuse_conversion(options)
    return _drawn(lake, options, counts, monitor)


def _drawn(
    lake: str, options: Options, counts: ReportBuilder, monitor: RunMonitor
) -> Generator[tuple[str, pa.RecordBatch], None, None]:
    monitor.begin()
    monitor.counts = counts
    snapshot = read_lake(lake)
    counts.sources.append(snapshot.shown)
    counts.data_rows, counts.rejects = (_rows_in(snapshot, name) for name in ("data_rows", "rejects"))
    counts.lines = counts.data_rows + counts.rejects
    is_whole = options.columns == make_options().columns
    for table, columns in options.columns.items():
        if is_whole and table not in snapshot.tables:
            continue
        parts = snapshot.table(table)
        counts.rows[table] = 0
        for batch in parts.batches(_schema(parts, columns), batch_rows=options.batch_rows):
            monitor.check()
            counts.rows[table] += batch.num_rows
            if batch.num_rows:
                _name_exports(batch, counts)
                yield table, batch


def _name_exports(batch: pa.RecordBatch, counts: ReportBuilder) -> None:
    """Count the exports that rows came from, where the rows say so."""
    if "export_id" in batch.schema.names:
        found = batch["export_id"].unique().to_pylist()
        counts.export_ids += [one for one in found if one not in counts.export_ids]


def _schema(parts: TableParts, columns: Sequence[str]) -> pa.Schema:
    """Return the wanted columns in their declared types; where all are wanted, those that the lake holds."""
    there = parts.read_schema()
    declared = arrow_schema(parts.table)
    if (*columns,) == (*declared.names,):
        columns = there.names
    refuse_unknown_columns(parts.table, columns, there)
    fields = [declared.field(one) if one in declared.names else there.field(one) for one in columns]
    return pa.schema(fields, metadata=declared.metadata)


def _rows_in(snapshot: Snapshot, table: str) -> int:
    rows = 0
    for part in snapshot.parts.get(table, ()):
        with closing(open_part(part.path)) as reader:
            rows += sum(reader.chunk_rows)
    return rows


def refuse_conversion(options: Options) -> None:
    """Make sure that no option says how an export is converted; `OptionError` for the first that does."""
    usual = make_options()
    chosen = [name for name in _OF_EXPORTS if getattr(options, name) != getattr(usual, name)]
    text = "a lake is converted already: {option} is for an export"
    if chosen:
        name = chosen[0]
        raise OptionError(
            name, Wording(text.replace("option", name)), hint="leave it out, or read the export"
        )
    if options.selection != Selection():
        asked = str(options.selection.fingerprint)
        problem = text.format(option=asked)
        raise OptionError(asked, problem, hint="select among the rows that come out, or read the export")
