"""What users call to write files: tables of an export, or old exports in the newer form."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Unpack

from exportkit.options import (
    ConversionOptions,
    ConvertOptions,
    RunOptions,
    UpgradeOptions,
    complete,
    only,
    takes,
)

if TYPE_CHECKING:
    from exportkit.legacy import Upgraded
    from exportkit.pipeline import Run, SourceLike
    from exportkit.report import Report

__all__ = ["start", "to_arrow", "to_parquet", "upgrade"]


@takes(ConvertOptions)
def to_parquet(
    source: SourceLike, destination: str | os.PathLike[str], **options: Unpack[ConvertOptions]
) -> Report:
    """Convert an export to Parquet files, one directory per table.

    Writes ``<destination>/<table>/part-*.parquet`` for every wanted table, a table without rows
    included. The files appear under these names when the whole run is complete; a run that fails or
    is interrupted leaves the destination as it was.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these or of rows
        An Export V2 file, a glob, a directory, ``"-"`` for standard input, or a stream of bytes. NDJSON,
        rows laid out over several lines, or JSON arrays, plain or compressed (gzip, zstd, bzip2, xz), as its
        first bytes tell. Or rows in memory, dictionaries or lines of JSON (bytes or str), taken one after
        the other while they are converted: their ``source_uri`` is ``rows:``, ``line`` counts them from 1,
        ``byte_offset`` is null.
    destination : str or path
        Directory of the lake; created when missing.
    **options : ConvertOptions
        As `exportkit.options` declares them.

    Returns
    -------
    Report
        Lines, rows by table, rejects, unknown fields and kinds, files, bytes, seconds.

    Raises
    ------
    FileNotFoundError
        The source does not exist.
    ReadError
        The source is no export, is damaged, expands too much, or has more than `max_rejects` bad lines. Or no
        line became a row, and tables that are there would be replaced by none (``mode="overwrite"``).
    DecodeError
        A line cannot become a row and `on_bad_row` is ``"raise"``.
    TableError
        A table or column does not exist.
    OptionError
        Another option is none of the values that it accepts, or `memory_limit` is less than the run takes at
        least.
    WriteError
        The destination is not as `mode` asks, or cannot be written.

    Warns
    -----
    ExportkitWarning
        Once, before the files become visible: lines were rejected, or there were fields or kinds beyond the
        catalogue. Where warnings are errors nothing is written; the warning has the `report`.

    Examples
    --------
    >>> import exportkit
    >>> report = exportkit.to_parquet("export.ndjson", "lake/")
    >>> report.rejects
    0
    """
    return _run(source, destination, {**complete(ConvertOptions, options), "format": "parquet"}).execute()


@takes(ConvertOptions)
def to_arrow(
    source: SourceLike, destination: str | os.PathLike[str], **options: Unpack[ConvertOptions]
) -> Report:
    """Convert an export to Arrow IPC files, one directory per table.

    As `to_parquet`, with ``part-*.arrow`` files whose record batches are compressed with zstd.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these or of rows
        The export, as for `to_parquet`.
    destination : str or path
        Directory of the lake; created when missing.
    **options : ConvertOptions
        As `exportkit.options` declares them.

    Returns
    -------
    Report
        What the run did with every line.

    Raises
    ------
    Exception
        What `to_parquet` raises.

    Warns
    -----
    ExportkitWarning
        As `to_parquet` does.
    """
    return _run(source, destination, {**complete(ConvertOptions, options), "format": "arrow"}).execute()


@takes(RunOptions)
def start(
    source: SourceLike,
    destination: str | os.PathLike[str],
    **options: Unpack[RunOptions],
) -> Run:
    """Begin a conversion on a thread of its own, and return it at once as a `Run`.

    The run is that of `to_parquet` or `to_arrow`: it can be watched, cancelled and waited for meanwhile, and
    what it wrote appears when it is complete. `progress` is called in its thread. An interpreter that exits
    waits for its runs.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these or of rows
        The export, as for `to_parquet`.
    destination : str or path
        Directory of the lake; created when missing.
    **options : RunOptions
        As `exportkit.options` declares them.

    Returns
    -------
    Run
        The conversion under way: ``progress``, ``events``, ``cancel()``, ``wait()``, ``report``, ``error``.

    Raises
    ------
    TableError
        A table or column does not exist.
    OptionError
        Another option is none of the values that it accepts. All else that can go wrong is raised by
        `Run.wait`.

    Notes
    -----
    A run that is cancelled ends within some tenths of a second: between two blocks of lines, and at once
    where workers convert or where a source gives nothing. The thread that waits for such a source is left
    behind until the source gives something or ends. Row groups that are being encoded are finished first.
    Files that have begun to become visible do become visible. The warning of `to_parquet` comes from
    `Run.wait`, in the thread that waits: where warnings are errors, the files are visible then all the same.

    Examples
    --------
    >>> import exportkit
    >>> run = exportkit.start("export.ndjson", "started/")
    >>> run.wait().rejects
    0
    >>> run.state, run.progress.data_rows
    ('finished', 47)
    """
    return _run(source, destination, options, is_apart=True).begin()


@takes(UpgradeOptions)
def upgrade(
    source: SourceLike, destination: str | os.PathLike[str], **options: Unpack[UpgradeOptions]
) -> Upgraded:
    """Write an Export V1 as an Export V2: one line per data row, with the labels of all its V1 entries.

    Not needed for a conversion: the other functions read an Export V1 as it is.

    Parameters
    ----------
    source : str, path or binary stream
        One Export V1, plain or compressed; ``"-"`` is standard input.
    destination : str or path
        File to write; ``"-"`` is standard output. It appears whole or not at all, and is compressed where
        its name ends in ``.gz``, ``.zst``, ``.bz2`` or ``.xz``.
    **options : UpgradeOptions
        As `exportkit.options` declares them.

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
    OptionError
        The limit is below 1.
    ValueError
        There are several sources.
    WriteError
        The destination, or the directory for temporary files, cannot be written; or the destination is there
        already, or is the source.

    Notes
    -----
    Memory: the labels of one data row. Disk: about the size of the input, in the directory for temporary
    files, since the labels of one data row may lie far apart.
    """
    from exportkit.pipeline import upgrade_source

    return upgrade_source(source, destination, **options)


def _run(
    source: SourceLike,
    destination: str | os.PathLike[str],
    options: RunOptions,
    *,
    is_apart: bool = False,
) -> Run:
    """Return a run that has not begun; what can be known to be wrong before is raised here."""
    from exportkit.pipeline import Run, can_fork, choose_workers, make_options, sizes_for, write_lake
    from exportkit.write import WriteOptions

    asked = complete(RunOptions, options)
    workers = choose_workers(
        asked["workers"], source, can_fork=can_fork() and not is_apart, memory_limit=asked["memory_limit"]
    )
    sizes = sizes_for(asked["memory_limit"], workers)
    conversion = only(ConversionOptions, asked)
    conversion["batch_rows"] = asked["row_group_rows"]
    work = partial(
        write_lake,
        source,
        destination,
        make_options(sizes, **conversion),
        WriteOptions(
            compression_level=asked["compression_level"],
            row_group_rows=asked["row_group_rows"],
            **sizes.of_writing(),
        ),
        format=asked["format"],
        mode=asked["mode"],
        workers=workers,
    )
    return Run(work, progress=asked["progress"])
