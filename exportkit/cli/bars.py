"""A moving bar on a terminal: how far a run is, drawn over itself."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, Task, TextColumn
from rich.progress import Progress as Bars
from rich.table import Column
from rich.text import Text

import exportkit
from exportkit.cli.progress import seconds_left
from exportkit.cli.wording import amount, duration, rate, shown, size

__all__ = ["moving_bar"]

#: Columns of a terminal from which the input's name stands before the bar, and its characters.
NAMED_COLUMNS = 100
NAME_CHARACTERS = 24


class _Words(ProgressColumn):
    """What the bar does not show: bytes, rows, rate, time left."""

    def render(self, task: Task) -> Text:
        progress: exportkit.Progress | None = task.fields["latest"]
        if progress is None:
            return Text("opening")
        total = progress.total_bytes
        words = [size(progress.stored_bytes) if total is None else f"{task.percentage:.0f}% of {size(total)}"]
        words.append(f"{amount(progress.data_rows)} rows")
        words.append(rate(progress.stored_bytes, progress.seconds))
        left = seconds_left(progress)
        words.append(duration(progress.seconds) if left is None else f"{duration(left)} left")
        text = Text(" · ".join(words))
        if progress.rejects:
            text.append(f" · {amount(progress.rejects)} bad", style="yellow")
        return text


@contextmanager
def moving_bar() -> Iterator[Callable[[exportkit.Progress], None]]:
    """Give a function that moves a bar on standard error."""
    console = Console(stderr=True)
    columns: list[ProgressColumn] = [
        BarColumn(bar_width=None, table_column=Column(ratio=1)),
        _Words(table_column=Column(no_wrap=True)),
    ]
    if console.width >= NAMED_COLUMNS:
        columns.insert(0, TextColumn("{task.description}", markup=False, table_column=Column(no_wrap=True)))
    # What is printed meanwhile goes above the bar, unless it goes elsewhere.
    printed = sys.stdout.isatty()
    bars = Bars(
        *columns,
        console=console,
        # Drawn when there is news, not by a thread: a process with threads starts its workers the slow way.
        auto_refresh=False,
        transient=True,
        expand=True,
        redirect_stdout=printed,
    )
    with bars:
        task = bars.add_task("", total=None, latest=None)

        def show(progress: exportkit.Progress) -> None:
            bars.update(
                task,
                description=shown(progress.source_uri.rsplit("/", 1)[-1], characters=NAME_CHARACTERS),
                total=progress.total_bytes,
                completed=progress.stored_bytes,
                latest=progress,
                refresh=True,
            )

        yield show
