"""Wording: amounts, moments and foreign text as people read them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

__all__ = ["amount", "counted", "duration", "moment", "place_of", "rate", "shown", "size"]

UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
THOUSAND = 1000
MINUTE = 60
HOUR = 60 * MINUTE
TEN = 10
#: What a terminal would act on instead of showing it: control characters, and those that turn the direction.
UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def size(number: float) -> str:
    """Return a number of bytes in a unit that suits it: ``45.6 MB``."""
    at = 0
    while number >= THOUSAND and at < len(UNITS) - 1:
        number, at = number / THOUSAND, at + 1
    return f"{number:,.0f} {UNITS[at]}" if at == 0 else f"{number:,.1f} {UNITS[at]}"


def rate(number: float, seconds: float) -> str:
    """Return bytes a second: ``45.6 MB/s``."""
    return f"{size(number / max(seconds, 1e-6))}/s"


def duration(seconds: float) -> str:
    """Return a time span: ``0.3 s``, ``12 s``, ``1:02 min``, ``2:01:02 h``."""
    if seconds < TEN:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < MINUTE:
        return f"{whole} s"
    if whole < HOUR:
        return f"{whole // MINUTE}:{whole % MINUTE:02} min"
    return f"{whole // HOUR:,}:{whole % HOUR // MINUTE:02}:{whole % MINUTE:02} h"


def amount(number: int) -> str:
    """Return a count with thousands apart: ``12,345``."""
    return f"{number:,}"


def counted(number: int, noun: str, nouns: str | None = None) -> str:
    """Return a count with its noun: ``1 line``, ``2 lines``."""
    return f"{number:,} {noun if number == 1 else nouns or f'{noun}s'}"


def moment(value: datetime | None) -> str:
    """Return a moment in UTC, to the minute; the columns and JSON have all of it."""
    return "unknown" if value is None else f"{value:%Y-%m-%d %H:%M}"


def place_of(row: Mapping[str, Any]) -> str:
    """Return where a line of the table ``rejects`` stands, as compilers say it: ``export.ndjson:3:1200``."""
    return ":".join(str(row[part]) for part in ("source_uri", "line", "byte_offset") if row[part] is not None)


def shown(text: str | None, instead: str = "(none)", characters: int = 80) -> str:
    """Return foreign text for a terminal: one line, nothing a terminal acts on, not longer than stated."""
    if text is None:
        return instead
    cut = text if len(text) <= characters else f"{text[: characters - 1]}…"
    return UNSEEN.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode(), cut)
