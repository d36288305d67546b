"""Timestamps: columns of strings become columns of ``timestamp[us, UTC]``.

Arrow casts a column of well-formed strings several times faster than Python parses them. A column with any
other string is parsed value by value, with equal results. A string that microseconds in UTC cannot hold
exactly goes to `extra`, and so does one beyond the years 1 to 9999, which few readers can show.
"""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa

from exportkit.batch.kernels import cast, min_max
from exportkit.tables.instants import parse_timestamp

__all__ = ["timestamps"]

_MICROSECONDS = pa.timestamp("us", tz="UTC")
#: First and last microsecond of the years 1 to 9999.
_FIRST, _LAST = -62_135_596_800_000_000, 253_402_300_799_999_999


def timestamps(texts: pa.Array) -> tuple[pa.Array, dict[int, str]]:
    """Return ISO 8601 strings as timestamps, and by row the strings that are no exact timestamp."""
    try:
        instants = cast(texts, _MICROSECONDS)
    except pa.ArrowInvalid:
        pass
    else:
        if _is_in_calendar(instants):
            return instants, {}
    odd: dict[int, str] = {}
    parsed: list[datetime | None] = []
    for at, text in enumerate(texts.to_pylist()):
        instant = parse_timestamp(text) if text is not None else None
        if text is not None and instant is None:
            odd[at] = text
        parsed.append(instant)
    return pa.array(parsed, _MICROSECONDS), odd


def _is_in_calendar(instants: pa.Array) -> bool:
    extremes = min_max(cast(instants, pa.int64()))
    first, last = extremes["min"], extremes["max"]
    return first is None or last is None or _FIRST <= first <= last <= _LAST
