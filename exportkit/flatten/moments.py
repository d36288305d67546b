"""Timestamps, where rows have to be compared before they are columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from exportkit.tables.instants import parse_timestamp

__all__ = ["newest", "parse_timestamp"]


def newest(texts: Sequence[str | None]) -> int | None:
    """Return the position of the newest timestamp, the later one of equals; None when none can be read."""
    best: int | None = None
    best_moment: datetime | None = None
    for at, text in enumerate(texts):
        moment = parse_timestamp(text) if text else None
        if moment is not None and (best_moment is None or moment >= best_moment):
            best, best_moment = at, moment
    return best
