"""Events: what happens in a run, for those who watch it.

`Progress` says how far a run is. `EventLog` keeps what has happened and gives it to any number of readers, in
threads or in asyncio. Knows nothing of what runs.
"""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TypeAlias

from msgspec import Struct

from exportkit.report import Report

__all__ = [
    "Cancelled",
    "Event",
    "EventLog",
    "Failed",
    "Finished",
    "Progress",
    "SourceOpened",
    "SourceRead",
]


class Progress(Struct, frozen=True):
    """How far a run is.

    Attributes
    ----------
    stored_bytes : int
        Bytes of the inputs read so far, as stored (compressed).
    total_bytes : int or None
        Bytes of all inputs known so far; None where an input does not say (a pipe).
    data_rows, rejects : int
        Lines converted and refused so far.
    seconds : float
        Time since the run began.
    source_uri : str
        Input being read; empty before the first.
    """

    stored_bytes: int
    total_bytes: int | None
    data_rows: int
    rejects: int
    seconds: float
    source_uri: str


class SourceOpened(Struct, frozen=True):
    """An input was opened and is read from now on.

    Attributes
    ----------
    source_uri, export_id : str
        What names it in errors and in tables.
    size : int or None
        Bytes as stored; None where the input does not say.
    """

    source_uri: str
    export_id: str
    size: int | None


class SourceRead(Struct, frozen=True):
    """An input was read to its end.

    Attributes
    ----------
    source_uri : str
        What names it.
    """

    source_uri: str


class Finished(Struct, frozen=True):
    """The run is complete, and everything it made is visible: its last event.

    Attributes
    ----------
    report : Report
        What it did.
    """

    report: Report


class Failed(Struct, frozen=True):
    """The run ended with an error, and nothing of it is visible: its last event.

    Attributes
    ----------
    error : BaseException
        What `Run.wait` raises.
    """

    error: BaseException


class Cancelled(Struct, frozen=True):
    """The run was cancelled, and nothing of it is visible: its last event."""


Event: TypeAlias = SourceOpened | Progress | SourceRead | Finished | Failed | Cancelled


class EventLog:
    """The events of one run in their order; every reader gets all of them, from the first.

    Of `Progress` events that follow each other, a late reader gets the newest alone, so that memory does not
    grow with time.
    """

    def __init__(self) -> None:
        self._events: list[Event] = []
        # Ctrl-C may come at any moment: a `Condition` would stay locked then, and stop everybody for ever.
        self._lock = threading.Lock()
        self._is_closed = False
        self._wake: list[Callable[[], None]] = []

    def publish(self, event: Event, *, last: bool = False) -> None:
        """Add an event; after the `last` readers end."""
        with self._lock:
            if self._events and isinstance(event, Progress) and isinstance(self._events[-1], Progress):
                self._events[-1] = event
            else:
                self._events.append(event)
            self._is_closed = last
            for wake in self._wake:
                wake()

    def wait_closed(self, timeout: float | None = None) -> bool:
        """Wait for the last event; return whether it has come."""
        end = None if timeout is None else time.monotonic() + timeout
        with self._bell() as bell:
            while not self._is_closed:
                left = -1 if end is None else min(end - time.monotonic(), threading.TIMEOUT_MAX)
                if (end is not None and left <= 0) or not bell.acquire(timeout=left):
                    break
        return self._is_closed

    def __iter__(self) -> Iterator[Event]:
        """Yield all events, waiting for those to come."""
        reader = _Reader()
        with self._bell() as bell:
            while True:
                found, is_closed = self._taken(reader)
                yield from found
                if is_closed:
                    return
                bell.acquire()

    async def __aiter__(self) -> AsyncIterator[Event]:
        """Yield all events, waiting in asyncio for those to come."""
        import asyncio  # noqa: PLC0415 - loaded by whoever gets here

        loop, news, reader = asyncio.get_running_loop(), asyncio.Event(), _Reader()

        def wake() -> None:
            with suppress(RuntimeError):  # the loop has been closed
                loop.call_soon_threadsafe(news.set)

        with self._waking(wake):
            while True:
                news.clear()
                found, is_closed = self._taken(reader)
                for event in found:
                    yield event
                if is_closed:
                    return
                await news.wait()

    def _taken(self, reader: _Reader) -> tuple[list[Event], bool]:
        """Return the events that a reader has not had, and whether the last is among them."""
        with self._lock:
            return reader.take(self._events), self._is_closed

    @contextmanager
    def _bell(self) -> Iterator[threading.Lock]:
        """Give a lock that can be acquired once after each event, or after several of them."""
        bell = threading.Lock()
        bell.acquire()

        def ring() -> None:
            with suppress(RuntimeError):  # it rings already
                bell.release()

        with self._waking(ring):
            yield bell

    @contextmanager
    def _waking(self, wake: Callable[[], None]) -> Iterator[None]:
        """Call `wake` after each event in this context."""
        with self._lock:
            self._wake.append(wake)
        try:
            yield
        finally:
            with self._lock:
                self._wake.remove(wake)


class _Reader:
    """How far one reader has come in the events of a run."""

    def __init__(self) -> None:
        self._at = 0
        self._latest: Event | None = None

    def take(self, events: list[Event]) -> list[Event]:
        """Return the events that the reader has not had."""
        first = self._at
        if first and events[first - 1] is not self._latest:  # progress that a newer one has replaced
            first -= 1
        found = events[first:]
        if events:
            self._at, self._latest = len(events), events[-1]
        return found
