"""Side by side: the same work for several items at the same time, on threads.

For work that waits or releases the interpreter. Takes a function and items, gives the results.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

__all__ = ["side_by_side"]

Item = TypeVar("Item")
Result = TypeVar("Result")


def side_by_side(work: Callable[[Item], Result], items: Collection[Item], threads: int) -> list[Result]:
    """Return what `work` gives for each item, in the order of the items.

    Raises what the first of them raises. After that, or after Ctrl-C, no more work is begun, and work that
    was begun is waited for.
    """
    count = min(threads, len(items))
    if count <= 1:
        return [work(item) for item in items]
    with ThreadPoolExecutor(count) as pool:
        results = [pool.submit(work, item) for item in items]
        try:
            return [result.result() for result in results]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
