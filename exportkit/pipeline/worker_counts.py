"""Worker counts: how many processes an input is worth, when nobody says.

Takes what a caller named, gives a number. Looks at the sizes and first bytes of files, and never at streams
or the web: those would have to be read for it.
"""

from __future__ import annotations

import os

from exportkit.errors import ReadError
from exportkit.pipeline.memory_limits import most_workers
from exportkit.read import stored_sizes

__all__ = ["choose_workers"]

#: Input that a process more is worth: less than this is converted while it starts.
WORTHWHILE_BYTES = 64 * 2**20
#: How many times its size compressed input is at least, as exports go: keys and ids repeat in every line.
COMPRESSION_RATIO = 7


def choose_workers(
    asked: int | None, source: object, *, can_fork: bool, memory_limit: int | str | None = None
) -> int:
    """Return how many processes convert: `asked`, or what the cores and the size of `source` are worth.

    Where processes cannot be forked it is one unless somebody asks for more, since they would then import
    the caller's script anew.

    Raises
    ------
    ValueError
        `asked` is below 1, or `memory_limit` is no size.
    """
    if asked is not None:
        if asked < 1:
            raise ValueError(f"workers must be 1 or more, not {asked}")
        return asked
    if not can_fork:
        return 1
    cores = most_workers(memory_limit, len(os.sched_getaffinity(0)))
    return min(cores, 1 + plain_bytes(source, cores * WORTHWHILE_BYTES) // WORTHWHILE_BYTES)


def plain_bytes(source: object, enough: int) -> int:
    """Return about how many bytes of lines the files of `source` hold; looks at `enough` of them."""
    found = 0
    try:
        for size, compression in stored_sizes(source):
            found += size * (COMPRESSION_RATIO if compression else 1)
            if found >= enough:
                break
    except (OSError, ReadError, TypeError, ValueError):
        return 0  # whoever opens it says what is wrong with it
    return found
