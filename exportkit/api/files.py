"""What users call to write files: tables of an export, or old exports in the newer form."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from exportkit.report import Report

if TYPE_CHECKING:
    from exportkit.commit import Mode
    from exportkit.legacy import Upgraded
    from exportkit.pipeline import OnBadRow, SourceLike
    from exportkit.report import Progress
    from exportkit.select import Filters, LabelPolicy, Params

__all__ = ["to_arrow", "to_parquet", "upgrade"]

#: As in `exportkit.pipeline`, which is too heavy to import for a default.
MAX_REJECTS = 10_000
MAX_COMPRESSION_RATIO = 1000.0


def to_parquet(
    source: SourceLike,
    destination: str | os.PathLike[str],
    *,
    tables: Sequence[str] | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
    params: Params | None = None,
    filters: Filters | None = None,
    labels: LabelPolicy = "all",
    redact: Mapping[str, str] | None = None,
    redact_key: str | bytes | None = None,
    mode: Mode = "error",
    on_bad_row: OnBadRow = "reject",
    max_rejects: int | None = MAX_REJECTS,
    max_compression_ratio: float | None = MAX_COMPRESSION_RATIO,
    export_id: str | None = None,
    compression_level: int = 1,
    row_group_rows: int = 100_000,
    workers: int | None = None,
    memory_limit: int | str | None = None,
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
    params : Params, optional
        Parts of a row to convert, in the platform's words: ``{"attachments": True, "label_details": True}``.
        All parts when left out; with `params`, what is not named is left out.
    filters : Filters, optional
        Data rows to convert, those that every filter keeps, in the platform's words:
        ``{"workflow_status": "Done", "last_activity_at": ["2026-01-01", None]}``. All when left out.
    labels : {"all", "latest", "latest_not_skipped", "selected", "benchmark"}
        Which of the labels that a project holds of a data row to convert.
    redact : mapping of str to str, optional
        By column, ``"hash"``, ``"omit"`` or ``"strip_query"`` (a URL without its signature), done in every
        table before anything is written. Columns of text as it stood in the input are emptied then.
    redact_key : str or bytes, optional
        Key of the hashes; by default the environment variable ``EXPORTKIT_REDACT_KEY``.
    mode : {"error", "overwrite", "append"}
        What to do when the destination already holds tables: refuse, put the new ones in their place,
        or add to them.
    on_bad_row : {"reject", "raise", "skip"}
        What happens to a line that cannot become a row: it goes to the table ``rejects``, ends the run
        with an error, or is left out (and counted).
    max_rejects : int or None
        Bad lines after which the run stops with an error; None for no end.
    max_compression_ratio : float or None
        Times that compressed input may expand, counted once it has given 64 MiB; None for any number. Guards
        against input that is made to fill a disk: exports shrink 5 to 300 times.
    export_id : str, optional
        Name of the input in every table. By default a hash of its path, size and time of change.
    compression_level : int
        Level of zstd, 1 to 22. Level 3 takes 48 % more encoding time than 1.
    row_group_rows : int
        Rows of a row group, unless its bytes come first (see `memory_limit`).
    workers : int, optional
        Processes that convert side by side. By default one for small inputs and for streams, and a process
        a core for files of 64 MiB and more together (9 MiB where they are compressed) where processes can be
        forked (Linux, no other threads). Elsewhere ask for them, from under ``if __name__ == "__main__":`` as
        `multiprocessing` wants it. Changes which part files there are, never a row.
    memory_limit : int or str, optional
        What all processes together may take, in bytes or as ``"700MB"`` or ``"2GiB"``. Without it two workers
        stay below 700 MB, and each more adds up to 320 MB. Less makes row groups and blocks smaller and reads
        shorter lines piece by piece; more holds longer lines whole. At least 200 MB in one process, and 60 MB
        and 120 MB a worker in several; it may make `workers` fewer where they were not asked for. Lines that
        params or label policies look at are held whole, and one that cannot be under the limit ends the run.
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
        The source is no export, is damaged, expands too much, or has more than `max_rejects` bad lines.
    DecodeError
        A line cannot become a row and `on_bad_row` is ``"raise"``.
    TableError
        A table or column does not exist.
    ValueError
        Another option is none of its values, or `memory_limit` is less than the run takes at least.
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
        row_group_rows=row_group_rows, workers=workers, memory_limit=memory_limit, progress=progress,
        tables=tables, columns=columns, on_bad_row=on_bad_row, max_rejects=max_rejects, export_id=export_id,
        max_compression_ratio=max_compression_ratio,
        selection={
            "params": params, "filters": filters, "labels": labels, "redact": redact,
            "redact_key": redact_key,
        },
    )  # fmt: skip


def to_arrow(
    source: SourceLike,
    destination: str | os.PathLike[str],
    *,
    tables: Sequence[str] | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
    params: Params | None = None,
    filters: Filters | None = None,
    labels: LabelPolicy = "all",
    redact: Mapping[str, str] | None = None,
    redact_key: str | bytes | None = None,
    mode: Mode = "error",
    on_bad_row: OnBadRow = "reject",
    max_rejects: int | None = MAX_REJECTS,
    max_compression_ratio: float | None = MAX_COMPRESSION_RATIO,
    export_id: str | None = None,
    compression_level: int = 1,
    row_group_rows: int = 100_000,
    workers: int | None = None,
    memory_limit: int | str | None = None,
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
    params, filters, labels, redact, redact_key : optional
        Parts, data rows and labels to convert, and columns to disguise, as for `to_parquet`.
    mode : {"error", "overwrite", "append"}
        What to do when the destination already holds tables.
    on_bad_row : {"reject", "raise", "skip"}
        What happens to a line that cannot become a row.
    max_rejects : int or None
        Bad lines after which the run stops with an error.
    max_compression_ratio : float or None
        Times that compressed input may expand; None for any number.
    export_id : str, optional
        Name of the input in every table.
    compression_level : int
        Level of zstd, 1 to 22.
    row_group_rows : int
        Rows of a record batch in the files.
    workers : int, optional
        Processes that convert side by side; chosen by input size and cores when left out.
    memory_limit : int or str, optional
        What all processes together may take, as for `to_parquet`.
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
        The source is no export, is damaged, expands too much, or has more than `max_rejects` bad lines.
    DecodeError
        A line cannot become a row and `on_bad_row` is ``"raise"``.
    TableError
        A table or column does not exist.
    ValueError
        Another option is none of its values, or `memory_limit` is less than the run takes at least.
    WriteError
        The destination is not as `mode` asks, or cannot be written.

    Warns
    -----
    ExportkitWarning
        Once, at the end: lines were rejected, or there were fields or kinds beyond the catalogue.
    """
    return _to_files(
        "arrow", source, destination, mode=mode, compression_level=compression_level,
        row_group_rows=row_group_rows, workers=workers, memory_limit=memory_limit, progress=progress,
        tables=tables, columns=columns, on_bad_row=on_bad_row, max_rejects=max_rejects, export_id=export_id,
        max_compression_ratio=max_compression_ratio,
        selection={
            "params": params, "filters": filters, "labels": labels, "redact": redact,
            "redact_key": redact_key,
        },
    )  # fmt: skip


