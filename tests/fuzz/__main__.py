"""``python -m fuzz``: the laws over mutated lines and bytes, for a bounded time, its seed said aloud."""

from __future__ import annotations

import argparse
import random
import sys
import time

from fuzz.cases import case
from fuzz.fuzzing import Outcome, fuzz, shrunk

__all__ = ["main"]

TELL_SECONDS = 30.0
#: Inputs that are shown; more failures mostly have the same cause.
MAX_SHOWN = 10


def main() -> int:
    """Run, and return 1 when a law was broken."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--seconds", type=float, default=300.0, help="when to stop (default: 300)")
    parser.add_argument("--cases", type=int, help="how many cases to try at most")
    parser.add_argument("--seed", type=int, help="number of the first case (default: drawn)")
    given = parser.parse_args()
    first = random.getrandbits(40) if given.seed is None else given.seed
    print(f"seed: {first} (again with --seed={first})", flush=True)
    started = told = time.monotonic()
    outcome, shown = Outcome(), 0
    for outcome in fuzz(first, cases=given.cases, seconds=given.seconds):
        for failure in outcome.failures[shown:]:
            print(f"case {failure.number} breaks: {failure.broken[0][:300]}", flush=True)
        shown = len(outcome.failures)
        now = time.monotonic()
        if now - told > TELL_SECONDS:
            told = now
            print(f"{now - started:.0f} s: {outcome.cases} cases, {len(outcome.failures)} fail", flush=True)
    _print(outcome, time.monotonic() - started)
    return 1 if outcome.failures else 0


def _print(outcome: Outcome, seconds: float) -> None:
    print(f"{outcome.cases} cases, {outcome.bytes} bytes, {seconds:.0f} s")
    for law, cases in outcome.tried.items():
        print(f"{cases:9d}  {law}")
    for failure in outcome.failures[:MAX_SHOWN]:
        data, found = shrunk(case(failure.number))
        print(f"\ncase {failure.number} (again with --seed={failure.number} --cases=1) breaks")
        for law in found.broken or failure.broken:
            print(f"  {law}")
        print(f"smallest input found: {data[:2000]!r}")
    if len(outcome.failures) > MAX_SHOWN:
        print(f"\n... and {len(outcome.failures) - MAX_SHOWN} more")


if __name__ == "__main__":
    sys.exit(main())
