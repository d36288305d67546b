"""The label reader: JSON texts in, labels of Export V1 out.

Takes the JSON of one label with its place; gives the label. Takes the first bytes of an input; says whether
it is an Export V1. Knows of a label only what distinguishes it from a row of Export V2.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Any

from exportkit.errors import DecodeError, ReadError
from exportkit.json_text import JsonTextError, read_json
from exportkit.legacy.first_look import V1_NAMES, V1_PAIR
from exportkit.place import Place

__all__ = ["begins_as_v1", "read_label"]

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
#: A string, which may be cut off, a mark, or a number or word.
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|[][{}:,]|[^][{}:,"\s]+', re.DOTALL)
#: What of a string is whole, behind its first quote.
_WHOLE = re.compile(rb'"(?:[^"\\]|\\u[0-9a-fA-F]{4}|\\[^u])*+', re.DOTALL)
#: What may be around the array of labels.
_WRAPPER = re.compile(rb'\s*\{\s*"data"\s*:\s*(?=\[)')


def begins_as_v1(head: bytes) -> bool:
    """Return whether an input that starts with `head` is an Export V1; see `looks_like_v1`."""
    names: set[str] = set()
    for name in _first_names(_WRAPPER.sub(b"", head.removeprefix(_BYTE_ORDER_MARK), count=1)):
        names.add(name)
        if _is_v2(names) or _is_v1(names):
            break
    return _is_v1(names) and not _is_v2(names)


def _first_names(head: bytes) -> Iterator[str]:
    """Yield the keys of the first object of `head`, at the top or in an array, or in a string there.

    `head` may end anywhere, and what is no JSON has no keys from there on.
    """
    depth, top = 0, 1
    held = b""
    for found in _TOKEN.finditer(head):
        token = found[0]
        if depth == top and token == b":":
            try:
                yield str(read_json(held))
            except JsonTextError:
                return
        if token in b"{[":
            if depth == 0 and token == b"[":
                top = 2
            depth += 1
        elif token in b"}]":
            depth -= 1
            if depth < top:
                return
        elif depth < top and token.startswith(b'"'):
            yield from _names_in_string(token)
            return
        held = token


def _names_in_string(token: bytes) -> Iterator[str]:
    whole = _WHOLE.match(token)
    try:
        text = read_json((whole[0] if whole else token).decode("utf-8", "ignore").encode() + b'"')
    except JsonTextError:
        return
    yield from _first_names(text.encode("utf-8", "surrogatepass")) if text.lstrip().startswith("{") else ()


def read_label(text: bytes, place: Place) -> dict[str, Any]:
    """Return the label that `text` is.

    Raises
    ------
    ReadError
        It is a row of Export V2, or no label though it is the first.
    DecodeError
        It is no JSON, or no label.
    """
    try:
        label = read_json(text)
    except JsonTextError as error:
        raise DecodeError(f"broken JSON: {error}", place=place) from None
    except RecursionError:
        raise DecodeError("nested too deeply", place=place) from None
    if isinstance(label, dict):
        names = label.keys()
        if _is_v1(names) and not _is_v2(names):
            return label
        if _is_v2(names):
            raise ReadError(
                "this is Export V2, not Export V1",
                place=place,
                hint="convert it as it is: it needs no upgrade",
            )
    kind = ReadError if place.line == 1 else DecodeError
    raise kind(
        "this is no label of Export V1", place=place, hint='a label has "DataRow ID" or "Labeled Data"'
    )


def _is_v1(names: Collection[str]) -> bool:
    return not V1_NAMES.isdisjoint(names) or V1_PAIR.issubset(names)


def _is_v2(names: Collection[str]) -> bool:
    return "data_row" in names
