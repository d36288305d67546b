"""Runs: a conversion as an object that can be watched, cancelled and waited for.

The work is the same in the calling thread (`Run.execute`) and on a thread of its own (`Run.begin`).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from types import TracebackType
from typing import Any, Literal, Self

from exportkit.errors import CancelledError
from exportkit.events import Cancelled, Event, EventLog, Failed, Finished, Progress
from exportkit.pipeline.run_monitor import RunMonitor
from exportkit.report import Report, warn_of

__all__ = ["Run"]


class Run:
    """A conversion under way, to be watched, cancelled and waited for, from any thread and from asyncio.

    `exportkit.start` makes it. As a context it ends with the block: an error in the block, Ctrl-C included,
    cancels the run, and leaving the block waits for its end.

    Attributes
    ----------
    events : EventLog
        What happens, for ``for`` and ``async for``: an `exportkit.events.SourceOpened` for each input,
        `Progress` about ten times per second, a `SourceRead`, and last `Finished`, `Failed` or `Cancelled`.
        Everyone who iterates gets all events from the first; of `Progress` events that follow each other, a
        late reader gets the newest.

    Notes
    -----
    ``await run`` waits as `wait` does. An awaiting task that is cancelled leaves the run alone, and so does
    Ctrl-C while `wait` waits, as for a `concurrent.futures.Future`: call `cancel`, or use the run as a
    context.
    """

    def __init__(
        self, work: Callable[[RunMonitor], Report], *, progress: Callable[[Progress], None] | None = None
    ) -> None:
        self.events = EventLog()
        self._work = work
        self._monitor = RunMonitor(progress, self.events.publish)
        self._monitor.begin()
        self._thread: threading.Thread | None = None
        self._state: Literal["running", "finished", "failed", "cancelled"] = "running"
        self._report: Report | None = None
        self._error: BaseException | None = None
        self._has_warned = False

    @property
    def state(self) -> Literal["running", "finished", "failed", "cancelled"]:
        """What has become of the run."""
        return self._state

    @property
    def done(self) -> bool:
        """Whether the run is over, in whatever way."""
        return self._state != "running"

    @property
    def progress(self) -> Progress:
        """How far the run is now: a snapshot."""
        return self._monitor.progress()

    @property
    def report(self) -> Report | None:
        """What the run did; None until it is finished."""
        return self._report

    @property
    def error(self) -> BaseException | None:
        """What `wait` raises; None while the run goes on, and when it is finished."""
        return self._error

    def cancel(self) -> bool:
        """Ask the run to stop, and return at once.

        A run that stops leaves what an interrupted one leaves: nothing visible, no worker process and no
        temporary file.

        Returns
        -------
        bool
            Whether it will stop. False when it is over, or its files are becoming visible.
        """
        return self._monitor.cancel()

    def wait(self, timeout: float | None = None) -> Report:
        """Wait until the run is over and return its report.

        Parameters
        ----------
        timeout : float, optional
            Seconds to wait; without limit when left out.

        Returns
        -------
        Report
            What the run did with every line.

        Raises
        ------
        TimeoutError
            The time is up; the run goes on.
        CancelledError
            The run was cancelled.
        Exception
            Whatever the run failed with, in every call.

        Warns
        -----
        ExportkitWarning
            In the first call: lines were rejected, or there were fields or kinds beyond the catalogue. The
            files are visible then, and `report` is there.
        """
        if not self.events.wait_closed(timeout):
            raise TimeoutError(f"the run is not over after {timeout:g} seconds")
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
        if self._error is not None:
            raise self._error
        assert self._report is not None  # noqa: S101 - a run that is over without error has one
        self._warn(self._report)
        return self._report

    def _warn(self, report: Report) -> None:
        if not self._has_warned:
            self._has_warned = True
            warn_of(report)

    def execute(self) -> Report:
        """Do the work in the calling thread and return its report; raise what it fails with."""
        self._monitor.warn = self._warn
        try:
            self._report = self._work(self._monitor)
        except BaseException as error:
            self._fail(error)
            if self._error is error:
                raise
            raise self._error from error  # type: ignore[misc]  # `_fail` has set it
        self._end("finished", Finished(self._report))
        return self.wait()

    def begin(self) -> Self:
        """Do the work on a thread of its own; return at once."""
        self._monitor.wait_for_sources_apart()
        self._thread = threading.Thread(target=self._execute_apart, name="exportkit-run")
        self._thread.start()
        return self

    def _execute_apart(self) -> None:
        try:
            report = self._work(self._monitor)
        except BaseException as error:  # noqa: BLE001 - `wait` raises it
            self._fail(error)
        else:
            self._report = report
            self._end("finished", Finished(report))

    def _fail(self, error: BaseException) -> None:
        if not self._monitor.is_cancelled:
            self._error = error
            self._end("failed", Failed(error))
            return
        self._error = error if isinstance(error, CancelledError) else CancelledError("the run was cancelled")
        self._end("cancelled", Cancelled())

    def _end(self, state: Literal["finished", "failed", "cancelled"], event: Event) -> None:
        self._monitor.end()
        self._state = state
        self.events.publish(event, last=True)

    def __await__(self) -> Generator[Any, None, Report]:
        return self._wait_in_asyncio().__await__()

    async def _wait_in_asyncio(self) -> Report:
        async for _ in self.events:
            pass
        return self.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.cancel()
        self.events.wait_closed()
        if self._thread is not None:
            self._thread.join()

    def __repr__(self) -> str:
        return f"<Run {self._state}: {self.progress.data_rows} data rows>"