def upgrade(
    source: SourceLike,
    destination: str | os.PathLike[str],
    *,
    max_compression_ratio: float | None = MAX_COMPRESSION_RATIO,
) -> Upgraded:
    """Write an Export V1 as an Export V2: a line a data row, with the labels of all its V1 entries.

    Not needed for a conversion: the other functions read an Export V1 as it is.

    Parameters
    ----------
    source : str, path or binary stream
        One Export V1, plain or compressed; ``"-"`` is standard input.
    destination : str or path
        File to write; ``"-"`` is standard output. It appears whole or not at all, and takes the place of
        what was there.
    max_compression_ratio : float or None
        Times that compressed input may expand; None for any number.

    Returns
    -------
    Upgraded
        Labels read, data rows written, labels that were skipped, and labels by layout.

    Raises
    ------
    FileNotFoundError
        The source does not exist.
    ReadError, DecodeError
        It is no Export V1, or is damaged. Nothing has been written then.
    ValueError
        There are several sources, or the limit is below 1.
    WriteError
        The destination, or the directory for temporary files, cannot be written.

    Notes
    -----
    Memory: the labels of one data row. Disk: about the size of the input, in the directory for temporary
    files, since the labels of one data row may lie far apart.
    """
    from exportkit.pipeline import upgrade_source

    return upgrade_source(source, destination, max_compression_ratio)


def _to_files(
    format_name: Any, source: SourceLike, destination: str | os.PathLike[str], *, mode: Mode,
    compression_level: int, row_group_rows: int, workers: int | None, memory_limit: int | str | None,
    progress: Callable[[Progress], None] | None, selection: dict[str, Any], **asked: Any,
) -> Report:  # fmt: skip
    from exportkit.pipeline import (
        can_fork,
        choose_workers,
        make_options,
        sizes_for,
        warn_of,
        write_lake,
    )
    from exportkit.select import make_selection
    from exportkit.write import WriteOptions

    chosen = choose_workers(workers, source, can_fork=can_fork(), memory_limit=memory_limit)
    sizes = sizes_for(memory_limit, chosen)
    options = make_options(
        **asked, batch_rows=row_group_rows, selection=make_selection(**selection), **sizes.of_conversion()
    )
    write_options = WriteOptions(
        compression_level=compression_level, row_group_rows=row_group_rows, **sizes.of_writing()
    )
    report = write_lake(
        source, destination, options, write_options, format=format_name, mode=mode, workers=chosen,
        progress=progress,
    )  # fmt: skip
    warn_of(report)
    return report
