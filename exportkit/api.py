"""What users call: convert an export to files, or read tables out of it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from exportkit.errors import TableError
from exportkit.report import Report

if TYPE_CHECKING:
    import pyarrow as pa

    from exportkit.pipeline import OnBadRow, SourceLike
    from exportkit.report import Progress
    from exportkit.scanning import TableReader
    from exportkit.write import Mode

__all__ = ["iter_batches", "open_reader", "read_table", "schema", "to_arrow", "to_parquet"]

#: As in `exportkit.pipeline`, which is too heavy to import for a default.
MAX_REJECTS = 10_000


def to_parquet(
    source: SourceLike,
    destination: str | os.PathLike[str],
    *,
    tables: Sequence[str] | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
    mode: Mode = "error",
    on_bad_row: OnBadRow = "reject",
    max_rejects: int | None = MAX_REJECTS,
    export_id: str | None = None,
    compression_level: int = 1,
    row_group_rows: int = 100_000,
    workers: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Convert an export to Parquet files, one directory a table.

    Writes ``<destination>/<table>/part-*.parquet`` for every wanted table, a table without rows
    included. The files appear under these names when the whole run is complete; a run that fails or
    is interrupted leaves the destination as it was.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these
        An Export V2 file, a glob, a directory, ``"-"`` for standard input, or a stream of bytes. NDJSON or
        a JSON array, plain or compressed (gzip, zstd, bzip2, xz), as its first bytes tell.
    destination : str or path
        Directory of the lake; created when missing.
    tables : sequence of str, optional
        Tables to write; all fourteen when left out.
    columns : mapping of str to sequence of str, optional
        For each table named here the columns to write; all of the others'.
    mode : {"error", "overwrite", "append"}
        What to do when the destination already holds tables: refuse, put the new ones in their place,
        or add to them.
    on_bad_row : {"reject", "raise", "skip"}
        What happens to a line that cannot become a row: it goes to the table ``rejects``, ends the run
        with an error, or is left out (and counted).
    max_rejects : int or None
        Bad lines after which the run stops with an error; None for no end.
    export_id : str, optional
        Name of the input in every table. By default a hash of its path, size and time of change.
    compression_level : int
        Level of zstd, 1 to 22. Level 3 takes 48 % more encoding time than 1.
    row_group_rows : int
        Rows of a row group. Memory grows with it: about 1.5 kB a row and table.
    workers : int, optional
        Processes that convert side by side. By default one for small inputs and for streams, and a process
        a core for files of 64 MiB and more where processes can be forked (Linux, no other threads). Elsewhere
        ask for them, from under ``if __name__ == "__main__":`` as `multiprocessing` wants it. Changes which
        part files there are, never a row.
    progress : callable, optional
        Called with a `Progress` about ten times a second.

    Returns
    -------
    Report
        Lines, rows by table, rejects, unknown fields and kinds, files, bytes, seconds.

    Raises
    ------
    FileNotFoundError
        The source does not exist.
    ReadError
        The source is no export, is damaged, or has more than `max_rejects` bad lines.
    DecodeError
        A line cannot become a row and `on_bad_row` is ``"raise"``.
    TableError
        A table or column does not exist.
    WriteError
        The destination is not as `mode` asks, or cannot be written.

    Warns
    -----
    ExportkitWarning
        Once, at the end: lines were rejected, or there were fields or kinds beyond the catalogue.

    Examples
    --------
    >>> import exportkit
    >>> report = exportkit.to_parquet("export.ndjson", "lake/")
    >>> report.rejects
    0
    """
    return _to_files(
        "parquet", source, destination, mode=mode, compression_level=compression_level,
        row_group_rows=row_group_rows, workers=workers, progress=progress,
        tables=tables, columns=columns, on_bad_row=on_bad_row, max_rejects=max_rejects, export_id=export_id,
    )  # fmt: skip


