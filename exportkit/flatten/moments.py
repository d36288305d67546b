"""Timestamps, where rows have to be compared before they are columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from exportkit.tables.instants import parse_timestamp

__all__ = ["newest", "newest_of", "parse_timestamp"]


def newest(texts: Sequence[str | None]) -> int | None:
    """Return the position of the newest timestamp, the later one of equals; None when none can be read."""
    return newest_of([parse_timestamp(text) if text else None for text in texts])


def newest_of(moments: Sequence[datetime | None]) -> int | None:
    """Return the position of the newest of `moments`, the later one of equals; None when there is none."""
    known = [(moment, at) for at, moment in enumerate(moments) if moment is not None]
    return max(known)[1] if known else None
