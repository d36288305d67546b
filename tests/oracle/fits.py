"""What fits a column: takes one JSON value, gives the column's value or `MISFIT`.

Written from the data dictionary: ids are strings, counts int64, numbers float64 when float64 holds them
exactly, an instant without offset is UTC. Nothing is coerced from one JSON type to another.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

__all__ = [
    "MISFIT", "Fit", "anything", "colour", "exif", "flag", "instant", "int32", "int64", "number", "numbers",
    "text", "texts",
]  # fmt: skip

#: Says that a value has no place in the column.
MISFIT: Final[Any] = object()

Fit = Callable[[Any], Any]

INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"([T ]([01][0-9]|2[0-3])(:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6}0*)?)?)?(Z|[+-][0-9]{2}(:?[0-5][0-9])?)?)?"
)


def anything(value: Any) -> Any:
    """A JSON column holds any value."""
    return value


def text(value: Any) -> Any:
    """A string; half a surrogate pair is none that UTF-8 holds."""
    if not isinstance(value, str):
        return MISFIT
    return MISFIT if any("\ud800" <= character <= "\udfff" for character in value) else value


def flag(value: Any) -> Any:
    """True or false; 1 and 0 are numbers."""
    return value if isinstance(value, bool) else MISFIT


def number(value: Any) -> Any:
    """A number that float64 holds exactly."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return MISFIT
    try:
        return float(value) if math.isfinite(value) and float(value) == value else MISFIT
    except OverflowError:
        return MISFIT


def int64(value: Any) -> Any:
    """A whole number of 64 bits, written as 90 or as 90.0."""
    return _whole(value, 64)


def int32(value: Any) -> Any:
    """A whole number of 32 bits, written as 90 or as 90.0."""
    return _whole(value, 32)


def exif(value: Any) -> Any:
    """A rotation: a number or its digits."""
    if isinstance(value, str):
        return int32(int(value)) if re.fullmatch("0|-?[1-9][0-9]{0,8}", value) else MISFIT
    return int32(value)


def instant(value: Any) -> Any:
    """An ISO date and time, to the microsecond; without offset it is UTC."""
    if not isinstance(value, str) or not INSTANT.fullmatch(value):
        return MISFIT
    try:
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return MISFIT


def texts(value: Any) -> Any:
    """A list of strings."""
    return _list_of(text, value)


def numbers(value: Any) -> Any:
    """A list of numbers."""
    return _list_of(number, value)


def colour(value: Any) -> Any:
    """A list of whole numbers of 32 bits."""
    return _list_of(int32, value)


def _list_of(fit: Fit, value: Any) -> Any:
    if not isinstance(value, list):
        return MISFIT
    fitted = [fit(item) for item in value]
    return MISFIT if any(item is MISFIT for item in fitted) else fitted


def _whole(value: Any, bits: int) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return MISFIT
    if isinstance(value, float):
        if not value.is_integer():
            return MISFIT
        value = int(value)
    return value if -(2 ** (bits - 1)) <= value < 2 ** (bits - 1) else MISFIT
