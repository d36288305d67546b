"""Output: standard output, for people and for machines."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

__all__ = ["print_json", "stdout"]

#: Columns of text that goes to a file or another program.
PIPED_COLUMNS = 120


def stdout() -> Console:
    """Return a console on standard output, as wide as the terminal; wide enough for tables elsewhere."""
    from rich.console import Console  # noqa: PLC0415 - --quiet and --json do without rich

    width = None if sys.stdout.isatty() else PIPED_COLUMNS
    # What is shown comes out of exports: brackets and colons in it are no markup.
    return Console(file=sys.stdout, highlight=False, markup=False, emoji=False, width=width)


def print_json(value: dict[str, Any]) -> None:
    """Print one JSON object on one line."""
    sys.stdout.write(json.dumps(value) + "\n")
