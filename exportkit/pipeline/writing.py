"""Writing a lake: the batches of a conversion into part files, published as a whole."""

from __future__ import annotations

import os
from collections.abc import Callable

from exportkit.batch import arrow_schema
from exportkit.pipeline.options import Options
from exportkit.pipeline.running import SourceLike, batches
from exportkit.report import Progress, Report
from exportkit.tables import TABLES, Column
from exportkit.write import (
    ColumnHint,
    EncodingThread,
    FormatName,
    Hints,
    LakeWriter,
    Mode,
    WriteOptions,
    open_destination,
)

__all__ = ["write_lake"]

#: Columns of unique ids that people look single rows up by.
LOOKED_UP = frozenset({"data_row_id", "global_key", "label_id", "feature_id"})


def write_lake(
    source: SourceLike,
    destination: str | os.PathLike[str],
    options: Options,
    write_options: WriteOptions,
    *,
    format: FormatName,  # noqa: A002 - the word users know
    mode: Mode,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Convert `source` into part files of every wanted table; all of them appear at the end, or none."""
    report = Report()
    schemas = {name: arrow_schema(name, columns) for name, columns in options.columns.items()}
    hints = {name: hints_of(name) for name in schemas}
    with open_destination(destination, schemas=schemas, mode=mode, format=format) as lake:
        writer = LakeWriter(lake.staging, hints=hints, options=write_options)
        with EncodingThread(writer) as sink:
            for name, batch in batches(source, options, report, progress):
                sink.write(name, batch)
            parts = lake.publish(sink.close())
    report.files = [part.path for part in parts]
    report.output_bytes = sum(part.bytes for part in parts)
    return report


def hints_of(table: str) -> Hints:
    """Return what is worth writing beside each column of a table."""
    return {column.name: hint_of(column, table) for column in TABLES[table].columns}


def hint_of(column: Column, table: str) -> ColumnHint:
    """Return what is worth writing beside one column."""
    unique = not column.repeats and column.name in LOOKED_UP
    return ColumnHint(
        dictionary=column.repeats, statistics=not column.wide, bloom=unique and table in {"data_rows", "labels"}
    )
