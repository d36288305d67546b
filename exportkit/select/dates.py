"""Dates: the two ends of a range, in every form that the platform's own client takes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from exportkit.select.value_errors import wrong_value
from exportkit.tables.instants import parse_timestamp

__all__ = ["Range", "make_range"]

ACCEPTED = (
    "[from, to], either of which may be None: YYYY-MM-DD, YYYY-MM-DD hh:mm:ss, or ISO 8601 with an offset "
    "(without one: UTC)"
)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_ENDS = 2


@dataclass(frozen=True, slots=True)
class Range:
    """An interval of time, both ends inclusive; None where it has no end."""

    first: datetime | None
    last: datetime | None

    def holds(self, text: str | None) -> bool:
        """Return whether a timestamp of an export lies in it; what is no timestamp does not."""
        moment = parse_timestamp(text) if text else None
        if moment is None:
            return False
        return (self.first is None or self.first <= moment) and (self.last is None or moment <= self.last)


def make_range(name: str, given: Any) -> Range:
    """Return the range that ``[from, to]`` names. A date alone means the whole day.

    Raises
    ------
    ValueError
        It is none, has no end at all, or ends before it begins.
    """
    if not isinstance(given, (list, tuple)) or len(given) != _ENDS or given[0] is given[1] is None:
        raise wrong_value(f"filter {name!r}", given, ACCEPTED)
    first, last = (_moment(name, one, is_end) for one, is_end in zip(given, (False, True), strict=True))
    if first is not None and last is not None and first > last:
        raise wrong_value(f"filter {name!r}", given, "a range that begins before it ends")
    return Range(first, last)


def _moment(name: str, given: Any, is_end: bool) -> datetime | None:  # noqa: FBT001 - called here alone
    if given is None:
        return None
    if isinstance(given, str) and _DATE.match(given.strip()):
        text = given.strip()
        if (moment := parse_timestamp(text)) is not None:
            return _day(moment.date(), is_end) if _DATE.fullmatch(text) else moment
    if isinstance(given, datetime):
        return given.replace(tzinfo=UTC) if given.tzinfo is None else given.astimezone(UTC)
    if isinstance(given, date):
        return _day(given, is_end)
    raise wrong_value(f"filter {name!r}", given, ACCEPTED)


def _day(day: date, is_end: bool) -> datetime:  # noqa: FBT001 - called here alone
    return datetime.combine(day, time.max if is_end else time.min, UTC)
