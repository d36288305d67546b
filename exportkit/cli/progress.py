"""Progress: how far a run is, on standard error.

A moving bar on a terminal, a plain line every few seconds elsewhere, nothing when that was asked for.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TextIO

import exportkit
from exportkit.cli.wording import counted, duration, rate, size

__all__ = ["PlainLines", "seconds_left", "shown_progress"]

Show = Callable[["exportkit.Progress"], None]

#: Seconds between two plain lines.
LINE_SECONDS = 5.0
#: Seconds of a run before time left is shown: earlier the rate says little.
EARLIEST_ESTIMATE_SECONDS = 1.0


@contextmanager
def shown_progress(*, quiet: bool) -> Iterator[Show | None]:
    """Give a function that shows `Progress` on standard error in the way that suits it; None when quiet."""
    if quiet:
        yield None
    elif moves(sys.stderr):
        from exportkit.cli.bars import moving_bar  # noqa: PLC0415 - rich, which only a terminal needs

        with moving_bar() as show:
            yield show
    else:
        lines = PlainLines(sys.stderr)
        try:
            yield lines.show
        finally:
            lines.end()


def moves(stream: TextIO) -> bool:
    """Whether a bar can be drawn over itself on `stream`."""
    return stream.isatty() and os.environ.get("TERM") not in {"dumb", "unknown"}


def seconds_left(progress: exportkit.Progress) -> float | None:
    """Estimate the rest of a run from its bytes; None while that is not known."""
    total, done = progress.total_bytes, progress.stored_bytes
    if total is None or not done or progress.seconds < EARLIEST_ESTIMATE_SECONDS:
        return None
    return max(total - done, 0) * progress.seconds / done


class PlainLines:
    """Write a line every few seconds, and one at the end."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._shown = 0.0
        self._latest: exportkit.Progress | None = None

    def show(self, progress: exportkit.Progress) -> None:
        """Say how far the run is, if the last line is long enough ago."""
        self._latest = progress
        if progress.seconds - self._shown >= LINE_SECONDS:
            self._shown = progress.seconds
            self._write(progress)

    def end(self) -> None:
        """Say how far the run came."""
        if self._latest is not None:
            self._write(self._latest)

    def _write(self, progress: exportkit.Progress) -> None:
        with suppress(OSError):  # a run goes on when nobody reads how far it is
            self._stream.write(f"{line_of(progress)}\n")
            self._stream.flush()


def line_of(progress: exportkit.Progress) -> str:
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
