"""Side by side: the same work for several items at the same time, on threads.

For work that waits or releases the interpreter. Takes a function and items, gives the results.
"""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Callable, Collection
from contextlib import suppress
from threading import Thread
from typing import TypeVar

__all__ = ["AwaitedThread", "side_by_side"]

#: Seconds after which a wait that lost its word to Ctrl-C looks for itself.
LOOK_SECONDS = 0.1

Item = TypeVar("Item")
Result = TypeVar("Result")


class AwaitedThread(Thread):
    """A thread that can be waited for once more after Ctrl-C has ended the first wait.

    A `Thread.join` that is interrupted takes the thread for ended from then on (Python 3.11, 3.12).
    """

    _is_over = False

    def start(self) -> None:
        """Begin."""
        self._ended: queue.SimpleQueue[None] = queue.SimpleQueue()
        super().start()

    def run(self) -> None:
        """Do the work."""
        try:
            super().run()
        finally:
            self._is_over = True
            self._ended.put(None)

    def wait(self) -> None:
        """Wait until the work is done."""
        while not self._is_over:
            with suppress(queue.Empty):
                self._ended.get(timeout=LOOK_SECONDS)
        self.join()


def side_by_side(work: Callable[[Item], Result], items: Collection[Item], threads: int) -> list[Result]:
    """Return what `work` gives for each item, in the order of the items; the calling thread works too.

    Raises what the first of them raises. After that, or after Ctrl-C, no more work is begun, and work that
    was begun is waited for. An executor would not do: it takes no work once the interpreter exits, and a run
    on a thread of its own may still have files to flush by then.
    """
    waiting = deque(enumerate(items))
    results: dict[int, Result] = {}
    failures: dict[int, BaseException] = {}

    def take() -> None:
        while waiting and not failures:
            try:
                at, item = waiting.popleft()
            except IndexError:  # another thread has taken the last one
                return
            try:
                results[at] = work(item)
            except BaseException as error:  # noqa: BLE001 - raised again in the calling thread
                failures[at] = error

    others: list[AwaitedThread] = []
    try:
        for _ in range(min(threads, len(items)) - 1):
            thread = AwaitedThread(target=take, name="exportkit-side-by-side")
            thread.start()
            others.append(thread)
    except RuntimeError:  # the system, or an interpreter that exits, gives no more threads: these must do
        pass
    take()
    try:
        for thread in others:
            thread.wait()
    except BaseException:
        waiting.clear()
        for thread in others:
            thread.wait()
        raise
    if failures:
        raise failures[min(failures)]
    return [results[at] for at in range(len(items))]
