"""Ids: takes a random generator, gives ids like the platform's; does not know what they name.

An id has 25 characters: ``c``, a time, a counter, a fingerprint and a random part in base 36. Time and
counter together never repeat, so no id is given twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

import numpy as np
from numpy.typing import NDArray

__all__ = ["Ids"]

#: Milliseconds since 1970 of the first id: March 2025.
FIRST_TIME_MS = 1_741_000_000_000
IDS_PER_MS = 3
BLOCK = 16_384
ID_LENGTH = 25
DIGITS = np.frombuffer(b"0123456789abcdefghijklmnopqrstuvwxyz", dtype=np.uint8)


class Ids:
    """An endless supply of ids.

    Parameters
    ----------
    rng : numpy.random.Generator
        Source of the random parts.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._fingerprints = rng.integers(0, 36, size=(16, 4), dtype=np.uint8)
        self._stream = chain.from_iterable(self._blocks())

    def one(self) -> str:
        """Return an id that was not given before."""
        return next(self._stream)

    def many(self, count: int) -> list[str]:
        """Return `count` ids that were not given before."""
        return list(islice(self._stream, count))

    def _blocks(self) -> Iterator[list[str]]:
        start = 0
        while True:
            yield self._block(start)
            start += BLOCK

    def _block(self, start: int) -> list[str]:
        serial = np.arange(start, start + BLOCK, dtype=np.int64)
        characters = np.empty((BLOCK, ID_LENGTH), dtype=np.uint8)
        characters[:, 0] = ord("c")
        characters[:, 1:9] = DIGITS[_base36(FIRST_TIME_MS + serial // IDS_PER_MS, 8)]
        characters[:, 9:13] = DIGITS[_base36(serial, 4)]
        server = self._rng.integers(0, len(self._fingerprints), size=BLOCK)
        characters[:, 13:17] = DIGITS[self._fingerprints[server]]
        characters[:, 17:25] = DIGITS[self._rng.integers(0, 36, size=(BLOCK, 8), dtype=np.uint8)]
        text = characters.tobytes().decode("ascii")
        return [text[at : at + ID_LENGTH] for at in range(0, len(text), ID_LENGTH)]


def _base36(numbers: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    powers = 36 ** np.arange(width - 1, -1, -1, dtype=np.int64)
    return (numbers[:, None] // powers) % 36
