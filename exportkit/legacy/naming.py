"""Names: V1's spellings of what V2 has a place for, and what becomes of the rest.

Takes and gives plain dictionaries. Does not know labels, objects or answers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, MutableMapping
from typing import Any

__all__ = ["FEATURE", "derived_id", "keep", "move", "unused"]

#: The header of every feature: objects, relationships, questions, options.
FEATURE: Mapping[str, str] = {
    "featureId": "feature_id",
    "schemaId": "feature_schema_id",
    "title": "name",
    "value": "value",
}


def move(rest: MutableMapping[str, Any], target: MutableMapping[str, Any], names: Mapping[str, str]) -> None:
    """Move what `names` lists from `rest` to `target` under its V2 name; null is left behind."""
    for old, new in names.items():
        if rest.get(old) is not None and new not in target:
            target[new] = rest.pop(old)


def keep(rest: Mapping[str, Any], target: MutableMapping[str, Any]) -> None:
    """Put what V2 has no place for into `target`, under its own name; null is left behind.

    A name that V2 has filled already becomes ``v1.<name>``, so that neither value is lost.
    """
    for name, value in rest.items():
        if value is not None:
            target[unused(name, target)] = value


def unused(name: str, target: Mapping[str, Any]) -> str:
    """Return `name`, with as many ``v1.`` before it as make it new in `target`."""
    while name in target:
        name = f"v1.{name}"
    return name


def derived_id(*parts: str) -> str:
    """Return an id that starts with ``derived:`` and is the same wherever `parts` are."""
    return "derived:" + hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]
