"""Output: standard output and standard error, for people and for machines."""

from __future__ import annotations

import io
import json
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from exportkit.cli.usage import UsageError

if TYPE_CHECKING:
    from rich.console import Console

__all__ = [
    "complain",
    "open_streams",
    "print_json",
    "reader_left",
    "refuse_standard_output",
    "stdout",
    "told",
]

#: Columns of text that goes to a file or another program.
PIPED_COLUMNS = 120


def open_streams() -> None:
    """Make both streams fit to be written to; those that are closed lead nowhere."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # It takes the number of the closed stream, which no file that is written may have.
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - stays open
        elif isinstance(stream, io.TextIOWrapper):
            # A terminal or file that cannot show a character gets a question mark, not a traceback.
            stream.reconfigure(errors="replace")


def refuse_standard_output(*, json: bool) -> None:
    """Raise a `UsageError` unless data can go to standard output, where nothing else may go."""
    if json:
        raise UsageError("--json prints to standard output, where the lines go already", "name a file")
    if getattr(sys.stdout, "name", None) == os.devnull:  # see `open_streams`
        raise UsageError("standard output is closed")


def stdout() -> Console:
    """Return a console on standard output, as wide as the terminal; wide enough for tables elsewhere."""
    from rich.console import Console  # noqa: PLC0415 - --quiet and --json do without rich

    width = None if sys.stdout.isatty() else PIPED_COLUMNS
    # What is shown comes out of exports: brackets and colons in it are no markup.
    return Console(file=sys.stdout, highlight=False, markup=False, emoji=False, width=width)


@contextmanager
def told() -> Iterator[None]:
    """Tell in this context what was done: a reader who has left does not undo it."""
    try:
        yield
        sys.stdout.flush()
    except (BrokenPipeError, SystemExit):  # rich makes the one of the other
        lead_nowhere()


def reader_left() -> bool:
    """Return whether nobody reads standard output any more; what is held for it goes nowhere then."""
    asked = select.poll()
    asked.register(sys.stdout.fileno(), 0)  # what a pipe or socket says unasked
    left = any(said & (select.POLLERR | select.POLLHUP) for _, said in asked.poll(0))
    if left:
        lead_nowhere()
    return left


def lead_nowhere() -> None:
    """Let what is still held for standard output go nowhere: nobody reads it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_json(value: dict[str, Any]) -> None:
    """Print one JSON object on one line."""
    sys.stdout.write(json.dumps(value) + "\n")


def complain(text: str) -> None:
    """Print a line on standard error, if anybody still reads that."""
    with suppress(OSError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()
