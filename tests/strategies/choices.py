"""Choices: takes a tape of bytes, gives the small decisions that a row is made of.

Hypothesis draws the tape in one go and a row reads it byte by byte, which is some ten times faster than to
draw each decision. A tape that has run out reads as zeros, and zero is the simplest choice everywhere: no
optional key, an empty list, the first of some options. So tapes shrink well.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from hypothesis import strategies as st

__all__ = ["Choices", "JsonObject", "choices", "json_values"]

JsonObject = dict[str, Any]
T = TypeVar("T")

TAPE_BYTES = st.sampled_from([0, 60, 200, 200, 500, 500, 1500])
NAMES = ("box", "traffic light", "Seleccionar taxón", "東京", "a\nb", '"', "\u2028", "5334873", "")
TEXTS = (
    "clear", 'x, "quoted" é\n2nd line', "https://example.org/?a=b&c=d", "12.50", "\x85\u2028", "\\u00e9", "",
)  # fmt: skip
INSTANTS = (
    "2025-03-02T08:00:00.000+00:00", "2025-03-02T08:00:00.042+00:00", "2023-04-16T17:04:23+00:00",
    "2025-02-01T00:00:00.000Z", "2025-03-30T02:30:00+02:00", "2024-02-29T23:59:59.999999-05:30",
    "1969-12-31T23:59:59.5+00:00", "2024-12-31T12:00:00",
)  # fmt: skip
NUMBERS = (0.0, 48.0, 2.25, 29.97002997002997, 0.1, -1e-7, 1e21, 2**53, 0.8576426666666667, -0.0, 1.5e300)
COUNTS = (90.0, 2**31, 2**53 + 1, 2**63 - 1)
SCORES = (0, 1, 0.5, 0.8576426666666667, 1.0)
FRAMES = (1, 5, 10, 2, 0, 13, 100_000)
HOW_MANY = (0, 1, 1, 2, 3)
ID_PREFIX = "cm00000000000000"


class Choices:
    """The decisions of one row.

    Parameters
    ----------
    tape : bytes
        What decides; reads as zeros beyond its end.
    """

    def __init__(self, tape: bytes) -> None:
        self._tape = iter(tape)
        self._serial = 0
        drift = self.below(4)
        #: Whether features carry ``feature_schema_id`` and ``value``: early exports do not.
        self.with_schema_ids, self.with_values = drift != 1, drift in (0, 3)
        #: Whether the row is made of labels of Export V1.
        self.of_old_export = self.below(4) == 1

    def below(self, limit: int) -> int:
        """Return a whole number from 0 up to and without `limit`, at most 256."""
        return next(self._tape, 0) % limit

    def id(self) -> str:
        """Return an id of 25 characters that the row has not used."""
        self._serial += 1
        return f"{ID_PREFIX}{self._serial:09d}"

    def some(self, **optional: Any) -> JsonObject:
        """Return some of the keys; a callable value is called only when it is needed."""
        chosen = {}
        for key, value in optional.items():
            if self.yes():
                chosen[key] = value() if callable(value) else value
        return chosen

    def yes(self) -> bool:
        """Return true or false."""
        return self.below(2) == 1

    def one_of(self, options: Iterable[T]) -> T:
        """Return one of `options`."""
        known = list(options)
        return known[self.below(len(known))]

    def several(self, make: Callable[[], T]) -> list[T]:
        """Return a list of none to three items."""
        return [make() for _ in range(self.one_of(HOW_MANY))]

    def name(self) -> str:
        """Return a short string, now and then of any characters."""
        return self._string(NAMES)

    def text(self) -> str:
        """Return a string, now and then of any characters."""
        return self._string(TEXTS)

    def instant(self) -> str:
        """Return a timestamp in one of the platform's spellings."""
        return self.one_of(INSTANTS)

    def number(self) -> float:
        """Return a finite number, written as integer or float."""
        choice = self.below(256)
        if choice < 100:  # the shares of whole, listed, short and any numbers
            return choice - 10
        if choice < 170:  # as above
            return NUMBERS[choice % len(NUMBERS)]
        if choice < 220:  # as above
            return round(choice + self.below(256) / 256, 3)
        (value,) = struct.unpack("<d", bytes(self.below(256) for _ in range(8)))
        return value if math.isfinite(value) else float(choice)

    def count(self) -> float:
        """Return a whole number that int64 holds, as a rule small and written as an integer."""
        choice = self.below(256)
        return choice if choice < 240 else COUNTS[choice % len(COUNTS)]  # mostly small

    def score(self) -> float:
        """Return a number from 0 to 1."""
        return self.one_of(SCORES)

    def frames(self) -> list[int]:
        """Return some frame numbers, each once, not always in order."""
        chosen = [frame for frame in FRAMES if self.below(3) == 1]
        return chosen[::-1] if self.yes() else chosen

    def _string(self, known: tuple[str, ...]) -> str:
        choice = self.below(256)
        if choice < 230:  # mostly known ones
            return known[choice % len(known)]
        points = (self.below(256) << 8 | self.below(256) for _ in range(choice - 230))
        return "".join(chr(point) for point in points if not 0xD800 <= point <= 0xDFFF)  # surrogates


@st.composite
def choices(draw: st.DrawFn) -> Choices:
    """Give the decisions of one row."""
    size = draw(TAPE_BYTES)
    return Choices(draw(st.binary(min_size=size, max_size=size)))


def json_values() -> st.SearchStrategy[Any]:
    """Give any JSON value, small, numbers beyond 64 bits among them."""
    scalars = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**53), 2**53),
        st.sampled_from([2**53 + 1, -(2**63), 2**64, 2**80, 0.1, 1e300, -0.0]),
        st.text(max_size=5),
    )
    keys = st.sampled_from(["a", "b", "é", "0", ""])
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner, max_size=2),
        max_leaves=4,
    )
