"""Resources: how many processes convert, and how much each holds, so that all together stay under a limit.

Takes what a caller names, gives a number of processes and the sizes of everything that grows until it is
passed on. What a process takes without any input, and what a block of lines costs while it is alive, cannot
be made smaller: a limit below that is refused. Looks at the sizes and first bytes of files, and never at
streams or the web: those would have to be read for it.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from decimal import Decimal
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict

from exportkit.errors import OptionError, ReadError, Wording
from exportkit.read import stored_sizes
from exportkit.split import MAX_MEMBER_BYTES

__all__ = ["SIZES", "Sizes", "bytes_of", "can_fork", "choose_workers", "most_workers", "sizes_for"]

MIB = 2**20
MB = 10**6
#: Input that is worth one more process: less than this is converted while it starts.
WORTHWHILE_BYTES = 64 * MIB
#: How many times its size compressed input is at least, as exports go: keys and ids repeat in every line.
COMPRESSION_RATIO = 7
#: What one process takes that converts by itself, whatever it holds: interpreter, libraries, decoders, a
#: block. These figures are measured with rows that are wide in several tables, and rounded up.
ALONE_BYTES = 170 * MB
#: What the process takes that reads for workers, and what each of them does: libraries count once.
PARENT_BYTES = 60 * MB
WORKER_BYTES = 90 * MB
#: What a process takes beside that for what it holds with the sizes as they are by default.
SHARE_BYTES = 230 * MB
#: Below this many bytes to hold, row groups and blocks are so small that writing them is most of the work.
LEAST_SHARE_BYTES = 30 * MB
#: From here on larger sizes gain nothing.
MOST_TIMES = 8

_SIZE = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b?\s*", re.IGNORECASE)
_POWERS = "kmgt"


class Sizes(Struct, frozen=True):
    """How much one process holds.

    Attributes
    ----------
    batch_bytes : int
        Estimated bytes of a table that make a record batch, and a row group.
    held_bytes : int
        Bytes of input after which every table gives what it has.
    gathered_bytes : int
        Bytes that all tables together may have waiting for their row groups.
    max_line_bytes : int
        Lines above this are converted in fragments; one that is held costs about ten times its size.
    block_bytes : int
        Bytes decoded at a time. Smaller blocks stay closer to the processor, but each costs some hundred
        calls: on images 5.1 ms per MB with 1 MiB, 4.7 with 2, 4.9 with 4.
    chunk_bytes : int
        Bytes of members of a longer line that are converted at a time.
    max_held_line_bytes : int or None
        Longer lines may not be held even where they would have to be; None for no limit.
    """

    batch_bytes: int = 32 * MIB
    held_bytes: int = 64 * MIB
    gathered_bytes: int = 32 * MIB
    max_line_bytes: int = 24 * MIB
    block_bytes: int = 2 * MIB
    chunk_bytes: int = MIB // 2
    max_held_line_bytes: int | None = None

    def of_conversion(self) -> dict[str, Any]:
        """Return the sizes by their names among the options of a conversion."""
        found = asdict(self)
        del found["gathered_bytes"]
        return found

    def of_writing(self) -> dict[str, int]:
        """Return the sizes by their names among the options of writing."""
        return {"row_group_bytes": self.batch_bytes, "gathered_bytes": self.gathered_bytes}


#: What a process holds without a limit.
SIZES = Sizes()


def sizes_for(limit: int | str | None, workers: int) -> Sizes:
    """Return the sizes with which `workers` processes stay under `limit`; without one those by default.

    Raises
    ------
    OptionError
        The limit is no size, or less than so many processes take with the smallest sizes.
    """
    sizes = SIZES
    if limit is None:
        return sizes
    given = bytes_of(limit)
    if given < (least := least_bytes(workers)):
        processes = "one process" if workers == 1 else f"{workers} workers"
        problem = Wording(
            "{memory_limit} must be at least {least} MB for {processes}, not {given:g} MB",
            least=least // MB, processes=processes, given=given / MB,
        )  # fmt: skip
        raise OptionError("memory_limit", problem)
    share = given - ALONE_BYTES if workers == 1 else (given - PARENT_BYTES) / workers - WORKER_BYTES
    times = min(share / SHARE_BYTES, MOST_TIMES)
    return Sizes(
        batch_bytes=int(sizes.batch_bytes * times),
        held_bytes=int(sizes.held_bytes * times),
        gathered_bytes=int(sizes.gathered_bytes * times),
        max_line_bytes=min(int(sizes.max_line_bytes * times), MAX_MEMBER_BYTES),
        # Larger ones would leave the processor's cache.
        block_bytes=int(sizes.block_bytes * min(times, 1)),
        chunk_bytes=int(sizes.chunk_bytes * min(times, 1)),
        max_held_line_bytes=int(sizes.max_line_bytes * times),
    )


def least_bytes(workers: int) -> int:
    """Return the smallest limit that so many processes can keep."""
    if workers == 1:
        return ALONE_BYTES + LEAST_SHARE_BYTES
    return PARENT_BYTES + workers * (WORKER_BYTES + LEAST_SHARE_BYTES)


def most_workers(limit: int | str | None, workers: int) -> int:
    """Return how many of `workers` processes can keep `limit`, at least one."""
    if limit is None:
        return workers
    given = bytes_of(limit)
    while workers > 1 and least_bytes(workers) > given:
        workers -= 1
    return workers


def bytes_of(size: int | str) -> int:
    """Return the bytes of a size: a number of them, or text such as ``"700MB"`` (10**6) or ``"1.5 GiB"``.

    Raises
    ------
    OptionError
        It is neither.
    """
    if isinstance(size, int) and not isinstance(size, bool):
        return size
    found = _SIZE.fullmatch(size) if isinstance(size, str) else None
    if found is None:
        accepted = "{memory_limit} must be a number of bytes, or a size such as '700MB', not {size!r}"
        raise OptionError("memory_limit", Wording(accepted, size=size))
    power = _POWERS.index(found[2].lower()) + 1 if found[2] else 0
    return int(Decimal(found[1]) * (1024 if found[3] else 1000) ** power)


def can_fork() -> bool:
    """Return whether worker processes may be forked from this one.

    A fork keeps locks that other threads hold locked for ever. Threads of Python are therefore in the way;
    those that numpy and Arrow keep are not, since both put themselves in order after a fork. A daemonic
    process, such as one of a `multiprocessing.Pool` or of Celery, may start none.
    """
    started = sys.modules.get("multiprocessing.process")  # loaded in whatever it has started
    is_daemonic = started is not None and started.current_process().daemon
    return sys.platform == "linux" and threading.active_count() == 1 and not is_daemonic


def choose_workers(
    asked: int | None, source: object, *, can_fork: bool, memory_limit: int | str | None = None
) -> int:
    """Return how many processes convert: `asked`, or as many as there are cores and as `source` is worth.

    Where processes cannot be forked it is one unless somebody asks for more, since they would import the
    caller's script anew.

    Raises
    ------
    OptionError
        `memory_limit` is no size, or the machine has less memory than so many processes take.
    """
    if asked is not None:
        _refuse_beyond_memory(asked)
        return asked
    if not can_fork:
        return 1
    cores = most_workers(memory_limit, len(os.sched_getaffinity(0)))
    return min(cores, 1 + plain_bytes(source, cores * WORTHWHILE_BYTES) // WORTHWHILE_BYTES)


def _refuse_beyond_memory(workers: int) -> None:
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    if workers > 1 and (least := least_bytes(workers)) > memory:
        raise OptionError(
            "workers",
            Wording(
                "{workers} must be fewer than {given}: so many take {least} GB, the machine has {memory} GB",
                given=workers,
                least=least // 10**9,
                memory=memory // 10**9,
            ),
        )


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
