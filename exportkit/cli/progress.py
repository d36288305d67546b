"""Progress: how far a run is, on standard error.

A moving bar on a terminal, a plain line every few seconds elsewhere, nothing when that was asked for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, Task, TextColumn
from rich.progress import Progress as Bars
from rich.table import Column
from rich.text import Text

from exportkit.cli.wording import amount, counted, duration, rate, shown, size
from exportkit.report import Progress

__all__ = ["PlainLines", "shown_progress"]

Tell = Callable[[Progress], None]

#: Seconds between two plain lines.
LINE_SECONDS = 5.0
#: Seconds of a run before time left is said: earlier the rate says little.
EARLIEST_ESTIMATE_SECONDS = 1.0
#: Columns of a terminal from which the input's name stands before the bar, and its characters.
NAMED_COLUMNS = 100
NAME_CHARACTERS = 24


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[Tell | None]:
    """Give a function that shows `Progress` on standard error in the way that suits it; None when quiet."""
    if quiet:
        yield None
    elif moves(sys.stderr):
        with _bar() as tell:
            yield tell
    else:
        lines = PlainLines(sys.stderr)
        try:
            yield lines.tell
        finally:
            lines.end()


def moves(stream: TextIO) -> bool:
    """Whether a bar can be drawn over itself on `stream`."""
    return stream.isatty() and os.environ.get("TERM") not in {"dumb", "unknown"}


def seconds_left(progress: Progress) -> float | None:
    """Estimate the rest of a run from its bytes; None while that cannot be said."""
    total, done = progress.total_bytes, progress.stored_bytes
    if total is None or not done or progress.seconds < EARLIEST_ESTIMATE_SECONDS:
        return None
    return max(total - done, 0) * progress.seconds / done


class PlainLines:
    """Write a line every few seconds, and one at the end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._said = 0.0
        self._latest: Progress | None = None

    def tell(self, progress: Progress) -> None:
        """Say how far the run is, if the last line is long enough ago."""
        self._latest = progress
        if progress.seconds - self._said >= LINE_SECONDS:
            self._said = progress.seconds
            self._stream.write(f"{line_of(progress)}\n")
            self._stream.flush()

    def end(self) -> None:
        """Say how far the run came."""
        if self._latest is not None:
            self._stream.write(f"{line_of(self._latest)}\n")
            self._stream.flush()


def line_of(progress: Progress) -> str:
    """Return one line about a run: bytes, rows, bad lines, rate, time left."""
    total = progress.total_bytes
    read = size(progress.stored_bytes)
    parts = [f"read {read}" if total is None else f"read {read} of {size(total)}"]
    parts.append(counted(progress.data_rows, "data row"))
    if progress.rejects:
        parts.append(counted(progress.rejects, "bad line"))
    parts.append(rate(progress.stored_bytes, progress.seconds))
    left = seconds_left(progress)
    if left:
        parts.append(f"{duration(left)} left")
    return ", ".join(parts)


class _Words(ProgressColumn):
    """What the bar does not show: bytes, rows, rate, time left."""

    def render(self, task: Task) -> Text:
        progress: Progress | None = task.fields["latest"]
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
def _bar() -> Iterator[Tell]:
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

        def tell(progress: Progress) -> None:
            bars.update(
                task,
                description=shown(progress.source_uri.rsplit("/", 1)[-1], characters=NAME_CHARACTERS),
                total=progress.total_bytes,
                completed=progress.stored_bytes,
                latest=progress,
                refresh=True,
            )

        yield tell
