"""The table ``objects``: features with their geometry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

import msgspec
import numpy as np

from exportkit.flatten.extras import json_object, json_text, merged
from exportkit.flatten.features import FeatureSet, strings, whole_numbers
from exportkit.flatten.numbers import float_fields
from exportkit.rows import NO_RAW
from exportkit.rows.features import (
    Box, ConversationalLocation, Location, Metric, Object, Point, SelectedMessage, SelectedMessages,
)  # fmt: skip
from exportkit.tables.cells import Bools, Cells, Coded, Lists, Numbers, Same

__all__ = ["GEOMETRY_KEYS", "KNOWN_KINDS", "metric_lists", "object_columns"]

Columns = dict[str, Callable[[], Cells]]

#: Kinds whose geometry the catalogue knows (EXPORT_FORMAT 3.3 to 3.8).
KNOWN_KINDS = frozenset(
    {
        "ImageBoundingBox", "ImagePolygon", "ImagePolyline", "ImagePoint", "ImageSegmentationMask",
        "TextEntity", "ConversationalTextEntity", "DocumentBoundingBox", "DocumentEntityToken",
        "GeoBoundingBox", "GeoPolygon", "GeoPolyline", "GeoPoint",
        "VideoBoundingBox", "VideoPolygon", "VideoPolyline", "VideoPoint", "VideoSegmentationMask",
        "DICOMPolyline", "DICOMSegmentationMask",
        "MessageSingleSelection", "MessageMultiSelection", "MessageRanking",
    }
)  # fmt: skip
#: Codes of `coordinate_unit`.
NO_UNIT, PIXELS, POINTS, DEGREES = -1, 0, 1, 2
#: Keys of an object that hold geometry.
GEOMETRY_KEYS = frozenset(
    {
        "bounding_box", "polygon", "line", "point", "mask", "composite_mask", "location",
        "conversational_location", "page_number", "page_dimensions", "geojson", "selected_message",
        "selected_messages", "ranked_messages",
    }
)  # fmt: skip


def object_columns(features: FeatureSet) -> Columns:
    """Return the columns of the table ``objects``."""
    objects, holders = features.objects, features.object_holders
    spread = holders.spread()
    owners = np.array(holders.labels, dtype=np.int64)[spread]
    geometry = Geometry(objects)
    left = cache(lambda: leftovers(features, geometry))
    return {
        **features.labels.keys(owners),
        "plane": lambda: strings(holders.planes, spread),
        "frame": lambda: whole_numbers(holders.frames, spread),
        "position": holders.positions,
        "feature_id": lambda: [one.feature_id for one in objects],
        "feature_schema_id": lambda: [one.feature_schema_id for one in objects],
        "name": lambda: [one.name for one in objects],
        "value": lambda: [one.value for one in objects],
        "annotation_kind": lambda: geometry.kinds,
        "is_key_frame": lambda: features.key_flags,
        "confidence": lambda: optional([one.confidence for one in objects]),
        "custom_metrics": lambda: metric_lists([one.custom_metrics for one in objects]),
        **geometry.columns(),
        "payload": lambda: left()[0],
        "extra": lambda: left()[1],
    }


def optional(values: list[Any]) -> Cells:
    """Return `values` as cells, in short where all are null."""
    return Same(None) if values.count(None) == len(values) else values


def metric_lists(metrics: list[list[Metric] | None]) -> Cells:
    """Return lists of name and value."""
    if not any(metrics):
        return Same(None)
    flat = [one for some in metrics if some for one in some]
    items: Mapping[str, Cells] = {"name": [one.name for one in flat], "value": [one.value for one in flat]}
    return lists_of(metrics, items)


class Geometry:
    """The geometry columns of a run of objects.

    Some columns serve several keys (`vertices` a polygon or a line). The annotation kind says which key
    a row stands for; geometry under another key of the same columns is a misfit and goes to `payload`.
    """

    def __init__(self, objects: list[Object]) -> None:
        self.objects = objects
        self.kinds = [one.annotation_kind for one in objects]
        self.misfits: dict[int, dict[str, Any]] = {}

    @cached_property
    def boxes(self) -> list[Box | None] | None:
        return parts([one.bounding_box for one in self.objects])

    @cached_property
    def points(self) -> list[Point | None] | None:
        return parts([one.point for one in self.objects])

    @cached_property
    def maps(self) -> list[str | None] | None:
        raws = [one.geojson for one in self.objects]
        return None if raws.count(NO_RAW) == len(raws) else [json_text(raw) for raw in raws]

    @cached_property
    def vertices(self) -> list[Any] | None:
        return self._by_kind(
            vertex_key,
            polygon=parts([one.polygon for one in self.objects]),
            line=parts([one.line for one in self.objects]),
        )

    @cached_property
    def spoken(self) -> list[Any] | None:
        """What `location` or `conversational_location` hold."""
        return self._by_kind(
            text_key,
            location=parts([one.location for one in self.objects]),
            conversational_location=parts([one.conversational_location for one in self.objects]),
        )

    @cached_property
    def places(self) -> list[Location | None] | None:
        if self.spoken is None:
            return None
        return [one.location if isinstance(one, ConversationalLocation) else one for one in self.spoken]

    @cached_property
    def chosen(self) -> list[Any] | None:
        return self._by_kind(
            message_key,
            selected_message=parts([one.selected_message for one in self.objects]),
            selected_messages=parts([one.selected_messages for one in self.objects]),
            ranked_messages=parts([one.ranked_messages for one in self.objects]),
        )

    def _by_kind(self, expected: Callable[[str], str | None], **held: list[Any] | None) -> list[Any] | None:
        """Return the values whose key is the one that the kind stands for; note the others as misfits."""
        found = {key: values for key, values in held.items() if values is not None}
        if not found:
            return None
        keys = {kind: expected(kind or "") for kind in set(self.kinds)}
        if len(found) == 1 and set(keys.values()) == set(found):
            return next(iter(found.values()))
        fitting: list[Any] = [None] * len(self.objects)
        for key, values in found.items():
            for at, value in enumerate(values):
                if value is None:
                    continue
                if keys[self.kinds[at]] == key:
                    fitting[at] = value
                else:
                    self.misfits.setdefault(at, {})[key] = msgspec.to_builtins(value)
        return fitting

    def columns(self) -> Columns:
        masks = parts([one.mask for one in self.objects])
        composites = parts([one.composite_mask for one in self.objects])
        pages = parts([one.page_dimensions for one in self.objects])
        box, point = spread_fields(self.boxes, Box), spread_fields(self.points, Point)
        return {
            "coordinate_unit": self._units,
            "bbox_left": lambda: box("left"),
            "bbox_top": lambda: box("top"),
            "bbox_width": lambda: box("width"),
            "bbox_height": lambda: box("height"),
            "point_x": lambda: point("x"),
            "point_y": lambda: point("y"),
            "vertices": lambda: vertex_lists(self.vertices),
            "mask_url": lambda: pick(masks, "url"),
            "composite_mask_url": lambda: pick(composites, "url"),
            "composite_mask_color": lambda: pick(composites, "color_rgb"),
            "geojson": lambda: Same(None) if self.maps is None else self.maps,
            "page_number": lambda: optional([one.page_number for one in self.objects]),
            "page_width": lambda: pick(pages, "width"),
            "page_height": lambda: pick(pages, "height"),
            "text_start": lambda: pick(self.places, "start"),
            "text_end": lambda: pick(self.places, "end"),
            "text_token": lambda: pick(self.places, "token"),
            "text_groups": lambda: group_lists(self.places),
            "message_id": lambda: pick(self.spoken, "message_id"),
            "messages": lambda: message_lists(self.chosen),
            "parent_message_id": lambda: pick(self.chosen, "parent_message_id"),
        }

    def _units(self) -> Cells:
        """Return the unit of the coordinates: pixels, points on documents, degrees on maps."""
        drawn = np.zeros(len(self.objects), dtype=np.bool_)
        for values in (self.boxes, self.points, self.vertices):
            if values is not None:
                drawn |= present(values)
        codes = np.where(drawn, PIXELS, NO_UNIT)
        documents = {kind for kind in set(self.kinds) if kind is not None and kind.startswith("Document")}
        if documents:
            codes[drawn & np.array([kind in documents for kind in self.kinds], dtype=np.bool_)] = POINTS
        if self.maps is not None:
            codes[~drawn & present(self.maps)] = DEGREES
        return Coded(codes, ["px", "pt", "degree"])


def vertex_key(kind: str) -> str:
    """Return the key whose points `vertices` holds for a kind."""
    return "line" if kind.endswith(("Polyline", "Line")) else "polygon"


def text_key(kind: str) -> str:
    """Return the key whose place in a text the columns hold for a kind."""
    return "conversational_location" if kind.startswith("Conversational") else "location"


def message_key(kind: str) -> str | None:
    """Return the key whose messages the columns hold for a kind."""
    return {
        "MessageSingleSelection": "selected_message",
        "MessageMultiSelection": "selected_messages",
        "MessageRanking": "ranked_messages",
    }.get(kind)


def group_lists(places: list[Location | None] | None) -> Cells:
    """Return the token groups of document entities."""
    lists = [place.groups if place is not None else None for place in places or ()]
    if not any(lists):
        return Same(None)
    flat = [group for some in lists if some for group in some]
    tokens = [group.tokens or () for group in flat]
    token_counts = np.array([len(some) for some in tokens], dtype=np.int64)
    held = present([group.tokens for group in flat])
    items: Mapping[str, Cells] = {
        "id": [group.id for group in flat],
        "page_number": [group.page_number for group in flat],
        "tokens": Lists(token_counts, [token for some in tokens for token in some], held),
        "text": [group.text for group in flat],
    }
    return lists_of(lists, items)


def message_lists(chosen: list[Any] | None) -> Cells:
    """Return the messages that objects select or rank; only ranked ones have an order."""
    lists = [messages_of(one) for one in chosen or ()]
    if not any(lists):
        return Same(None)
    flat = [message for some in lists if some for message in some]
    items: Mapping[str, Cells] = {
        "message_id": [message.message_id for message in flat],
        "model_config_name": [message.model_config_name for message in flat],
        "order": [getattr(message, "order", None) for message in flat],
    }
    return lists_of(lists, items)


def messages_of(chosen: Any) -> list[Any] | None:
    """Return the messages of a selection or ranking."""
    if isinstance(chosen, SelectedMessage):
        return [chosen]
    if isinstance(chosen, SelectedMessages):
        return chosen.messages
    return chosen.ranked_messages if chosen is not None else None


def lists_of(lists: Sequence[Sequence[Any] | None], items: Cells | Mapping[str, Cells]) -> Lists:
    """Return lists over flat `items`: null where there is no list, or an empty one."""
    counts = np.array([len(some) if some else 0 for some in lists], dtype=np.int64)
    return Lists(counts, items, counts > 0)


def parts(values: list[Any]) -> list[Any] | None:
    """Return `values`, or None where all of them are."""
    return None if values.count(None) == len(values) else values


def present(values: Sequence[Any]) -> Bools:
    """Return where `values` are not null."""
    return np.array([value is not None for value in values], dtype=np.bool_)


def pick(values: list[Any] | None, attribute: str) -> Cells:
    """Return an attribute of each part, null where there is no part or it has no such attribute."""
    if values is None:
        return Same(None)
    return [getattr(value, attribute, None) for value in values]


def spread_fields(values: list[Any] | None, cls: type[Any]) -> Callable[[str], Cells]:
    """Return what gives the column of a float field over parts of class `cls`, computed at first use for all fields."""
    columns: dict[str, Cells] = {}

    def column(name: str) -> Cells:
        if values is None:
            return Same(None)
        if not columns:
            held = [value for value in values if value is not None]
            found = float_fields(held, cls)
            if len(held) == len(values):
                columns.update(found)
            else:
                valid = present(values)
                for field, numbers in found.items():
                    full = np.zeros(len(values))
                    full[valid] = numbers
                    columns[field] = Numbers(full, valid)
        return columns[name]

    return column


def vertex_lists(runs: Sequence[list[Point] | None] | None) -> Cells:
    """Return polygons and polylines as lists of x and y."""
    if runs is None:
        return Same(None)
    counts = np.array([0 if run is None else len(run) for run in runs], dtype=np.int64)
    return Lists(counts, float_fields([point for run in runs if run for point in run], Point), present(runs))


def leftovers(features: FeatureSet, geometry: Geometry) -> tuple[Cells, Cells]:
    """Return ``payload`` and ``extra``: what of each object no column holds.

    The geometry of a kind that the catalogue does not know, and geometry of another shape than its
    key or its kind says, is payload; all else is extra.
    """
    objects = features.objects
    _ = geometry.vertices, geometry.spoken, geometry.chosen  # they note the misfits
    payloads = {at: dict(found) for at, found in geometry.misfits.items()}
    extras = {at: {"$key": key} for at, key in features.odd_keys.items()}
    for at in lone_relationships(objects):
        payloads[at] = merged(payloads.get(at), relationship_payload(objects[at]))
    for at, extra in enumerate(parts([one.extra_ for one in objects]) or ()):
        for key, value in (extra or {}).items():
            unknown = objects[at].annotation_kind not in KNOWN_KINDS
            home = payloads if unknown or misshapen(objects[at], key) else extras
            home[at] = merged(home.get(at), {key: value})
    return spread_json(payloads, len(objects)), spread_json(extras, len(objects))


def lone_relationships(objects: list[Object]) -> list[int]:
    """Return the positions of relationships that stand only among the objects."""
    one_way = parts([one.unidirectional_relationship for one in objects])
    both_ways = parts([one.bidirectional_relationship for one in objects])
    nothing = [None] * len(objects)
    pairs = zip(one_way or nothing, both_ways or nothing, strict=True)
    return [at for at, pair in enumerate(pairs) if pair != (None, None)] if one_way or both_ways else []


def misshapen(one: Object, key: str) -> bool:
    """Return whether `key` holds geometry whose whole value did not fit (part of it: the column is filled)."""
    return key in GEOMETRY_KEYS and getattr(one, key) in (None, NO_RAW)


def relationship_payload(one: Object) -> dict[str, Any]:
    """Return the ends of a relationship that stands only among the objects."""
    found: dict[str, Any] = {}
    for key in ("unidirectional_relationship", "bidirectional_relationship"):
        ends = getattr(one, key)
        if ends is not None:
            found[key] = {"source": ends.source, "target": ends.target}
    return found


def spread_json(found: Mapping[int, Mapping[str, Any]], count: int) -> Cells:
    """Return the JSON objects of the rows that have one, null elsewhere."""
    if not found:
        return Same(None)
    column: list[str | None] = [None] * count
    for at, value in found.items():
        column[at] = json_object(value)
    return column
