"""The geometry of objects, whatever their kind, as columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import msgspec
import numpy as np

from exportkit.flatten.columns import Columns, lists_of, optional, parts, pick, present, spread_fields
from exportkit.flatten.extras import json_text
from exportkit.flatten.numbers import float_fields
from exportkit.rows import NO_RAW, STRUCTS
from exportkit.rows.features import Box, Location, Object, Point
from exportkit.tables.cells import Cells, Coded, Lists, Same

__all__ = ["GEOMETRY_KEYS", "Geometry"]

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
        """Boxes; None where no object has one."""
        return parts([one.bounding_box for one in self.objects])

    @cached_property
    def points(self) -> list[Point | None] | None:
        """Points; None where no object has one."""
        return parts([one.point for one in self.objects])

    @cached_property
    def maps(self) -> list[str | None] | None:
        """GeoJSON as text; None where no object has any."""
        raws = [one.geojson for one in self.objects]
        return None if raws.count(NO_RAW) == len(raws) else [json_text(raw) for raw in raws]

    @cached_property
    def vertices(self) -> list[Any] | None:
        """Polygons and lines; None where no object has any."""
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
        """Where in a text; None where no object is there."""
        if self.spoken is None:
            return None
        return [one.location if hasattr(one, "location") else one for one in self.spoken]

    @cached_property
    def chosen(self) -> list[Any] | None:
        """Messages that objects select or rank; None where none does."""
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
                    self.misfits.setdefault(at, {})[key] = plain(value)
        return fitting

    def columns(self) -> Columns:
        """Return the geometry columns."""
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
        for values in (self.boxes, self.points):
            if values is not None:
                drawn |= present(values)
        if self.vertices is not None:
            drawn |= np.array([bool(run) for run in self.vertices], dtype=np.bool_)
        units = {kind: unit_of(kind or "") for kind in set(self.kinds)}
        if len(units) == 1:
            codes = np.where(drawn, next(iter(units.values())), NO_UNIT)
        else:
            codes = np.where(drawn, np.array([units[kind] for kind in self.kinds], dtype=np.int64), NO_UNIT)
        if self.maps is not None:
            codes[(codes == NO_UNIT) & present(self.maps)] = DEGREES
        return Coded(codes, ["px", "pt", "degree"])


def plain(value: Any) -> Any:
    """Return a part, or a list of parts, as what JSON makes of it; its leftovers are kept elsewhere."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, msgspec.Struct):
        names = STRUCTS[type(value).__name__].__struct_fields__
        return {name: plain(held) for name in names if (held := getattr(value, name)) is not None}
    return value


def unit_of(kind: str) -> int:
    """Return the code of the unit in which a kind is drawn; none for one beyond the catalogue."""
    if kind.startswith(("Image", "Video", "DICOM")):
        return PIXELS
    return POINTS if kind.startswith("Document") else NO_UNIT


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
    if chosen is None:
        return None
    if hasattr(chosen, "message_id"):
        return None if chosen.message_id is None and chosen.model_config_name is None else [chosen]
    found: list[Any] | None = (
        chosen.ranked_messages if hasattr(chosen, "ranked_messages") else chosen.messages
    )
    return found


def vertex_lists(runs: Sequence[list[Point] | None] | None) -> Cells:
    """Return polygons and polylines as lists of x and y."""
    if runs is None:
        return Same(None)
    counts = np.array([0 if run is None else len(run) for run in runs], dtype=np.int64)
    return Lists(counts, float_fields([point for run in runs if run for point in run], Point), present(runs))
