"""Instants: the strings that a timestamp column takes, and their meaning.

A date, alone or with a time to the hour, minute, second or microsecond, and with an offset or none (UTC).
Other spellings stay strings: their meaning differs between parsers, and between versions of Python (3.11
reads ``08:00:01:5`` as 1.5 seconds).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

__all__ = ["newest", "newest_of", "parse_timestamp"]

#: The platform's spelling; nearly all instants have it, and it takes half the time of the general one.
_PLAIN = re.compile(r"[0-9]{4}-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]\.[0-9]{3}\+00:00")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ](?:[01][0-9]|2[0-3])(?::[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6}0*)?)?)?"
    r"(?:Z|[+-][0-9]{2}(?::?[0-5][0-9])?)?)?"
)


def parse_timestamp(text: str) -> datetime | None:
    """Return the instant that a string names, in UTC.

    Return None if it names none, one beyond the years 1 to 9999, or one that microseconds do not hold
    exactly.
    """
    if _PLAIN.fullmatch(text) is None and _INSTANT.fullmatch(text) is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
        if instant.tzinfo is UTC:  # nearly always, and half a microsecond faster
            return instant
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def newest(texts: Sequence[str | None]) -> int | None:
    """Return the position of the newest timestamp, the later one of equals; None if none can be read."""
    return newest_of([parse_timestamp(text) if text else None for text in texts])


def newest_of(instants: Sequence[datetime | None]) -> int | None:
    """Return the position of the newest of `instants`, the later one of equals; None if there is none."""
    known = [(instant, at) for at, instant in enumerate(instants) if instant is not None]
    return max(known)[1] if known else None
