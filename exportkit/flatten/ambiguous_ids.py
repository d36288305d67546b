"""Ambiguous ids: features whose id does not say which of several they are.

Rows name the feature they hang on by its id. Where that is missing, or an earlier feature beside it has the
same one, the feature's place is noted instead, to be kept in `extra`: ``$holder`` for the object or
relationship that a question hangs on, ``$parent`` for the answers above it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from exportkit.flatten.feature_sets import FeatureSet
from exportkit.native import attributes

__all__ = ["marks_of_parents", "unclear"]

#: Where a feature with questions stands: key of the array or object, and position in it.
Mark = tuple[str, int]


def marks_of_parents(features: FeatureSet) -> dict[int, Mark]:
    """Return, by number of the question parent, the places of features that their ids do not name."""
    marks: dict[int, Mark] = {}
    first, asking = features.asking_objects
    if len(asking) and (namesakes := _namesakes_of_objects(features)):
        positions = features.object_parents.positions()
        for parent, number in enumerate(asking.tolist(), first):
            if number in namesakes:
                marks[parent] = ("objects", int(positions[number]))
    if features.asking_relationships:
        positions = features.relationship_parents.positions()
        namesakes = _namesakes_of_relationships(features)
        for parent, number in features.asking_relationships.items():
            if number in namesakes:
                marks[parent] = ("relationships", int(positions[number]))
    return marks


def _namesakes_of_objects(features: FeatureSet) -> set[int]:
    parents = features.object_parents
    if not features.odd_keys and None not in parents.frames:
        return set()  # objects of frames, each under its own id
    if attributes.all_differ(features.every_object, "feature_id"):
        return set()
    ids = [one.feature_id for one in features.objects]
    scopes = list(zip(parents.labels, parents.planes, parents.frames, strict=True))
    spread = parents.parent_at().tolist()
    return _later((scopes[parent], one) for parent, one in zip(spread, ids, strict=True))


def _namesakes_of_relationships(features: FeatureSet) -> set[int]:
    """Return relationships without an id, and those with that of a flat object or an earlier one."""
    parents = features.object_parents
    flat = [
        (parents.labels[parent], one.feature_id)
        for parent, one in zip(parents.parent_at().tolist(), features.objects, strict=True)
        if parents.frames[parent] is None
    ]
    owners = features.relationship_parents
    related = [
        (owners.labels[parent], one.feature_id)
        for parent, one in zip(owners.parent_at().tolist(), features.relationships, strict=True)
    ]
    return {number - len(flat) for number in _later([*flat, *related]) if number >= len(flat)}


def _later(named: Iterable[tuple[Any, str | None]]) -> set[int]:
    """Return the numbers of those that have no name, or the name of an earlier one."""
    seen: set[tuple[Any, str | None]] = set()
    found = set()
    for number, name in enumerate(named):
        if name[1] is None or name in seen:
            found.add(number)
        seen.add(name)
    return found


def unclear(parents: Iterable[int], names: list[str | None]) -> set[int]:
    """Return the numbers of answers of one depth without an id, or with that of another of their parent."""
    if attributes.all_differ(names, None):
        return set()
    named = list(zip(parents, names, strict=True))
    counts = Counter(named)
    return {number for number, name in enumerate(named) if name[1] is None or counts[name] > 1}
