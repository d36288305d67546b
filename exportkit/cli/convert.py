"""``exportkit convert``: an export becomes files of tables."""

from __future__ import annotations

from typing import Annotated, Unpack

from cyclopts import Parameter

import exportkit
from exportkit.cli.exit_codes import code_of
from exportkit.cli.output import print_json, stdout, told
from exportkit.cli.parameters import Json, Quiet, named_sources, takes_options
from exportkit.cli.progress import shown_progress
from exportkit.cli.usage import UsageError
from exportkit.options import ConvertOptions, RunOptions, only

__all__ = ["convert"]

#: A source and a destination.
FEWEST_PATHS = 2


@takes_options(RunOptions)
def convert(
    *paths: Annotated[
        str,
        Parameter(
            name="SOURCE... DESTINATION",
            help="Exports to read (- is standard input), then the directory to write.",
        ),
    ],
    quiet: Quiet = False,
    json: Json = False,
    **options: Unpack[RunOptions],
) -> int:
    """Convert exports to Parquet or Arrow files, one directory per table."""
    if len(paths) < FEWEST_PATHS:
        raise UsageError("convert needs a source and a destination", "exportkit convert --help")
    *sources, destination = paths
    if not destination:
        raise UsageError("the destination is empty; '.' is the current directory")
    write = exportkit.to_arrow if options.get("format") == "arrow" else exportkit.to_parquet
    asked = only(ConvertOptions, options)
    try:
        with shown_progress(quiet=quiet) as asked["progress"]:
            report = write(named_sources(sources), destination, **asked)
    except KeyboardInterrupt as interrupt:
        raise KeyboardInterrupt(str(interrupt) or "interrupted; nothing was written") from None
    with told():
        if json:
            print_json(report.to_dict())
        elif not quiet:
            from exportkit.cli.summary import show_report  # noqa: PLC0415 - rich, which --quiet does without

            show_report(report, destination, stdout())
    return code_of(report)
