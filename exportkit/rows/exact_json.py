"""JSON that only some parsers read: lone surrogates, numbers beyond float64, numbers of any length.

Takes JSON text, gives Python values that lose nothing of it: what Python has no value for stands as `Raw`
text, fits no column, and is kept in ``extra`` as it was written.
"""

from __future__ import annotations

import json
import math
from typing import Any

from msgspec import DecodeError, Raw
from msgspec.json import decode

__all__ = ["read_json", "read_leniently"]


def read_json(text: bytes | Raw) -> Any:
    """Return what JSON text says, read strictly, which is faster, or else as `read_leniently` does."""
    try:
        return decode(text)
    except (DecodeError, UnicodeDecodeError):
        return read_leniently(bytes(text))


def read_leniently(text: bytes) -> Any:
    """Return what JSON text says, as Python reads it.

    Raises
    ------
    ValueError
        It is no JSON, or no UTF-8; NaN and the infinities are no JSON.
    RecursionError
        It is nested deeper than the parser goes.
    """
    # Decoded here, since of bytes Python would also take UTF-16, or a byte-order mark.
    return json.loads(text.decode(), parse_constant=_refuse, parse_float=_exact_float, parse_int=_exact_int)


def _refuse(constant: str) -> float:
    """Refuse what Python reads and JSON does not have."""
    raise ValueError(constant)


def _exact_float(digits: str) -> float | Raw:
    """Return a number; one beyond float64 as it stands."""
    number = float(digits)
    return number if math.isfinite(number) else Raw(digits.encode())


def _exact_int(digits: str) -> int | Raw:
    """Return a number; one of more digits than Python reads as it stands."""
    try:
        return int(digits)
    except ValueError:
        return Raw(digits.encode())
