"""Type drift: the spellings of a value that a column takes, and those that go to ``extra``.

Declared once: the data dictionary shows it, and the tests try every example on every column of the type.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["DRIFT", "Drift", "Spellings"]


class Spellings(NamedTuple):
    """Values of one description.

    Attributes
    ----------
    about : str
        Description.
    examples : tuple of str
        Some of the values, as JSON.
    """

    about: str
    examples: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.about} ({', '.join(f'`{one}`' for one in self.examples)})"


class Drift(NamedTuple):
    """The values of an export that columns of some types take, and those that they do not.

    Attributes
    ----------
    types : tuple of str
        Types of columns.
    taken : tuple of Spellings
        Values that the column takes without loss.
    left : tuple of Spellings
        Values that go to ``extra`` under their own path, with a null in the column.
    """

    types: tuple[str, ...]
    taken: tuple[Spellings, ...]
    left: tuple[Spellings, ...]


_NO_SCALAR = Spellings("an array or object", ('["a"]', '{"a": 1}'))

DRIFT = (
    Drift(
        ("string",),
        (Spellings("strings", ('"a"', '""', '"\\u0000"', '"90"')),),
        (
            Spellings("numbers and booleans", ("90", "1.5", "true")),
            Spellings("half a surrogate pair, which UTF-8 cannot hold", ('"\\ud800"',)),
            _NO_SCALAR,
        ),
    ),
    Drift(
        ("int32", "int64"),
        (Spellings("whole numbers in range", ("90", "-1", "90.0", "9e1")),),
        (
            Spellings("fractions", ("90.5",)),
            Spellings("larger numbers", ("9223372036854775808", "1e400")),
            Spellings("digits in a string, booleans", ('"90"', "true")),
            _NO_SCALAR,
        ),
    ),
    Drift(
        ("float64",),
        (Spellings("numbers", ("1.5", "1", "-0.0", "9007199254740992", "5e-324")),),
        (
            Spellings("whole numbers that would be rounded", ("9007199254740993",)),
            Spellings("numbers beyond range", ("1e400", "-1e400")),
            Spellings("digits in a string, booleans", ('"1.5"', "false")),
            _NO_SCALAR,
        ),
    ),
    Drift(
        ("bool",),
        (Spellings("booleans", ("true", "false")),),
        (Spellings("what others write for them", ("0", "1", '"true"')), _NO_SCALAR),
    ),
    Drift(
        ("timestamp[us, UTC]",),
        (
            Spellings(
                "ISO 8601 with an offset, or in UTC without one",
                (
                    '"2024-02-29T12:00:00.123456Z"', '"2024-02-29T12:00:00+05:30"', '"2024-02-29T12:00:00"',
                    '"2024-02-29 12:00"', '"2024-02-29"',
                ),
            ),
            Spellings(
                "the years 1 to 9999", ('"0001-01-01T00:00:00Z"', '"9999-12-31T23:59:59.999999Z"')
            ),
            Spellings("zeros beyond microseconds", ('"2024-02-29T12:00:00.123456000Z"',)),
        ),
        (
            Spellings("finer fractions of a second", ('"2024-02-29T12:00:00.123456789Z"',)),
            Spellings("leap seconds", ('"2016-12-31T23:59:60Z"',)),
            Spellings(
                "instants before the year 1 or after 9999",
                ('"0001-01-01T00:00:00+01:00"', '"9999-12-31T23:59:59-01:00"', '"10000-01-01T00:00:00Z"'),
            ),
            Spellings("days that there were not", ('"2023-02-29"',)),
            Spellings("other strings, and numbers", ('"yesterday"', '""', "1709208000")),
            _NO_SCALAR,
        ),
    ),
)  # fmt: skip
