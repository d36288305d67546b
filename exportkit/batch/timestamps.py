"""Timestamps: strings into ``timestamp[us, UTC]``, a column at a time.

Arrow casts a column of well-formed strings several times faster than Python parses them; a column with
an odd one is read value by value. What microseconds in UTC cannot hold exactly is left over for `extra`, and
so is what lies beyond the years 1 to 9999, which few readers can show. Either way gives the same instants.
"""

from __future__ import annotations

from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from exportkit.tables.instants import parse_timestamp

__all__ = ["timestamps"]

_MICROSECONDS = pa.timestamp("us", tz="UTC")
#: First and last microsecond of the years 1 to 9999.
_FIRST, _LAST = -62_135_596_800_000_000, 253_402_300_799_999_999


def timestamps(texts: pa.Array) -> tuple[pa.Array, dict[int, str]]:
    """Return the instants of ISO 8601 strings, and by position the strings that name none exactly."""
    try:
        cast = texts.cast(_MICROSECONDS)
    except pa.ArrowInvalid:
        pass
    else:
        if _is_in_calendar(cast):
            return cast, {}
    odd: dict[int, str] = {}
    instants: list[datetime | None] = []
    for at, text in enumerate(texts.to_pylist()):
        instant = parse_timestamp(text) if text is not None else None
        if text is not None and instant is None:
            odd[at] = text
        instants.append(instant)
    return pa.array(instants, _MICROSECONDS), odd


def _is_in_calendar(instants: pa.Array) -> bool:
    extremes = pc.min_max(instants.cast(pa.int64())).as_py()
    return extremes["min"] is None or _FIRST <= extremes["min"] <= extremes["max"] <= _LAST
