"""Extras: what a source object held beside its columns, as one JSON object a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np

from exportkit.json_text import json_string, read_json
from exportkit.native import attributes
from exportkit.rows import NO_RAW
from exportkit.tables.cells import NULLS, Cells, Coded, Lists

__all__ = ["compact_json", "extra_column", "merged", "sections_column"]


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


def extra_column(owners: Sequence[Owner], more: Mapping[int, Mapping[str, Any]] | None = None) -> Cells:
    """Return the column ``extra`` of rows that stand for `owners`, with `more` by row merged in."""
    extras = attributes.values(list(owners), "extra_") or [None] * len(owners)
    if not more and not any(extras):
        return NULLS
    for at, found in (more or {}).items():
        extras[at] = merged(extras[at], found)
    return [json_string(extra) if extra else None for extra in extras]


def compact_json(raw: Any) -> str | None:
    """Return JSON text without white space; None where it was missing or null.

    Written anew, so that a row gives the same text whether it was mended on its way or not.
    """
    if raw is NO_RAW:
        return None
    if bytes(raw) == b"[]":
        return "[]"
    value = read_json(raw)
    return None if value is None else json_string(value)
