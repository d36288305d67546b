"""Timestamps, where rows have to be compared before they are columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

__all__ = ["is_exact_timestamp", "newest", "parse_timestamp"]

#: Digits of a second beyond microseconds, which the columns do not hold.
_FINER = re.compile(r"[.,][0-9]{6}[0-9]*[1-9]")


def parse_timestamp(text: str) -> datetime | None:
    """Return the instant that an ISO 8601 string names (without offset: UTC), None when it names none."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def is_exact_timestamp(text: str) -> bool:
    """Return whether a string names an instant that microseconds hold exactly."""
    return parse_timestamp(text) is not None and not _FINER.search(text)


def newest(texts: Sequence[str | None]) -> int | None:
    """Return the position of the newest timestamp, the later one of equals; None when none can be read."""
    best: int | None = None
    best_moment: datetime | None = None
    for at, text in enumerate(texts):
        moment = parse_timestamp(text) if text else None
        if moment is not None and (best_moment is None or moment >= best_moment):
            best, best_moment = at, moment
    return best
