"""``exportkit rejects``: why lines of a lake were rejected."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter
from rich.text import Text

import exportkit
from exportkit.cli import exit_codes
from exportkit.cli.output import print_json, stdout, told
from exportkit.cli.parameters import CONVERTERS, Json
from exportkit.cli.usage import UsageError
from exportkit.cli.wording import counted, place_of, shown, size

__all__ = ["Lake", "rejects"]

Lake = Annotated[str, Parameter(name="LAKE", help="Directory that convert wrote.")]
#: Characters of a problem that are shown.
SHOWN_CHARACTERS = 400


def rejects(
    lake: Lake,
    /,
    *,
    top: Annotated[
        int,
        Parameter(converter=CONVERTERS["top"], n_tokens=1, help="Causes to list, the most frequent first."),
    ] = 20,
    json: Json = False,
) -> int:
    """Show the rejected lines of a lake by cause, with the place of one line each."""
    if top < 1:
        raise UsageError(f"--top must be 1 or more, not {top}")
    found = exportkit.causes_of(lake)
    with told():
        if json:
            found.causes, beyond = found.causes[:top], found.causes[top:]
            found.others += sum(cause.lines for cause in beyond)
            print_json(found.to_dict())
        else:
            _show(found, top)
    return exit_codes.DONE


def _show(found: exportkit.Causes, top: int) -> None:
    console = stdout()
    console.print(Text(f"{counted(found.lines, 'rejected line')} ({size(found.bytes)})"))
    for cause in found.causes[:top]:
        console.print()
        problem = shown(cause.problem, characters=SHOWN_CHARACTERS)
        console.print(Text(f"{counted(cause.lines, 'line')}: {problem}"), soft_wrap=True)
        console.print(Text(f"  for example {_example(cause)}"), soft_wrap=True)
        if (reason := cause.example["reason"]) is not None:
            said = shown(reason, characters=SHOWN_CHARACTERS)
            console.print(Text(f"  the platform says: {said}"), soft_wrap=True)
    others = found.others + sum(cause.lines for cause in found.causes[top:])
    if others:
        console.print()
        console.print(Text(f"… and {counted(others, 'line')} of other causes"))


def _example(cause: exportkit.Cause) -> str:
    row = cause.example["data_row_id"]
    named = f", data row {shown(row)}" if row is not None else ""
    return f"{shown(place_of(cause.example), characters=200)}{named}"
