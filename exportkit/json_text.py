"""JSON text: read and written with msgspec, and in Python where msgspec refuses.

Takes JSON text, gives Python values that lose nothing of it, and takes such values back. msgspec refuses what
JSON allows and Python can hold: half a surrogate pair. A number beyond float64, or of more digits than Python
reads, stands as `Raw` text: it fits no column, and is written back as it was. Of a key that an object holds
twice the last value counts. NaN and the infinities are no JSON.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Raw

__all__ = [
    "JSON_SPACE",
    "JsonTextError",
    "json_string",
    "on_one_line",
    "read_json",
    "read_leniently",
    "sorted_json_string",
    "whole_number",
    "write_json",
]

#: What may stand between the values of JSON.
JSON_SPACE = b" \t\r\n"
#: Characters of the longest int64.
MAX_DIGITS = 20
_WHOLE_NUMBER = re.compile("0|-?[1-9][0-9]*")
_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_encode_sorted = msgspec.json.Encoder(order="sorted").encode


class JsonTextError(ValueError):
    """Text that is no JSON."""


def read_json(text: bytes | str | Raw) -> Any:
    """Return the value of JSON text: read by msgspec, which is faster, or else as `read_leniently` does.

    Raises
    ------
    JsonTextError, RecursionError
        As `read_leniently`.
    """
    try:
        return _decode(text)
    except ValueError:
        return read_leniently(text if isinstance(text, str) else bytes(text))


def read_leniently(text: bytes | str) -> Any:
    """Return the value of JSON text as Python reads it.

    Raises
    ------
    JsonTextError
        It is no JSON, or no UTF-8.
    RecursionError
        It is nested deeper than the parser goes.
    """
    try:
        # Decoded here, since Python would also take bytes in UTF-16, or with a byte-order mark.
        return _read_in_python(text if isinstance(text, str) else text.decode())
    except ValueError as error:
        raise JsonTextError(str(error)) from None


def write_json(value: Any) -> bytes:
    """Return a value that was read as JSON without white space; half a surrogate pair stays an escape."""
    try:
        return _encode(value)
    except (ValueError, OverflowError, RecursionError):
        return _write_in_python(value, list).encode()


def json_string(value: Any) -> str:
    """Return what `write_json` does, as a string."""
    return write_json(value).decode()


def sorted_json_string(value: Any) -> str:
    """Return what `json_string` does with the keys of every object in order: equal values give equal text."""
    try:
        return _encode_sorted(value).decode()
    except (ValueError, OverflowError, RecursionError):
        return _write_in_python(value, sorted)


def on_one_line(text: str) -> Raw:
    """Return JSON text without white space; numbers keep their digits, and keys that stand twice stay.

    Raises
    ------
    JsonTextError
        The text is no JSON.
    """
    try:
        return Raw(msgspec.json.format(text, indent=-1).encode())
    except ValueError:
        return Raw(write_json(read_json(text)))


def whole_number(key: str) -> int | None:
    """Return the int64 that a key is, in the spelling of JSON; None for every other key."""
    if len(key) > MAX_DIGITS or not _WHOLE_NUMBER.fullmatch(key):
        return None
    number = int(key)
    return number if -(2**63) <= number < 2**63 else None


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


_read_in_python = json.JSONDecoder(
    parse_constant=_refuse, parse_float=_exact_float, parse_int=_exact_int
).decode


def _write_in_python(value: Any, in_order: Callable[[Iterable[str]], list[str]]) -> str:
    """Return a value as JSON; without a frame per level, so that whatever could be read can be written."""
    written: list[str] = []
    begun: list[tuple[Iterator[tuple[str, Any]], str]] = [(iter([("", value)]), "")]
    while begun:
        members, end = begun[-1]
        for before, member in members:
            written.append(before)
            if isinstance(member, Raw):
                written.append(bytes(member).decode())
            elif isinstance(member, Mapping):
                written.append("{")
                begun.append((_members(member, in_order), "}"))
                break
            elif isinstance(member, list | tuple):
                written.append("[")
                begun.append((_items(member), "]"))
                break
            else:
                written.append(json.dumps(member))
        else:
            written.append(end)
            begun.pop()
    return "".join(written)


def _members(
    value: Mapping[str, Any], in_order: Callable[[Iterable[str]], list[str]]
) -> Iterator[tuple[str, Any]]:
    for order, key in enumerate(in_order(value)):
        yield f"{',' if order else ''}{json.dumps(key)}:", value[key]


def _items(value: Sequence[Any]) -> Iterator[tuple[str, Any]]:
    for order, item in enumerate(value):
        yield "," if order else "", item
