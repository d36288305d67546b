"""Names: fields move from V1's names to V2's, and the rest is kept.

Takes and gives plain dictionaries. Does not know labels, objects or answers.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, MutableMapping
from typing import Any

__all__ = ["FEATURE", "as_text", "derived_id", "keep", "move", "split_header", "unused"]

#: The header of every feature (object, relationship, question, option): V1's names and V2's.
FEATURE: Mapping[str, str] = {
    "featureId": "feature_id",
    "schemaId": "feature_schema_id",
    "title": "name",
    "value": "value",
}


def move(rest: MutableMapping[str, Any], target: MutableMapping[str, Any], names: Mapping[str, str]) -> None:
    """Move the fields in `names` from `rest` to `target`, under their V2 names; nulls stay behind."""
    for old, new in names.items():
        if rest.get(old) is not None and new not in target:
            target[new] = rest.pop(old)


def split_header(source: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the fields of a V1 feature without its header, and a V2 feature with only its header."""
    rest, target = dict(source), dict[str, Any]()
    move(rest, target, FEATURE)
    return rest, target


def keep(rest: Mapping[str, Any], target: MutableMapping[str, Any]) -> None:
    """Copy what V2 has no place for into `target`, under its own name, without nulls.

    A name that `target` already has becomes ``v1.<name>``, so that neither value is lost.
    """
    for name, value in rest.items():
        if value is not None:
            target[unused(name, target)] = value


def unused(name: str, target: Mapping[str, Any]) -> str:
    """Return `name`, with as many ``v1.`` before it as make it new in `target`."""
    while name in target:
        name = f"v1.{name}"
    return name


def derived_id(*values: str) -> str:
    """Return an id that starts with ``derived:`` and depends only on `values`."""
    return "derived:" + hashlib.sha256("\x1f".join(values).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def as_text(value: Any) -> str:
    """Return a value that was read as JSON as text, for `derived_id`: equal values have equal texts."""
    return json.dumps(value, sort_keys=True, default=lambda number: bytes(number).decode())
