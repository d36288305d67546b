"""Leftovers: what a row's JSON columns hold, put back where it stood.

Takes an object built from typed columns and what had no column, gives the whole object. A list index is
written as a string key in `extra`; a list item that was no object stands under ``$value``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from exportkit.json_text import read_json
from exportkit.rebuild.records import Record
from exportkit.rows import VALUE_KEY

__all__ = ["extra_of", "merge", "whole"]


def extra_of(record: Record) -> dict[str, Any]:
    """Return what the source object of a row held beside its columns, a new dictionary."""
    text = record.get("extra")
    if text is None:
        return {}
    extra = read_json(text)
    return extra if isinstance(extra, dict) else {}


def whole(built: dict[str, Any], extra: Mapping[str, Any]) -> Any:
    """Return an object with its leftovers, or the plain item that stood in the object's place."""
    if not extra:
        return built
    if not built and extra.keys() == {VALUE_KEY}:
        return extra[VALUE_KEY]
    return merge(built, extra)


def merge(built: Any, left: Any) -> Any:
    """Return `built` with `left` merged in, key by key, index by index; what was not built is `left`."""
    if isinstance(left, Mapping):
        if isinstance(built, dict):
            for key, value in left.items():
                held = built.get(key)
                built[key] = value if held is None else merge(held, value)
            return built
        if isinstance(built, list) and built:
            for key, value in left.items():
                if key.isdecimal() and int(key) < len(built):
                    built[int(key)] = merge(built[int(key)], value)
            return built
    return left
