"""A pool of worker processes that convert units of the inputs into part files of their own.

An input that can be cut into ranges is read by the workers themselves; any other is read once, here, and
handed out in blocks. Each worker takes units in input order, so its part files are in input order too.
Which worker takes which unit changes no row.
"""

from __future__ import annotations

import multiprocessing
import signal
import warnings
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from types import TracebackType
from typing import Any, Self

from exportkit.errors import ExportkitError, Wording
from exportkit.pipeline.resources import can_fork
from exportkit.pipeline.units import Unit
from exportkit.pipeline.worker_process import HINT_MEMORY, Assignment, Done, work
from exportkit.place import Source
from exportkit.report import Report, merged
from exportkit.split import Split
from exportkit.write import PartFile

__all__ = ["WorkerPool"]

#: Units that a worker may have waiting: one to work on, one to go on with.
WAITING_UNITS = 2
#: Seconds a worker gets to end by itself before it is killed.
STOP_SECONDS = 0.5
_NAME = "exportkit-worker-"
_HINT_SCRIPT = (
    "a worker that is not forked runs the script again: put what the script does under "
    '`if __name__ == "__main__":`'
)
_HINT_DAEMONIC = Wording("leave {workers} out, or set it to 1, in a multiprocessing.Pool and the like")


class _Counts:
    """What all workers have counted so far."""

    def __init__(self) -> None:
        self.data_rows = 0
        self.bad_lines = 0
        self.input_bytes = 0
        #: Messages come with the report at the end.
        self.first_rejects: list[str] = []


class WorkerPool:
    """A number of worker processes; a context that leaves none of them behind.

    Parameters
    ----------
    count : int
        Number of processes.
    assignment : Assignment
        What they work on.
    """

    def __init__(self, count: int, assignment: Assignment) -> None:
        if multiprocessing.current_process().name.startswith(_NAME):
            raise ExportkitError("a worker process cannot start workers", hint=_HINT_SCRIPT)
        if multiprocessing.current_process().daemon:
            raise ExportkitError("a daemonic process cannot start workers", hint=_HINT_DAEMONIC)
        context = _context()
        self._workers: list[_Worker] = []
        try:
            for number in range(count):
                self._workers.append(_Worker(context, number, assignment, self._workers))
        except BaseException:
            for worker in self._workers:
                worker.stop(kill=True)
            raise
        self.counts = _Counts()

    def hand_out(self, units: Iterator[Unit | Split], source: Source) -> Iterator[None]:
        """Give the units of one source to whichever worker is free; yields while it waits for one.

        The last units may be under way when it ends, so that the next source need not wait: see `drain`.

        Raises
        ------
        ExportkitError
            A worker failed, or died.
        """
        for unit in units:
            worker = self._free_worker()
            while worker is None:
                self._listen()
                yield
                worker = self._free_worker()
            worker.give(unit, source)

    def drain(self) -> Iterator[None]:
        """Wait until every unit that was handed out is converted; yields after each.

        Raises
        ------
        ExportkitError
            A worker failed, or died.
        """
        while any(worker.waiting for worker in self._workers):
            self._listen()
            yield

    def finish(self) -> tuple[Report, list[PartFile]]:
        """Let every worker complete its files; return what they did together."""
        for worker in self._workers:
            worker.send(None)
        reports, parts = [], []
        for worker in self._workers:
            message = worker.receive()
            while isinstance(message, Done):
                message = worker.receive()
            reports.append(message[0])
            parts += message[1]
        return merged(reports), parts

    def kill(self) -> None:
        """End all workers at once, from whatever thread: whoever waits for one learns that it is gone."""
        for worker in self._workers:
            worker.process.terminate()

    def _free_worker(self) -> _Worker | None:
        free = min(self._workers, key=lambda worker: worker.waiting)
        return free if free.waiting < WAITING_UNITS else None

    def _listen(self) -> None:
        """Wait until a worker reports something, and count it."""
        busy = {worker.results: worker for worker in self._workers if worker.waiting}
        for ready in wait([*busy, *(worker.process.sentinel for worker in busy.values())]):
            worker = busy.get(ready) if isinstance(ready, Connection) else None
            if worker is not None:
                message = worker.receive()
                worker.reported = message
                worker.waiting -= message.finished
            else:
                next(one for one in busy.values() if one.process.sentinel == ready).check_alive()
        reported = [worker.reported for worker in self._workers]
        self.counts.data_rows = sum(one.data_rows for one in reported)
        self.counts.bad_lines = sum(one.bad_lines for one in reported)
        self.counts.input_bytes = sum(one.input_bytes for one in reported)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.stop(kill=kind is not None)


class _Worker:
    """One process, seen from the process that started it."""

    def __init__(
        self, context: BaseContext, number: int, assignment: Assignment, earlier: Sequence[_Worker]
    ) -> None:
        given, self.tasks = context.Pipe(duplex=False)
        self.results, given_back = context.Pipe(duplex=False)
        # A fork has the ends of this process too: held open there, they would outlive it, and no worker would
        # learn that it is gone.
        here = [end for one in (*earlier, self) for end in (one.tasks, one.results)]
        inherited = here if context.get_start_method() == "fork" else []
        self.waiting = 0
        self.reported = Done(0, 0, 0, finished=False)
        self.process: Any = context.Process(  # type: ignore[attr-defined]  # every context has one
            target=work,
            args=(given, given_back, number, assignment, inherited),
            name=f"{_NAME}{number}",
            daemon=True,
        )
        with warnings.catch_warnings():  # of threads, since Python 3.12: `can_fork` has looked at them
            warnings.simplefilter("ignore", DeprecationWarning)
            self.process.start()
        given.close()
        given_back.close()

    def give(self, unit: Unit | Split, source: Source) -> None:
        self.send((unit, source))
        self.waiting += 1

    def send(self, task: tuple[Unit | Split, Source] | None) -> None:
        """Give the worker something to do, or word that nothing more comes; raise what it failed with."""
        try:
            self.tasks.send(task)
        except (BrokenPipeError, ConnectionResetError):
            while True:  # what it has reported before, and then that it is gone
                self.receive()

    def receive(self) -> Any:
        """Return the next thing that the worker reports; raise what it failed with."""
        try:
            message = self.results.recv()
        except (EOFError, ConnectionResetError):
            self.process.join(STOP_SECONDS)
            raise _death(self.process.exitcode) from None
        if isinstance(message, BaseException):
            raise message
        return message

    def check_alive(self) -> None:
        """Raise when the process is gone without having said why."""
        if not self.results.poll():
            self.process.join(STOP_SECONDS)
            raise _death(self.process.exitcode)

    def stop(self, *, kill: bool) -> None:
        if kill and self.process.is_alive():
            self.process.terminate()
        self.process.join(STOP_SECONDS)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self.tasks.close()
        self.results.close()


def _death(exit_code: int | None) -> ExportkitError:
    # Only a worker that imports the caller's script can fail before it reports its own errors.
    hint = _HINT_SCRIPT if exit_code == 1 and not can_fork() else HINT_MEMORY
    if exit_code is not None and exit_code < 0:
        return ExportkitError(f"a worker process was killed by {signal.Signals(-exit_code).name}", hint=hint)
    return ExportkitError(f"a worker process ended with exit code {exit_code}", hint=hint)


def _context() -> BaseContext:
    """Return how processes are started: by fork where that is safe, since it saves the imports."""
    return multiprocessing.get_context("fork" if can_fork() else "spawn")
