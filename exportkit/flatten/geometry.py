"""The geometry of objects, whatever their kind, as columns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import msgspec
import numpy as np

from exportkit.flatten.extras import compact_json
from exportkit.flatten.gathering import Columns, lists_of, pick, present
from exportkit.native import attributes
from exportkit.rows import NO_RAW, STRUCTS
from exportkit.rows.features import Box, Location, Point
from exportkit.rows.kinds import MESSAGE_KEYS, TEXT_KEYS, VERTEX_KEYS, AnnotationKind, Unit, kind_of
from exportkit.tables.cells import NULLS, Attribute, Cells, Coded, Ints, Lists, Same

__all__ = ["Geometry"]

#: Units of coordinates, and their codes.
UNITS = ["px", "pt", "degree"]
NO_UNIT, DEGREES = -1, 2
UNIT_CODES: Mapping[Unit, int] = {"px": 0, "pt": 1, "": NO_UNIT}


class Geometry:
    """The geometry columns of some objects.

    Some columns hold one of several keys (`vertices` a polygon or a line). The annotation kind says which
    one; geometry under another key of the same columns is a misfit and goes to `payload`.
    """

    def __init__(self, objects: attributes.Structs) -> None:
        self.objects = objects
        words: dict[str | None, int] = {None: -1}
        codes = attributes.codes(objects, "annotation_kind", words)
        #: Annotation kinds, and the one of each object by its code; -1 where it names none.
        self.kinds = [word for word in words if word is not None]
        self.kind_codes: Ints = (
            np.full(len(objects), -1) if codes is None else np.frombuffer(codes, np.int32).astype(np.int64)
        )
        self.misfits: dict[int, dict[str, Any]] = {}

    @cached_property
    def boxes(self) -> list[Box | None] | None:
        """Boxes; None where no object has one."""
        return attributes.values(self.objects, "bounding_box")

    @cached_property
    def points(self) -> list[Point | None] | None:
        """Points; None where no object has one."""
        return attributes.values(self.objects, "point")

    @cached_property
    def maps(self) -> list[str | None] | None:
        """GeoJSON as text; None where no object has any."""
        raws = attributes.values(self.objects, "geojson")
        if raws is None or raws.count(NO_RAW) == len(raws):
            return None
        return [compact_json(raw) for raw in raws]

    @cached_property
    def vertices(self) -> list[Any] | None:
        """Polygons and lines; None where no object has any."""
        return self._by_kind(lambda kind: kind.vertex_key, VERTEX_KEYS)

    @cached_property
    def spoken(self) -> list[Any] | None:
        """What `location` or `conversational_location` hold."""
        return self._by_kind(lambda kind: kind.text_key, TEXT_KEYS)

    @cached_property
    def places(self) -> list[Location | None] | None:
        """Where in a text; None where no object is there."""
        if self.spoken is None:
            return None
        return [one.location if hasattr(one, "location") else one for one in self.spoken]

    @cached_property
    def chosen(self) -> list[Any] | None:
        """Messages that objects select or rank; None where none does."""
        return self._by_kind(lambda kind: kind.message_key, MESSAGE_KEYS)

    def _by_kind(
        self, key_of: Callable[[AnnotationKind], str | None], names: tuple[str, ...]
    ) -> list[Any] | None:
        """Return the values under the key that the kind of their object names; note others as misfits."""
        found = {name: held for name in names if (held := attributes.values(self.objects, name)) is not None}
        if not found:
            return None
        # The last stands for objects that name no kind: their code is -1.
        keys = [key_of(kind_of(kind)) for kind in (*self.kinds, "")]
        codes = self.kind_codes.tolist()
        if len(found) == 1 and {keys[code] for code in set(codes)} == set(found):
            return next(iter(found.values()))
        fitting: list[Any] = [None] * len(self.objects)
        for key, held in found.items():
            for at, value in enumerate(held):
                if value is None:
                    continue
                if keys[codes[at]] == key:
                    fitting[at] = value
                else:
                    self.misfits.setdefault(at, {})[key] = plain(value)
        return fitting

    def columns(self) -> Columns:
        """Return the geometry columns."""
        objects = self.objects
        masks, composites = attributes.values(objects, "mask"), attributes.values(objects, "composite_mask")
        pages = attributes.values(objects, "page_dimensions")
        return {
            "coordinate_unit": self._units,
            "bbox_left": lambda: pick(self.boxes, "left"),
            "bbox_top": lambda: pick(self.boxes, "top"),
            "bbox_width": lambda: pick(self.boxes, "width"),
            "bbox_height": lambda: pick(self.boxes, "height"),
            "point_x": lambda: pick(self.points, "x"),
            "point_y": lambda: pick(self.points, "y"),
            "vertices": lambda: vertex_lists(self.vertices),
            "mask_url": lambda: pick(masks, "url"),
            "instance_uri": lambda: Attribute(objects, "instance_uri"),
            "composite_mask_url": lambda: pick(composites, "url"),
            "composite_mask_color": lambda: pick(composites, "color_rgb"),
            "geojson": lambda: NULLS if self.maps is None else self.maps,
            "page_number": lambda: Attribute(self.objects, "page_number"),
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
        for held in (self.boxes, self.points):
            if held is not None:
                drawn |= present(held)
        if self.vertices is not None:
            drawn |= np.array([bool(run) for run in self.vertices], dtype=np.bool_)
        if self.maps is None and drawn.all() and len(self.kinds) == 1 and (self.kind_codes == 0).all():
            unit = kind_of(self.kinds[0]).unit
            return Same(unit) if unit else NULLS
        units = np.array([UNIT_CODES[kind_of(kind).unit] for kind in (*self.kinds, "")])
        codes = np.where(drawn, units[self.kind_codes], NO_UNIT)
        if self.maps is not None:
            codes[(codes == NO_UNIT) & present(self.maps)] = DEGREES
        return Coded(codes, UNITS)


def plain(value: Any) -> Any:
    """Return a part, or a list of parts, as what JSON makes of it; its leftovers are kept elsewhere."""
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, msgspec.Struct):
        names = STRUCTS[type(value).__name__].__struct_fields__
        return {name: plain(held) for name in names if (held := getattr(value, name)) is not None}
    return value


def group_lists(places: list[Location | None] | None) -> Cells:
    """Return the token groups of document entities."""
    lists = [place.groups if place is not None else None for place in places or ()]
    if not any(lists):
        return NULLS
    flat = [group for some in lists if some for group in some]
    tokens = [group.tokens or () for group in flat]
    token_counts = np.array([len(some) for some in tokens], dtype=np.int64)
    held = present([group.tokens for group in flat])
    items: Mapping[str, Cells] = {
        "id": Attribute(flat, "id"),
        "page_number": Attribute(flat, "page_number"),
        "tokens": Lists(token_counts, [token for some in tokens for token in some], held),
        "text": Attribute(flat, "text"),
    }
    return lists_of(lists, items)


def message_lists(chosen: list[Any] | None) -> Cells:
    """Return the messages that objects select or rank; only ranked ones have an order."""
    lists = [messages_of(one) for one in chosen or ()]
    if not any(lists):
        return NULLS
    flat = [message for some in lists if some for message in some]
    items = {name: Attribute(flat, name) for name in ("message_id", "model_config_name", "order")}
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


def vertex_lists(runs: list[list[Point] | None] | None) -> Cells:
    """Return polygons and polylines as lists of x and y."""
    if runs is None:
        return NULLS
    counts = np.array([0 if run is None else len(run) for run in runs], dtype=np.int64)
    points = [point for run in runs if run for point in run]
    return Lists(counts, {"x": Attribute(points, "x"), "y": Attribute(points, "y")}, present(runs))
