"""A run monitor: what the work of a run reports to, and asks whether it shall go on.

Takes what was read and counted; gives `Progress` and events to whoever watches. Does not know what is done.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Literal, Protocol, TypeVar

from exportkit.errors import CancelledError
from exportkit.events import Event, Progress, SourceOpened, SourceRead
from exportkit.place import Source
from exportkit.report import Report, ReportBuilder

__all__ = ["RunMonitor"]

Item = TypeVar("Item")

#: Seconds between two reports of progress.
PROGRESS_SECONDS = 0.1
#: Seconds after which a run that waits for a stalled source looks whether it was cancelled.
STALL_SECONDS = 0.05


class Counted(Protocol):
    """What a run has counted so far."""

    @property
    def data_rows(self) -> int:
        """Lines that became rows."""

    @property
    def bad_lines(self) -> int:
        """Lines that could not."""


class RunMonitor:
    """Where a run reports how far it is, and learns that it was cancelled.

    Parameters
    ----------
    show : callable, optional
        A caller's function, called in the thread of the run.
    publish : callable, optional
        Takes every event but the last.

    Attributes
    ----------
    counts : Counted
        What progress is counted from; set by whoever counts.
    warn : callable
        Warns of what a run met, before that becomes visible; does nothing unless somebody sets it.
    """

    def __init__(
        self, show: Callable[[Progress], None] | None = None, publish: Callable[[Event], None] | None = None
    ) -> None:
        self.counts: Counted = ReportBuilder()
        self.warn: Callable[[Report], None] = lambda _: None
        self._show = show
        self._publish = publish
        self._is_watched = show is not None or publish is not None
        self._started: float | None = None
        self._ended: float | None = None
        self._reported = 0.0
        self._done_bytes = 0
        self._read_bytes = 0
        self._total: int | None = 0
        self._uri = ""
        self._reader: _ReadingThread | None = None
        self._lock = threading.Lock()
        self._state: Literal["running", "cancelled", "committing"] = "running"
        self._stops: list[Callable[[], None]] = []

    @property
    def seconds(self) -> float:
        """Time since the run began, until its end."""
        if self._started is None:
            return 0.0
        return (time.perf_counter() if self._ended is None else self._ended) - self._started

    def begin(self) -> None:
        """Start the clock, if that was not done before."""
        if self._started is None:
            self._started = time.perf_counter()

    def progress(self) -> Progress:
        """Return how far the run is now."""
        return Progress(
            stored_bytes=self._done_bytes + self._read_bytes,
            total_bytes=self._total,
            data_rows=self.counts.data_rows,
            rejects=self.counts.bad_lines,
            seconds=self.seconds,
            source_uri=self._uri,
        )

    def open_source(self, source: Source) -> None:
        """Count a source that is about to be read."""
        self._total = None if source.size is None or self._total is None else self._total + source.size
        self._uri = source.uri
        if self._publish is not None:
            self._publish(SourceOpened(source.uri, source.export_id, source.size))

    def step(self, read_bytes: int) -> None:
        """Report that so many bytes of the source are read, if it is time to.

        Raises
        ------
        CancelledError
            The run was cancelled.
        """
        self.check()
        self._read_bytes = read_bytes
        if self._is_watched and time.perf_counter() - self._reported > PROGRESS_SECONDS:
            self.report()

    def close_source(self, read_bytes: int) -> None:
        """Count a source that has been read, and report it."""
        self._done_bytes, self._read_bytes = self._done_bytes + read_bytes, 0
        self.report()
        if self._publish is not None:
            self._publish(SourceRead(self._uri))

    def report(self) -> None:
        """Report how far the run is, whatever the time."""
        if self._is_watched:
            self._reported = time.perf_counter()
            progress = self.progress()
            if self._show is not None:
                self._show(progress)
            if self._publish is not None:
                self._publish(progress)

    def check(self) -> None:
        """Raise a `CancelledError` when the run was cancelled."""
        if self._state == "cancelled":
            raise CancelledError("the run was cancelled")

    def commit(self, report: Report) -> None:
        """Say that what was made becomes visible now: from here on the run cannot be cancelled.

        Raises
        ------
        CancelledError
            The run was cancelled before.
        ExportkitWarning
            There is something to warn of, and whoever called has made warnings errors.
        """
        self.warn(report)
        with self._lock:
            self.check()
            self._state = "committing"

    def cancel(self) -> bool:
        """Ask the run to stop; return whether it will, rather than being complete or about to be."""
        with self._lock:
            if self._state == "committing" or self._ended is not None:
                return False
            self._state = "cancelled"
            for stop in self._stops:
                stop()
        return True

    @property
    def is_cancelled(self) -> bool:
        """Whether the run was cancelled in time."""
        return self._state == "cancelled"

    @contextmanager
    def stopping(self, stop: Callable[[], None]) -> Iterator[None]:
        """Call `stop` from the cancelling thread if the run is cancelled in this context.

        Raises
        ------
        CancelledError
            The run was cancelled before.
        """
        with self._lock:
            self.check()
            self._stops.append(stop)
        try:
            yield
        finally:
            with self._lock:
                self._stops.remove(stop)

    def end(self) -> None:
        """Stop the clock, and the thread that waits for sources."""
        with self._lock:
            if self._ended is None:
                self._ended = time.perf_counter()
        if self._reader is not None:
            self._reader.end(STALL_SECONDS if self.is_cancelled else None)

    def wait_for_sources_apart(self) -> None:
        """Wait for sources on a thread of its own from now on, so that a stalled one keeps nobody waiting."""
        self._reader = _ReadingThread(self.check)

    def waited(self, read: Callable[[], Item]) -> Item:
        """Return what `read` returns, which may wait for a source."""
        return read() if self._reader is None else self._reader.call(read)

    def pulled(self, items: Iterator[Item]) -> Iterator[Item]:
        """Yield `items`, which may wait for a source, as long as the run is not cancelled."""
        nothing = object()
        while (item := self.waited(partial(next, items, nothing))) is not nothing:
            self.check()
            yield item

    def released(self, close: Callable[[], None]) -> None:
        """Call `close` when nothing waits for the source any more, without waiting for that."""
        if self._reader is None:
            close()
        else:
            self._reader.later(close)


class _ReadingThread:
    """A thread that does what may wait for a source: one call after the other.

    A cancelled run leaves it behind in its last call. It is a daemon, so that no interpreter waits for it.
    """

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self._calls: queue.SimpleQueue[tuple[Callable[[], Any], bool] | None] = queue.SimpleQueue()
        self._results: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._serve, name="exportkit-reading", daemon=True)
        self._thread.start()

    def call(self, function: Callable[[], Item]) -> Item:
        """Return what a function returns there; raise what it raises, or that the run was cancelled."""
        self._calls.put((function, True))
        while True:
            try:
                value, error = self._results.get(timeout=STALL_SECONDS)
            except queue.Empty:
                self._check()
                continue
            if error is not None:
                raise error
            result: Item = value
            return result

    def later(self, function: Callable[[], None]) -> None:
        """Call a function there after all calls before it, and do not wait for it."""
        self._calls.put((function, False))

    def end(self, timeout: float | None) -> None:
        """Let the thread end after all calls before, and wait for that."""
        self._calls.put(None)
        self._thread.join(timeout)

    def _serve(self) -> None:
        while (item := self._calls.get()) is not None:
            function, is_awaited = item
            value, error = None, None
            try:
                value = function()
            except BaseException as raised:  # noqa: BLE001 - raised again in the thread that waits for it
                error = raised
            if is_awaited:
                self._results.put((value, error))
            del item, function, value, error
