"""Encoding thread: a thread that encodes and writes batches while the caller goes on.

Takes and gives what a `LakeWriter` takes and gives, in the same order. pyarrow releases the interpreter while
it encodes, so that one process uses two cores. It gains nothing where workers already use all cores.
"""

from __future__ import annotations

import queue
import threading
from types import TracebackType
from typing import Self

import pyarrow as pa

from exportkit.lakes import PartFile
from exportkit.write.lake_writer import BatchSink
from exportkit.write.parallel import AwaitedThread

__all__ = ["EncodingThread"]


class EncodingThread:
    """Write through `sink` on a thread of its own.

    What `sink` raises is raised by the next `write` or `close` here. Start it in the process that uses it:
    threads do not survive a fork.

    Parameters
    ----------
    sink : BatchSink
        Does the work; nobody else may call it from now on.
    waiting_batches : int
        Batches that may wait, beside the one being written: bounds memory. `write` blocks above it.
    """

    def __init__(self, sink: BatchSink, *, waiting_batches: int = 1) -> None:
        if waiting_batches < 1:
            raise ValueError(f"waiting_batches must be 1 or more, not {waiting_batches}")
        self._sink = sink
        # Ctrl-C may come at any moment: `queue.Queue` would keep its lock then, and stop both sides for ever.
        self._given: queue.SimpleQueue[tuple[str, pa.RecordBatch] | None] = queue.SimpleQueue()
        self._room: queue.SimpleQueue[None] = queue.SimpleQueue()
        for _ in range(waiting_batches + 1):
            self._room.put(None)
        self._failure: BaseException | None = None
        self._stopping = threading.Event()
        self._closed = False
        # A daemon: an interpreter that exits without close or abort does not wait for it.
        self._thread = AwaitedThread(target=self._work, name="exportkit-encoding", daemon=True)
        self._thread.start()

    def write(self, table: str, batch: pa.RecordBatch) -> None:
        """Hand a batch over; waits while `waiting_batches` are waiting.

        Raises
        ------
        WriteError, TableError
            An earlier batch could not be written.
        ValueError
            The thread is closed.
        """
        self._refuse_closed()
        self._raise_failure()
        self._room.get()
        self._given.put((table, batch))

    def close(self) -> list[PartFile]:
        """Wait until all batches are written, complete all parts and return them."""
        self._refuse_closed()
        self._raise_failure()
        try:
            self._given.put(None)
            self._thread.wait()
        except BaseException:
            self.abort()
            raise
        self._raise_failure()
        self._closed = True
        return self._sink.close()

    def abort(self) -> None:
        """Drop the waiting batches, wait for the one being written, and abort the sink."""
        self._closed = True
        self._stopping.set()
        self._given.put(None)
        self._thread.wait()
        self._sink.abort()

    def _work(self) -> None:
        while (item := self._given.get()) is not None:
            # After a failure the batches are still taken, so that `write` never waits for a dead thread.
            if self._failure is None and not self._stopping.is_set():
                try:
                    self._sink.write(*item)
                except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                    self._failure = error
            del item
            self._room.put(None)

    def _refuse_closed(self) -> None:
        if self._closed:
            raise ValueError("the encoding thread is closed")

    def _raise_failure(self) -> None:
        if self._failure is not None:
            failure = self._failure
            self.abort()
            raise failure

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._closed:
            self.abort()
