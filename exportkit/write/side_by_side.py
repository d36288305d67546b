"""Side by side: the same work for several things on threads, where it waits or lets the interpreter go on.

Takes a function and items, gives the results. Does not know what the work is.
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

    Raises what the first of them raises. Nothing more is begun then, nor after Ctrl-C; what was begun is
    waited for.
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
