"""Repeated relationships: objects of a label that are copies of one of its relationships.

The export of 2023 lists every relationship among the objects as well. Such a copy makes no row among the
objects; one that differs from the relationship in anything does. Compared is what stood in the line, so that
it does not matter which fields were decoded.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Raw, Struct

from exportkit.flatten.extras import overlaid
from exportkit.json_text import read_json
from exportkit.native import attributes
from exportkit.rows import NO_RAW, STRUCTS, VALUE_KEY
from exportkit.rows.features import Object, Relationship
from exportkit.rows.specialised import UNREAD

__all__ = ["repeated_relationships"]


def repeated_relationships(objects: list[Object], relationships: Sequence[Relationship]) -> tuple[int, ...]:
    """Return the positions of objects that repeat one of the label's relationships."""
    known: dict[str | None, list[Relationship]] = {}
    for relationship in relationships:
        known.setdefault(relationship.feature_id, []).append(relationship)
    ids = attributes.values(objects, "feature_id") or [None] * len(objects)
    return tuple(at for at, one in enumerate(ids) if one in known and _is_copy(objects[at], known[one]))


def _is_copy(one: Object, relationships: list[Relationship]) -> bool:
    if VALUE_KEY in (one.extra_ or ()):  # no object at all
        return False
    try:
        given = _source(one)
        return any(_is_same(given, _source(other)) for other in relationships)
    except RecursionError:  # nested too deeply to be compared
        return False


def _source(value: Any) -> Any:
    """Return what stood in the line, without the keys that are null."""
    if isinstance(value, Struct):
        held: dict[str, Any] = {}
        for name in STRUCTS[type(value).__name__].__struct_fields__:
            if name != "extra_":
                held[name] = _source(_held(value, name))
        value = overlaid(held, getattr(value, "extra_", None) or {})
    if isinstance(value, Raw):
        read = None if value == NO_RAW else read_json(value)
        return bytes(read) if isinstance(read, Raw) else _source(read)  # a number that Python cannot hold
    if isinstance(value, list):
        return list(map(_source, value))
    if not isinstance(value, dict):
        return value
    found = {}
    for key, item in value.items():
        if (source := _source(item)) is not None:
            found[key] = source
    return found


def _held(struct: Struct, name: str) -> Any:
    value = getattr(struct, name)
    return getattr(struct, UNREAD + name, None) if value is None else value


def _is_same(one: Any, other: Any) -> bool:
    """Return whether two JSON values are equal; ``true`` is not 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        if one.keys() != other.keys():
            return False
        one, other = list(one.values()), [other[key] for key in one]
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_is_same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)
