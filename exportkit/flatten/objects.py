"""The table ``objects``: features with their geometry."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from exportkit.flatten.extras import merged, overlaid
from exportkit.flatten.feature_sets import FeatureSet, strings, whole_numbers
from exportkit.flatten.gathering import Columns, metric_lists
from exportkit.flatten.geometry import Geometry
from exportkit.flatten.leftovers import LeftoverColumns
from exportkit.native import attributes
from exportkit.report import Leftovers
from exportkit.rows import NO_RAW
from exportkit.rows.features import Object
from exportkit.rows.kinds import GEOMETRY_KEYS, KINDS
from exportkit.tables.cells import Attribute, Cells, Coded

__all__ = ["object_columns"]

#: What the catalogue knows of an object.
_FIELDS = frozenset(Object.__struct_fields__) - {"extra_"}


def object_columns(features: FeatureSet, leftovers: LeftoverColumns) -> tuple[int, Columns]:
    """Return the number of rows of the table ``objects`` and its columns."""
    every, parents = features.every_object, features.object_parents
    if not len(every):
        return 0, {}
    spread = parents.parent_at()
    owners = np.array(parents.labels, dtype=np.int64)[spread]
    geometry = Geometry(every)
    left = cache(lambda: payload_and_extra(features, geometry))
    return len(every), {
        **features.labels.keys(owners),
        "plane": lambda: strings(parents.planes, spread),
        "frame": lambda: whole_numbers(parents.frames, spread),
        "position": parents.positions,
        "feature_id": lambda: Attribute(every, "feature_id"),
        "feature_schema_id": lambda: Attribute(every, "feature_schema_id"),
        "name": lambda: Attribute(every, "name"),
        "value": lambda: Attribute(every, "value"),
        "annotation_kind": lambda: kind_column(geometry, leftovers.counts),
        "is_key_frame": lambda: features.key_flags,
        "confidence": lambda: Attribute(every, "confidence"),
        "custom_metrics": lambda: metric_lists(every),
        **geometry.columns(),
        "color": lambda: Attribute(every, "color"),
        "payload": lambda: leftovers.spread(left()[0], len(every)),
        "extra": lambda: leftovers.spread(left()[1], len(every)),
    }


def kind_column(geometry: Geometry, counts: Leftovers) -> Cells:
    """Return the annotation kind of each object, and count the kinds that the catalogue does not know."""
    if not KINDS.keys() >= set(geometry.kinds):
        codes = geometry.kind_codes
        times = np.bincount(codes[codes >= 0], minlength=len(geometry.kinds)).tolist()
        for kind, count in zip(geometry.kinds, times, strict=True):
            if kind not in KINDS:
                counts.unknown_kinds[kind] += count
    return Coded(geometry.kind_codes, geometry.kinds)


#: By row, what no column holds.
ByRow = dict[int, dict[str, Any]]


def payload_and_extra(features: FeatureSet, geometry: Geometry) -> tuple[ByRow, ByRow]:
    """Return ``payload`` and ``extra``: what no column holds of each object.

    The geometry of a kind that the catalogue does not know, and geometry of another shape than its
    key or its kind says, is payload; all else is extra.
    """
    objects, every = features.objects, features.every_object
    _ = geometry.vertices, geometry.spoken, geometry.chosen  # they note the misfits
    payloads = {at: dict(found) for at, found in geometry.misfits.items()}
    extras = {at: {"$key": key} for at, key in features.odd_keys.items()}
    for at in lone_relationships(every):
        payloads[at] = merged(payloads.get(at), relationship_payload(objects[at]))
    for at, extra in enumerate(attributes.values(every, "extra_") or ()):
        if not extra:
            continue
        is_plain = objects[at].annotation_kind in KINDS and GEOMETRY_KEYS.isdisjoint(extra)
        if is_plain and at not in payloads and at not in extras:
            extras[at] = extra
            continue
        for key, value in extra.items():
            home = payloads if is_payload(objects[at], key, payloads.get(at, {})) else extras
            home[at] = overlaid(home.get(at, {}), {key: value})
    return payloads, extras


def lone_relationships(objects: attributes.Structs) -> list[int]:
    """Return the positions of relationships that stand only among the objects."""
    one_way = attributes.values(objects, "unidirectional_relationship")
    both_ways = attributes.values(objects, "bidirectional_relationship")
    nothing = [None] * len(objects)
    pairs = zip(one_way or nothing, both_ways or nothing, strict=True)
    return [at for at, pair in enumerate(pairs) if pair != (None, None)] if one_way or both_ways else []


def is_payload(one: Object, key: str, payload: dict[str, Any]) -> bool:
    """Return whether the leftovers under `key` are geometry that no column holds.

    That is a key that a kind beyond the catalogue brings along, geometry of which no part fitted, and
    what is left of something that is payload already.
    """
    if key in payload:
        return True
    if key in GEOMETRY_KEYS:
        return getattr(one, key) in (None, NO_RAW)
    return one.annotation_kind not in KINDS and key not in _FIELDS


def relationship_payload(one: Object) -> dict[str, Any]:
    """Return the ends of a relationship that stands only among the objects."""
    found: dict[str, Any] = {}
    for key in ("unidirectional_relationship", "bidirectional_relationship"):
        ends = getattr(one, key)
        if ends is not None:
            found[key] = {"source": ends.source, "target": ends.target}
    return found
