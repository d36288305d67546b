"""Fuzzing: cases one after the other for a given time or number, and the smallest input that still fails."""

from __future__ import annotations

import faulthandler
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from fuzz.cases import case
from fuzz.laws import Found, broken_laws

__all__ = ["Failure", "Outcome", "fuzz", "shrunk"]

#: A case that takes so long hangs: its number and where it stands are printed, and the process ends.
HANG_SECONDS = 120
#: Attempts at making a failing input smaller.
MAX_ATTEMPTS = 400


@dataclass(frozen=True, slots=True)
class Failure:
    """A case that breaks laws.

    Attributes
    ----------
    number : int
        Its number.
    broken : list of str
        What it breaks.
    """

    number: int
    broken: list[str]


@dataclass(slots=True)
class Outcome:
    """What a run found.

    Attributes
    ----------
    cases, bytes : int
        Inputs tried, and how long they were together.
    tried : Counter of str
        Cases by law.
    failures : list of Failure
        Those that break one.
    """

    cases: int = 0
    bytes: int = 0
    tried: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)


def fuzz(first: int, *, cases: int | None = None, seconds: float | None = None) -> Iterator[Outcome]:
    """Try the cases from `first` on; yield what was found so far after each.

    Parameters
    ----------
    first : int
        Number of the first case.
    cases : int, optional
        How many to try at most.
    seconds : float, optional
        When to stop beginning another one.
    """
    outcome = Outcome()
    end = None if seconds is None else time.monotonic() + seconds
    for number in count(first) if cases is None else range(first, first + cases):
        if end is not None and time.monotonic() >= end:
            return
        data = case(number)
        faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
        try:
            found = broken_laws(data)
        finally:
            faulthandler.cancel_dump_traceback_later()
        outcome.cases += 1
        outcome.bytes += len(data)
        outcome.tried += found.tried
        if found.broken:
            outcome.failures.append(Failure(number, found.broken))
        yield outcome


def shrunk(data: bytes) -> tuple[bytes, Found]:
    """Return a smaller input that breaks the same law as `data` first breaks, and what it breaks."""
    found = broken_laws(data)
    law = _law(found)
    attempts, size = 0, len(data) // 2
    while size and attempts < MAX_ATTEMPTS:
        at = 0
        while at < len(data) and attempts < MAX_ATTEMPTS:
            attempts += 1
            less = data[:at] + data[at + size :]
            other = broken_laws(less)
            if _law(other) == law:
                data, found = less, other
            else:
                at += size
        size //= 2
    return data, found


def _law(found: Found) -> str | None:
    return found.broken[0].partition(":")[0] if found.broken else None
