"""Cases: a number gives the bytes of an input, always the same for the same number.

The seeds are the goldens and the smaller lines of the hostile corpus. One case is up to eight lines, some as
they are, most mutated; some cases are cut and spliced as bytes, or stand in a JSON array.
"""

from __future__ import annotations

import json
import random
import re
from functools import cache
from pathlib import Path

from fuzz.mutators import mutated_bytes, mutated_line
from hostile.corpus import REJECTS, ROWS

__all__ = ["case", "seed_lines"]

GOLDEN = Path(__file__).parents[1] / "golden"
#: A longer line of the corpus would take the time of a hundred others.
MAX_LINE_BYTES = 20_000
#: Longer numbers than plain Python reads, which is what the laws compare with.
LONG_NUMBER = re.compile(rb"\d{4000}")


@cache
def seed_lines() -> tuple[list[bytes], list[bytes]]:
    """Return lines that are JSON objects, and lines that are anything."""
    goldens = [line for path in sorted(GOLDEN.glob("*.ndjson")) for line in path.read_bytes().splitlines()]
    odd = [make() for make in ROWS.values()] + [make() for make, _ in REJECTS.values()]
    short = [line for line in (*goldens, *odd) if len(line) <= MAX_LINE_BYTES]
    short = [line for line in short if not LONG_NUMBER.search(line)]
    return [line for line in short if _can_be_mutated(line)], short


def _can_be_mutated(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def case(number: int) -> bytes:
    """Return the input of a case."""
    chance = random.Random(number)
    objects, others = seed_lines()
    data = b"\n".join(_line(chance, objects, others) for _ in range(chance.choice((1, 1, 2, 3, 5, 8))))
    form = chance.random()
    if form < 0.05:
        data = b"[" + data.replace(b"\n", b",\n") + b"]"
    if form < 0.2:
        data = mutated_bytes(chance, data, others)
    return data + b"\n" * (chance.random() < 0.8)


def _line(chance: random.Random, objects: list[bytes], others: list[bytes]) -> bytes:
    kind = chance.random()
    if kind < 0.7:
        return mutated_line(chance, chance.choice(objects), objects)
    line = chance.choice(others)
    return mutated_bytes(chance, line, others) if kind < 0.9 else line
