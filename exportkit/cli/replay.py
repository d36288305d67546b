"""``exportkit replay``: the rejected lines of a lake once more."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter
from rich.text import Text

from exportkit.cli import exit_codes
from exportkit.cli.choosing import Labels, Params, Redact, Where, filters_of, params_of, redact_of
from exportkit.cli.layout import grid, notes
from exportkit.cli.output import print_json, stdout
from exportkit.cli.parameters import Json, Quiet
from exportkit.cli.progress import shown_progress
from exportkit.cli.rejects import Lake
from exportkit.cli.wording import amount, counted

if TYPE_CHECKING:
    from exportkit.rejects import Command, ReplayReport

__all__ = ["replay"]


def replay(
    lake: Lake,
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
    param: Params = None,
    where: Where = None,
    labels: Labels = "all",
    redact: Redact = None,
    quiet: Quiet = False,
    json: Json = False,
) -> int:
    """Convert the rejected lines of a lake again, and move those that pass into its tables.

    Give --param, --where, --labels and --redact as for convert. Lines of other runs are left alone.
    """
    from exportkit.rejects import replay as replay_lake  # noqa: PLC0415 - as above
    from exportkit.select import make_selection  # noqa: PLC0415 - --help needs no pyarrow

    selection = make_selection(
        params=params_of(param), filters=filters_of(where), labels=labels, redact=redact_of(redact)
    )
    try:
        with shown_progress(quiet=quiet) as progress:
            report = replay_lake(
                lake, through=command_of(through, timeout), selection=selection, progress=progress
            )
    except KeyboardInterrupt as interrupt:
        raise KeyboardInterrupt(str(interrupt) or "interrupted; nothing was moved") from None
    if json:
        print_json(report.to_dict())
    elif not quiet:
        _show(report)
    return exit_codes.REJECTS if report.rejects or report.others else exit_codes.DONE


def command_of(through: str | None, timeout: float) -> Command | None:
    """Return the program that ``--through`` names.

    Raises
    ------
    ValueError
        It names none, or the time is none.
    """
    from exportkit.rejects import Command  # noqa: PLC0415 - --help needs no pyarrow

    if not timeout > 0:
        raise ValueError(f"--timeout must be more than 0, not {timeout:g}")
    if through is None:
        return None
    try:
        words = shlex.split(through)
    except ValueError as error:
        raise ValueError(f"--through cannot be read: {str(error).lower()}") from None
    if not words:
        raise ValueError("--through must name a program")
    return Command(words, timeout)


def _show(report: ReplayReport) -> None:
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
