"""Rebuilding: a merge over all tables of a lake in the order of exports and lines.

Takes a lake and a destination; gives the lines and a report. Reads every part from front to back, once for
its keys and once for its rows, and holds one batch of each part that is being read.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Unpack

from exportkit.commit import read_lake
from exportkit.errors import ReadError
from exportkit.lakes import Snapshot, open_part
from exportkit.options import FileOptions, complete, takes
from exportkit.place import Place
from exportkit.rebuild.line_destinations import DestinationLike, open_sink
from exportkit.rebuild.line_writer import LineReader, RebuildReport, write_line
from exportkit.rebuild.sorted_runs import Exports, Key, SortedRun, sorted_runs_of
from exportkit.rebuild.streams import TableStream
from exportkit.rebuild.table_rows import columns_to_read
from exportkit.tables import TABLES

__all__ = ["to_ndjson"]

#: Rows of each part that are held at a time.
BATCH_ROWS = 2_048
#: Rows of one line and table that are held in memory.
MAX_LINE_ROWS = 50_000


@takes(FileOptions)
def to_ndjson(
    lake: str | os.PathLike[str],
    destination: DestinationLike,
    *,
    export_id: str | None = None,
    include_rejects: bool = False,
    batch_rows: int = BATCH_ROWS,
    max_line_rows: int = MAX_LINE_ROWS,
    **options: Unpack[FileOptions],
) -> RebuildReport:
    """Write the lines of an Export V2 from the tables of a lake.

    Lines are in the order of their input; several inputs are in the order in which the lake's parts name
    them. A line holds what the tables hold: a changed value in a column is a changed value in the line.
    Otherwise it is the line that was converted, with these differences:

    - nulls and empty containers may be missing or added; numbers, timestamps and key frame maps may be
      spelled in another way;
    - a relationship that also stood among the objects stands only in its own array;
    - a field that both performance objects held stands only in the older one;
    - a line that came from Export V1 is the Export V2 line that it was upgraded to.

    Parameters
    ----------
    lake : str or path
        Directory with all tables, as `to_parquet` or `to_arrow` wrote it; another program may have rewritten
        its parts.
    destination : str, path or binary stream
        A file, which appears when it is complete, and is compressed where its name ends in ``.gz``,
        ``.zst``, ``.bz2`` or ``.xz``; ``"-"`` for standard output; or a stream.
    export_id : str, optional
        Write the lines of this input only.
    include_rejects : bool
        Write rejected lines too, byte for byte, in their places.
    batch_rows : int
        Rows of each part that are held at a time, at least 1.
    max_line_rows : int
        Rows of one line and table that are held in memory; a line with more goes through temporary files.
    **options : FileOptions
        As `exportkit.options` declares them.

    Returns
    -------
    RebuildReport
        Counts of lines, of bytes, and of the rows that were left out.

    Raises
    ------
    FileNotFoundError
        There is no such directory.
    ReadError
        The directory is no lake, a table or part is missing or damaged, or the lake has no such export.
    TableError
        A column holds something else than its declaration says, or a line is in the lake twice.
    WriteError
        The destination cannot be written, is there already, or lies in the lake.
    ValueError
        `batch_rows` is below 1, or `max_line_rows` is below 0.

    Notes
    -----
    Memory: one batch of each part that is being read, and the rows of one line. A line with more than
    `max_line_rows` rows in a table takes about 100 bytes per row, and the rows that are written at once:
    those of the data row itself, the relationships of one label, the questions on that label itself, and one
    frame.
    """
    started = time.perf_counter()
    if batch_rows < 1:
        raise ValueError(f"batch_rows must be 1 or more, not {batch_rows}")
    if max_line_rows < 0:
        raise ValueError(f"max_line_rows must be 0 or more, not {max_line_rows}")
    asked = complete(FileOptions, options)
    tables = [name for name in TABLES if name != "rejects" or include_rejects]
    exports = Exports(export_id)
    snapshot = read_lake(lake)
    runs = _scan(snapshot, tables, exports)
    if export_id is not None and export_id not in exports.seen:
        raise ReadError(f"the lake holds no export {export_id!r}", place=Place(os.fspath(lake)))
    report = RebuildReport(os.fspath(lake), "", list(exports.ordinals))
    reader = LineReader(Path(lake), max_line_rows)
    with (
        _opened(runs, exports, batch_rows) as streams,
        open_sink(destination, force=asked["force"], sources=snapshot.locations()) as sink,
    ):
        report.destination = sink.shown
        for key in _keys(streams):
            write_line(key, streams, sink, report, reader)
        for stream in streams.values():
            stream.drain()
            report.left_out += stream.left_out
    report.bytes = sink.bytes
    report.seconds = time.perf_counter() - started
    return report


def _scan(lake: Snapshot, tables: list[str], exports: Exports) -> dict[str, list[SortedRun]]:
    """Return the sorted runs of all tables; the tables that hold whole lines give exports their ordinals."""
    owners = [name for name in ("data_rows", "rejects") if name in tables]
    found: dict[str, list[SortedRun]] = {}
    for name in [*owners, *(one for one in tables if one not in owners)]:
        if name not in owners:
            exports.close()
        if name not in lake.parts:
            raise ReadError(
                f"the lake has no table {name!r}, so that its lines cannot be rebuilt",
                place=Place(lake.shown),
                hint="convert the export with all tables",
            )
        found[name] = [
            run for part in lake.parts[name] for run in _sorted_runs(Path(part.path), name, exports)
        ]
    return {name: found[name] for name in tables}


def _sorted_runs(path: Path, table: str, exports: Exports) -> list[SortedRun]:
    reader = open_part(path)
    try:
        for column in columns_to_read(TABLES[table]):
            if column not in reader.names:
                raise ReadError(
                    f"the part has no column {column!r}, so that its lines cannot be rebuilt",
                    place=Place(str(path)),
                    hint="convert the export with all columns",
                )
        return sorted_runs_of(reader, exports)
    finally:
        reader.close()


@contextmanager
def _opened(
    runs: Mapping[str, list[SortedRun]], exports: Exports, batch_rows: int
) -> Iterator[dict[str, TableStream]]:
    with ExitStack() as stack:
        streams = {}
        for name, found in runs.items():
            stream = TableStream(name, found, columns_to_read(TABLES[name]), exports, batch_rows)
            stack.callback(stream.close)
            streams[name] = stream
        yield streams


def _keys(streams: Mapping[str, TableStream]) -> Iterator[Key]:
    """Yield the keys of all lines in ascending order."""
    owners = [streams[name] for name in ("data_rows", "rejects") if name in streams]
    while keys := [key for stream in owners if (key := stream.peek()) is not None]:
        yield min(keys)