def to_arrow(
    source: SourceLike,
    destination: str | os.PathLike[str],
    *,
    tables: Sequence[str] | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
    mode: Mode = "error",
    on_bad_row: OnBadRow = "reject",
    max_rejects: int | None = MAX_REJECTS,
    export_id: str | None = None,
    compression_level: int = 1,
    row_group_rows: int = 100_000,
    workers: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Report:
    """Convert an export to Arrow IPC files, one directory a table.

    As `to_parquet`, with ``part-*.arrow`` files whose record batches are compressed with zstd.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these
        The export, as for `to_parquet`.
    destination : str or path
        Directory of the lake; created when missing.
    tables : sequence of str, optional
        Tables to write; all fourteen when left out.
    columns : mapping of str to sequence of str, optional
        For each table named here the columns to write.
    mode : {"error", "overwrite", "append"}
        What to do when the destination already holds tables.
    on_bad_row : {"reject", "raise", "skip"}
        What happens to a line that cannot become a row.
    max_rejects : int or None
        Bad lines after which the run stops with an error.
    export_id : str, optional
        Name of the input in every table.
    compression_level : int
        Level of zstd, 1 to 22.
    row_group_rows : int
        Rows of a record batch in the files.
    workers : int, optional
        Processes that convert side by side; chosen by input size and cores when left out.
    progress : callable, optional
        Called with a `Progress` about ten times a second.

    Returns
    -------
    Report
        What the run did with every line.

    Raises
    ------
    FileNotFoundError
        The source does not exist.
    ReadError
        The source is no export, is damaged, or has more than `max_rejects` bad lines.
    DecodeError
        A line cannot become a row and `on_bad_row` is ``"raise"``.
    TableError
        A table or column does not exist.
    WriteError
        The destination is not as `mode` asks, or cannot be written.

    Warns
    -----
    ExportkitWarning
        Once, at the end: lines were rejected, or there were fields or kinds beyond the catalogue.
    """
    return _to_files(
        "arrow", source, destination, mode=mode, compression_level=compression_level,
        row_group_rows=row_group_rows, workers=workers, progress=progress,
        tables=tables, columns=columns, on_bad_row=on_bad_row, max_rejects=max_rejects, export_id=export_id,
    )  # fmt: skip


def _to_files(
    format_name: Any, source: SourceLike, destination: str | os.PathLike[str], *, mode: Mode,
    compression_level: int, row_group_rows: int, workers: int | None,
    progress: Callable[[Progress], None] | None, **asked: Any,
) -> Report:  # fmt: skip
    from exportkit.pipeline import can_fork, choose_workers, make_options, warn_of_oddities, write_lake
    from exportkit.write import WriteOptions

    options = make_options(**asked, batch_rows=row_group_rows)
    write_options = WriteOptions(compression_level=compression_level, row_group_rows=row_group_rows)
    report = write_lake(
        source, destination, options, write_options, format=format_name, mode=mode,
        workers=choose_workers(workers, source, can_fork=can_fork()), progress=progress,
    )  # fmt: skip
    warn_of_oddities(report)
    return report


def iter_batches(
    source: SourceLike,
    *,
    tables: Sequence[str] | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
    on_bad_row: OnBadRow = "reject",
    max_rejects: int | None = MAX_REJECTS,
    export_id: str | None = None,
    batch_rows: int = 100_000,
    report: Report | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Yield the record batches of an export with the names of their tables, lazily.

    Batches of one table come in input order; batches of different tables are interleaved.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these
        The export, as for `to_parquet`.
    tables : sequence of str, optional
        Tables to yield; all fourteen when left out.
    columns : mapping of str to sequence of str, optional
        For each table named here the columns to make.
    on_bad_row : {"reject", "raise", "skip"}
        What happens to a line that cannot become a row.
    max_rejects : int or None
        Bad lines after which the run stops with an error.
    export_id : str, optional
        Name of the input in every table.
    batch_rows : int
        Rows of a batch, about: a batch ends with the block of lines that fills it.
    report : Report, optional
        Filled while batches are drawn, complete when the iterator is exhausted.
    progress : callable, optional
        Called with a `Progress` about ten times a second.

    Yields
    ------
    tuple of str and pyarrow.RecordBatch
        Table name and rows, in the schema that `schema` gives. Tables without rows yield nothing.

    Raises
    ------
    FileNotFoundError
        The source does not exist.
    ReadError
        The source is no export, is damaged, or has more than `max_rejects` bad lines.
    DecodeError
        A line cannot become a row and `on_bad_row` is ``"raise"``.
    TableError
        A table or column does not exist.

    Warns
    -----
    ExportkitWarning
        Once, at the end: lines were rejected, or there were fields or kinds beyond the catalogue.

    Notes
    -----
    Memory: up to `batch_rows` rows a table, whatever the size of the export.
    """
    from exportkit.pipeline import batches, make_options, warned

    options = make_options(
        tables=tables, columns=columns, on_bad_row=on_bad_row, max_rejects=max_rejects,
        export_id=export_id, batch_rows=batch_rows,
    )  # fmt: skip
    counts = Report() if report is None else report
    return warned(batches(source, options, counts, progress), counts)


def open_reader(
    source: SourceLike,
    table: str,
    *,
    columns: Sequence[str] | None = None,
    on_bad_row: OnBadRow = "reject",
    max_rejects: int | None = MAX_REJECTS,
    export_id: str | None = None,
    batch_rows: int = 100_000,
) -> TableReader:
    """Return a reader that streams one table out of an export, as often as it is asked.

    Anything that takes an Arrow stream (``__arrow_c_stream__``) takes it: DuckDB, polars, pandas, DataFusion,
    deltalake. Each of them, and each ``for``, makes a pass of its own over the source.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these
        The export, as for `to_parquet`.
    table : str
        Name of the table.
    columns : sequence of str, optional
        Columns to make; all when left out.
    on_bad_row : {"reject", "raise", "skip"}
        What happens to a line that cannot become a row; ``"reject"`` counts it here, its row is in the
        table ``rejects``.
    max_rejects : int or None
        Bad lines after which the run stops with an error.
    export_id : str, optional
        Name of the input in the table.
    batch_rows : int
        Rows of a batch, about.

    Returns
    -------
    TableReader
        The rows in input order, read while they are drawn.

    Raises
    ------
    TableError
        The table or a column does not exist.
    ReadError
        While it is drawn: the source is no export, is damaged, or has more than `max_rejects` bad lines; or
        it is a stream that cannot seek, and has been read before.
    DecodeError
        While it is drawn: a line cannot become a row and `on_bad_row` is ``"raise"``.
    """
    from exportkit.batch import arrow_schema
    from exportkit.scanning import Passes, TableReader

    passes = Passes(source)

    def begin() -> Iterator[pa.RecordBatch]:
        batches = iter_batches(
            passes.begin(), tables=[table], columns=None if columns is None else {table: columns},
            on_bad_row=on_bad_row, max_rejects=max_rejects, export_id=export_id, batch_rows=batch_rows,
        )  # fmt: skip
        return (batch for _, batch in batches)

    begin()  # reads nothing, and checks what was asked
    return TableReader(arrow_schema(table, None if columns is None else tuple(columns)), begin)


def read_table(
    source: SourceLike,
    table: str,
    *,
    columns: Sequence[str] | None = None,
    on_bad_row: OnBadRow = "reject",
    max_rejects: int | None = MAX_REJECTS,
    export_id: str | None = None,
) -> pa.Table:
    """Return one table of an export, whole.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these
        The export, as for `to_parquet`.
    table : str
        Name of the table.
    columns : sequence of str, optional
        Columns to make; all when left out.
    on_bad_row : {"reject", "raise", "skip"}
        What happens to a line that cannot become a row.
    max_rejects : int or None
        Bad lines after which the run stops with an error.
    export_id : str, optional
        Name of the input in the table.

    Returns
    -------
    pyarrow.Table
        All rows in input order. Memory grows with them; `open_reader` streams.

    Raises
    ------
    FileNotFoundError
        The source does not exist.
    TableError
        The table or a column does not exist.
    ReadError
        The source is no export, is damaged, or has more than `max_rejects` bad lines.
    DecodeError
        A line cannot become a row and `on_bad_row` is ``"raise"``.
    """
    reader = open_reader(
        source, table, columns=columns, on_bad_row=on_bad_row, max_rejects=max_rejects, export_id=export_id
    )
    return reader.read_all()


def schema(table: str | None = None) -> Any:
    """Return the Arrow schema of a table; of all tables, by name, without `table`.

    Parameters
    ----------
    table : str, optional
        Name of the table.

    Returns
    -------
    pyarrow.Schema or dict of str to pyarrow.Schema
        Columns in order. Field metadata tells meaning, unit and source; schema metadata names the table,
        its version and exportkit's.

    Raises
    ------
    TableError
        The table does not exist.
    """
    from exportkit.batch import arrow_schema
    from exportkit.tables import TABLES

    if table is None:
        return {name: arrow_schema(name) for name in TABLES}
    if not isinstance(table, str):
        raise TableError(f"a table is named by a string, not {type(table).__name__}")
    return arrow_schema(table)
