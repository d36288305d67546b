"""Layout: headings, tables and lists as every command shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderResult
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from exportkit.cli.wording import amount, shown

__all__ = ["Listing", "facts", "grid", "heading", "listing", "notes", "remainder"]


def heading(console: Console, title: str, about: str = "") -> None:
    """Print the title of a part, a blank line above it."""
    console.print()
    console.print(Text.assemble((title, "bold"), f"  {about}" if about else ""))


def grid(*columns: str, numbers: Iterable[str] = ()) -> Table:
    """Return an empty table; the columns named in `numbers` stand to the right and are never cut."""
    table = Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0)
    )
    right = set(numbers)
    for column in columns:
        if column in right:
            table.add_column(column, justify="right", no_wrap=True)
        else:
            table.add_column(column, overflow="fold")
    return table


class Listing:
    """Words that stand in one line as long as it is wide enough, and break only between each other.

    Parameters
    ----------
    items : iterable of str
        The words, each with what belongs to it.
    before : str
        What stands before the first.
    """

    def __init__(self, items: Iterable[str], before: str = "") -> None:
        self.items = list(items)
        self.before = before

    def __bool__(self) -> bool:
        return bool(self.items)

    def __rich_console__(self, _: Console, options: ConsoleOptions) -> RenderResult:
        lines = [self.before]
        for at, item in enumerate(self.items):
            word = item if at == len(self.items) - 1 else f"{item},"
            if lines[-1] and cell_len(f"{lines[-1]} {word}") > options.max_width:
                lines.append(word)
            else:
                lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
        yield from (Text(line) for line in lines)

    def __rich_measure__(self, _: Console, options: ConsoleOptions) -> Measurement:
        whole = cell_len(", ".join(self.items)) + cell_len(self.before) + 1
        longest = max(map(cell_len, self.items), default=0) + 1
        return Measurement(min(longest, options.max_width), min(whole, options.max_width))


def facts(*pairs: tuple[str, str | Listing]) -> Table:
    """Return names and values side by side; pairs without a value are left out."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for name, value in pairs:
        if value:
            table.add_row(name, value)
    return table


def listing(
    counts: Mapping[str, int] | Iterable[tuple[str | None, int]], more: int = 0, beyond: int = 0
) -> Listing:
    """Return counts as words: ``DONE: 3,900``, ``TO_LABEL: 100``, and last what is not listed."""
    pairs = counts.items() if isinstance(counts, Mapping) else counts
    words = [f"{shown(name)}: {amount(count)}" for name, count in pairs]
    rest = remainder(more, beyond)
    return Listing([*words, rest] if rest else words)


def remainder(more: int, beyond: int = 0) -> str:
    """Say how many things a list leaves out; empty when none."""
    if beyond:
        return f"… and more than {amount(more)} more ({amount(beyond)} rows of them were not told apart)"
    return f"… and {amount(more)} more" if more else ""


def notes(console: Console, title: str, counts: Mapping[str, int], listed: int = 10) -> None:
    """Print the most frequent of some counts under a title, if there are any."""
    if not counts:
        return
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    words = listing(ordered[:listed], max(len(ordered) - listed, 0))
    console.print(Listing(words.items, f"{title}:"), style="yellow")
