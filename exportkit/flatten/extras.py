"""JSON text of values that no column holds, and which sections a source object had."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec
import numpy as np

from exportkit.native import attributes
from exportkit.rows import NO_RAW
from exportkit.rows.exact_json import read_json
from exportkit.tables.cells import Coded, Lists

__all__ = ["extras_of", "json_object", "json_text", "merged", "sections_column"]


class Owner(Protocol):
    """Anything decoded that keeps its leftovers."""

    extra_: Any


def json_object(value: Any) -> str:
    """Return `value` as JSON text; lone surrogates as Python writes them."""
    try:
        return msgspec.json.encode(value).decode()
    except (UnicodeEncodeError, OverflowError, ValueError):
        return "".join(_written(value))


def _written(value: Any) -> Iterator[str]:
    """Yield the JSON text of `value` bit by bit; what is JSON already stays as it is."""
    if isinstance(value, msgspec.Raw):
        yield bytes(value).decode()
    elif isinstance(value, Mapping):
        yield "{"
        for order, (key, item) in enumerate(value.items()):
            yield f"{',' if order else ''}{json.dumps(key)}:"
            yield from _written(item)
        yield "}"
    elif isinstance(value, list | tuple):
        yield "["
        for order, item in enumerate(value):
            yield "," if order else ""
            yield from _written(item)
        yield "]"
    else:
        yield json.dumps(value)


def merged(first: Mapping[str, Any] | None, second: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return both objects as one, nested objects merged key by key; `second` wins where they disagree."""
    result = dict(first or {})
    for key, value in (second or {}).items():
        held = result.get(key)
        both = isinstance(held, dict) and isinstance(value, dict)
        result[key] = merged(held, value) if both else value
    return result


def sections_column(owners: Sequence[Owner], names: Sequence[str]) -> Lists:
    """Return which of the objects and lists `names` the source of each row held, of whatever type."""
    structs = list(owners)
    flags = [attributes.present(structs, name) for name in names]
    extras = attributes.values(structs, "extra_") or ()
    if not any(extras) and all(one.count(one[:1]) == len(one) for one in flags):
        shown = [name for name, one in zip(names, flags, strict=True) if one[:1] == b"\x01"]
        counts = np.full(len(structs), len(shown), dtype=np.int64)
        return Lists(counts, Coded(np.tile(np.arange(len(shown)), len(structs)), shown))
    held = np.array([np.frombuffer(one, np.bool_) for one in flags]).T
    for row, extra in enumerate(extras):
        if extra:
            held[row] |= [name in extra for name in names]
    return Lists(held.sum(axis=1), Coded(np.nonzero(held)[1], list(names)))


def extras_of(
    owners: Sequence[Owner], more: Mapping[int, Mapping[str, Any]] | None = None
) -> Sequence[Mapping[str, Any] | None]:
    """Return the leftovers of rows that stand for `owners`, with `more` by row merged in."""
    extras: list[Any] | None = attributes.values(list(owners), "extra_")
    if not more:
        return extras or ()
    extras = extras or [None] * len(owners)
    for at, found in more.items():
        extras[at] = merged(extras[at], found)
    return extras


def json_text(raw: Any) -> str | None:
    """Return JSON text without white space; None where it was missing or null.

    Written anew, so that a row gives the same text whether it was decoded leniently or not.
    """
    if raw is NO_RAW:
        return None
    if bytes(raw) == b"[]":
        return "[]"
    value = read_json(raw)
    return None if value is None else json_object(value)
