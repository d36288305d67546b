"""``exportkit convert``: an export becomes files of tables."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

import exportkit
from exportkit.cli import exit_codes
from exportkit.cli.choosing import Labels, Params, Redact, Where, filters_of, params_of, redact_of
from exportkit.cli.output import print_json, stdout
from exportkit.cli.parameters import Json, MaxCompressionRatio, MaxRejects, Quiet, Tables, named_sources
from exportkit.cli.progress import shown_progress
from exportkit.report import Report

__all__ = ["convert"]

#: A source and a destination.
FEWEST_PATHS = 2


def convert(
    *paths: Annotated[
        str,
        Parameter(
            name="SOURCE... DESTINATION",
            help="Exports to read (- is standard input), then the directory to write.",
        ),
    ],
    tables: Tables = None,
    param: Params = None,
    where: Where = None,
    labels: Labels = "all",
    redact: Redact = None,
    format: Annotated[Literal["parquet", "arrow"], Parameter(help="Format of the files.")] = "parquet",  # noqa: A002 - the users' word
    mode: Annotated[
        Literal["error", "append", "overwrite"],
        Parameter(help="What to do when the destination already holds tables."),
    ] = "error",
    on_bad_row: Annotated[
        Literal["reject", "raise", "skip"],
        Parameter(
            help="What to do with a line that cannot become rows: put it into the table rejects, "
            "fail, or leave it out."
        ),
    ] = "reject",
    max_rejects: MaxRejects = 10_000,
    max_compression_ratio: MaxCompressionRatio = 1000.0,
    export_id: Annotated[
        str | None, Parameter(help="Name of the input in every table. Default: a hash of what it is.")
    ] = None,
    workers: Annotated[
        int | None, Parameter(metavar="N", help="Processes. Default: one a core for large files, else one.")
    ] = None,
    memory_limit: Annotated[
        str | None,
        Parameter(
            metavar="SIZE",
            help="What all processes together may take, such as 700MB. Default: 700MB for two processes.",
        ),
    ] = None,
    compression_level: Annotated[int, Parameter(help="Level of zstd, 1 to 22.")] = 1,
    quiet: Quiet = False,
    json: Json = False,
) -> int:
    """Convert exports to Parquet or Arrow files, a directory a table."""
    if len(paths) < FEWEST_PATHS:
        raise ValueError("convert needs a source and a destination\nhint: exportkit convert --help")
    *sources, destination = paths
    write = exportkit.to_parquet if format == "parquet" else exportkit.to_arrow
    try:
        with shown_progress(quiet=quiet) as progress:
            report: Report = write(
                named_sources(sources),
                destination,
                tables=tables,
                params=params_of(param),  # type: ignore[arg-type]  # checked by what it calls
                filters=filters_of(where),  # type: ignore[arg-type]  # as above
                labels=labels,
                redact=redact_of(redact),
                mode=mode,
                on_bad_row=on_bad_row,
                max_rejects=max_rejects,
                max_compression_ratio=max_compression_ratio,
                export_id=export_id,
                workers=workers,
                memory_limit=memory_limit,
                compression_level=compression_level,
                progress=progress,
            )
    except KeyboardInterrupt as interrupt:
        raise KeyboardInterrupt(str(interrupt) or "interrupted; nothing was written") from None
    if json:
        print_json(report.to_dict())
    elif not quiet:
        from exportkit.cli.summary import show_report  # noqa: PLC0415 - rich, which --quiet does without

        show_report(report, destination, stdout())
    return exit_codes.REJECTS if report.rejects else exit_codes.DONE
