"""``exportkit replay``: the rejected lines of a lake once more."""

from __future__ import annotations

import math
import shlex
from typing import Annotated, Unpack

from cyclopts import Parameter
from rich.text import Text

import exportkit
from exportkit.cli import exit_codes
from exportkit.cli.layout import grid, notes
from exportkit.cli.output import print_json, stdout, told
from exportkit.cli.parameters import Json, Quiet, takes_options
from exportkit.cli.progress import shown_progress
from exportkit.cli.rejects import Lake
from exportkit.cli.usage import UsageError
from exportkit.cli.wording import amount, counted
from exportkit.options import ReplayOptions

__all__ = ["replay"]


@takes_options(ReplayOptions)
def replay(
    lake: Lake,
    /,
    *,
    through: Annotated[
        str | None,
        Parameter(
            metavar="COMMAND",
            help="Program that gets a line on standard input and prints the mended line.",
        ),
    ] = None,
    timeout: Annotated[
        float, Parameter(metavar="SECONDS", help="Time the program may take for one line.")
    ] = 60.0,
    quiet: Quiet = False,
    json: Json = False,
    **options: Unpack[ReplayOptions],
) -> int:
    """Convert the rejected lines of a lake again, and move those that pass into its tables.

    Give --param, --where, --labels and --redact as for convert. Lines of other runs are left alone.
    """
    words = words_of(through, timeout)
    try:
        with shown_progress(quiet=quiet) as options["progress"]:
            report = exportkit.replay(lake, through=words, timeout_seconds=timeout, **options)
    except KeyboardInterrupt as interrupt:
        raise KeyboardInterrupt(str(interrupt) or "interrupted; nothing was moved") from None
    with told():
        if json:
            print_json(report.to_dict())
        elif not quiet:
            _show(report)
    return exit_codes.REJECTS if report.rejects or report.others else exit_codes.DONE


def words_of(through: str | None, timeout: float) -> list[str] | None:
    """Return the program that ``--through`` names, with its arguments.

    Raises
    ------
    UsageError
        It names none, or the time is none.
    """
    if not 0 < timeout < math.inf:
        raise UsageError(f"--timeout must be more than 0, not {timeout:g}")
    if through is None:
        return None
    try:
        words = shlex.split(through)
    except ValueError as error:
        raise UsageError(f"--through cannot be read: {str(error).lower()}") from None
    if not words:
        raise UsageError("--through must name a program")
    return words


def _show(report: exportkit.ReplayReport) -> None:
    console = stdout()
    parts = [f"{amount(report.moved)} moved into the tables", f"{amount(report.rejects)} still rejected"]
    if report.filtered:
        parts.insert(1, f"{amount(report.filtered)} left out by filters")
    console.print(Text(f"Tried {counted(report.lines, 'rejected line')}: {', '.join(parts)}"))
    if report.others:
        console.print(Text(f"Left alone {counted(report.others, 'line')} of runs with another selection"))
    if report.moved:
        table = grid("table", "rows added", numbers=("rows added",))
        for name, rows in report.rows.items():
            table.add_row(name, amount(rows), style=None if rows else "dim")
        console.print()
        console.print(table)
    if report.problems:
        console.print()
        notes(console, "Why lines did not pass", report.problems)
