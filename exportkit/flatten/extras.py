"""JSON text of values that no column holds, and which sections a source object had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from exportkit.json_text import json_string, read_json
from exportkit.native import attributes
from exportkit.rows import NO_RAW
from exportkit.tables.cells import Coded, Lists

__all__ = ["compact_json", "extras_of", "merged", "overlaid", "sections_column"]


class Owner(Protocol):
    """Anything decoded that keeps its leftovers."""

    extra_: Any


def merged(first: Mapping[str, Any] | None, second: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return both objects as one, nested objects merged key by key; `second` wins where they disagree."""
    result = dict(first or {})
    for key, value in (second or {}).items():
        held = result.get(key)
        both = isinstance(held, dict) and isinstance(value, dict)
        result[key] = merged(held, value) if both else value
    return result


def overlaid(base: Any, more: Any) -> Any:
    """Return `base` with the leftovers `more` put back: under their keys, in a list under their indexes."""
    if isinstance(base, dict) and isinstance(more, dict):
        return {**base, **{key: overlaid(base.get(key), value) for key, value in more.items()}}
    if isinstance(base, list) and isinstance(more, dict):
        return [overlaid(one, more[str(at)]) if str(at) in more else one for at, one in enumerate(base)]
    return more


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


def compact_json(raw: Any) -> str | None:
    """Return JSON text without white space; None where it was missing or null.

    Written anew, so that a row gives the same text whether it was decoded leniently or not.
    """
    if raw is NO_RAW:
        return None
    if bytes(raw) == b"[]":
        return "[]"
    value = read_json(raw)
    return None if value is None else json_string(value)
