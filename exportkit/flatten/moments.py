"""Timestamps, where rows have to be compared before they are columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

__all__ = ["newest", "parse_timestamp"]

#: Digits of a second beyond microseconds, which the columns do not hold.
_FINER = re.compile(r"[.,][0-9]{6}[0-9]*[1-9]")


def parse_timestamp(text: str) -> datetime | None:
    """Return the instant that an ISO 8601 string names (without offset: UTC), as a column holds it.

    None when it names none, or one that microseconds do not hold exactly.
    """
    if _FINER.search(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def newest(texts: Sequence[str | None]) -> int | None:
    """Return the position of the newest timestamp, the later one of equals; None when none can be read."""
    best: int | None = None
    best_moment: datetime | None = None
    for at, text in enumerate(texts):
        moment = parse_timestamp(text) if text else None
        if moment is not None and (best_moment is None or moment >= best_moment):
            best, best_moment = at, moment
    return best
