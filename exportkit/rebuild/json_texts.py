"""JSON texts: the columns that hold JSON, and the lines themselves.

Takes JSON text; gives values that can be merged, or the text itself, to be put into a line unchanged (numbers
keep all their digits). Half a surrogate pair, which UTF-8 cannot encode, stays an escape.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec

from exportkit.rows.exact_json import read_leniently

__all__ = ["JsonTextError", "as_given", "encode", "parse"]

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode
#: What `_encode` raises on half a surrogate pair.
_REFUSALS = (UnicodeEncodeError, OverflowError, ValueError, msgspec.EncodeError)


class JsonTextError(Exception):
    """A column of JSON text holds something else."""


def parse(text: str) -> Any:
    """Return the value of a JSON text.

    Raises
    ------
    JsonTextError
        The text is not JSON.
    """
    try:
        return _decode(text)
    except (msgspec.MsgspecError, UnicodeEncodeError):
        pass
    try:
        return read_leniently(text.encode())
    except ValueError:
        raise JsonTextError from None


def as_given(text: str) -> msgspec.Raw:
    """Return a JSON text on one line, to be put into a line without decoding it.

    Raises
    ------
    JsonTextError
        The text is not JSON.
    """
    try:
        return msgspec.Raw(msgspec.json.format(text, indent=-1).encode())
    except (msgspec.MsgspecError, UnicodeEncodeError):
        return msgspec.Raw(encode(parse(text)))


def encode(value: Any) -> bytes:
    """Return `value` as JSON without spaces."""
    try:
        return _encode(value)
    except _REFUSALS:
        return _encode_oddly(value)


def _encode_oddly(value: Any) -> bytes:
    if isinstance(value, msgspec.Raw):
        return bytes(value)
    if isinstance(value, dict):
        pairs = (json.dumps(key).encode() + b":" + _encode_oddly(item) for key, item in value.items())
        return b"{" + b",".join(pairs) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(map(_encode_oddly, value)) + b"]"
    return json.dumps(value).encode()
