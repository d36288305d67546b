"""Annotation kinds: one declaration per kind, from which every rule about kinds follows.

Takes nothing; gives the description of a kind by its name. A kind that is not declared here is described by
how its name begins and ends, and what has no column of it goes to ``payload``. Knows no tables.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

__all__ = [
    "FAMILIES", "GEOMETRY_KEYS", "KINDS", "MESSAGE_KEYS", "MESSAGE_LISTS", "TEXT_KEYS", "VERTEX_KEYS",
    "AnnotationKind", "Family", "Unit", "kind_of",
]  # fmt: skip

#: Unit of coordinates: pixels, points, or none of its own.
Unit = Literal["px", "pt", ""]
#: Keys of an object that share the columns of vertices, of a place in a text, and of messages. An object's
#: kind tells which of them its columns hold.
VERTEX_KEYS = ("polygon", "line")
TEXT_KEYS = ("location", "conversational_location")
MESSAGE_KEYS = ("selected_message", "selected_messages", "ranked_messages")
#: By message key, the list of messages inside; ``selected_message`` is one message itself.
MESSAGE_LISTS = {"selected_messages": "messages", "ranked_messages": "ranked_messages"}


class Family(Struct, frozen=True):
    """Kinds whose names begin with the same word.

    Attributes
    ----------
    prefix : str
        The word.
    media_type : str
        Media type of a data row that holds such a kind and does not name its media type.
    unit : {"px", "pt", ""}
        Unit of boxes, points and vertices.
    text_key : str
        Which of `TEXT_KEYS` a kind holds unless it is declared with the other one.
    """

    prefix: str
    media_type: str
    unit: Unit = ""
    text_key: str = "location"


class AnnotationKind(Struct, frozen=True):
    """What follows from the kind of an object.

    Attributes
    ----------
    name : str
        Name in the export.
    geometry : tuple of str
        Keys of an object that hold its geometry; empty for relationships and undeclared kinds.
    media_type : str
        Media type of a data row whose annotations alone tell; ``unknown`` where the kind does not tell.
    unit : {"px", "pt", ""}
        Unit of boxes, points and vertices.
    vertex_key, text_key : str
        Key whose points the column `vertices` holds, and key whose place in a text the text columns hold.
    message_key : str or None
        Key whose messages the column `messages` holds.
    """

    name: str
    geometry: tuple[str, ...]
    media_type: str
    unit: Unit
    vertex_key: str
    text_key: str
    message_key: str | None

    @property
    def is_line(self) -> bool:
        """Whether the column `vertices` holds a line, not the ring of a polygon."""
        return self.vertex_key == "line"


FAMILIES = (
    Family("Image", "image", "px"),
    Family("Video", "video", "px"),
    Family("DICOM", "dicom", "px"),
    Family("Text", "text"),
    Family("Conversational", "conversational", text_key="conversational_location"),
    Family("Message", "conversational"),
    Family("Document", "document", "pt"),
    Family("Geo", "geospatial"),
)
_NO_FAMILY = Family("", "unknown")

_MASKS = ("mask", "composite_mask")
#: By kind, the keys of an object that hold its geometry.
_DECLARED: dict[str, tuple[str, ...]] = {
    "ImageBoundingBox": ("bounding_box",),
    "ImagePolygon": ("polygon",),
    "ImagePolyline": ("line",),
    "ImagePoint": ("point",),
    "ImageSegmentationMask": _MASKS,
    "VideoBoundingBox": ("bounding_box",),
    "VideoPolygon": ("polygon",),
    "VideoPolyline": ("line",),
    "VideoPoint": ("point",),
    "VideoSegmentationMask": _MASKS,
    "DICOMPolyline": ("line",),
    "DICOMSegmentationMask": _MASKS,
    "TextEntity": ("location",),
    "ConversationalTextEntity": ("conversational_location",),
    "DocumentBoundingBox": ("bounding_box", "page_number", "page_dimensions"),
    "DocumentEntityToken": ("location",),
    "GeoBoundingBox": ("geojson",),
    "GeoPolygon": ("geojson",),
    "GeoPolyline": ("geojson",),
    "GeoPoint": ("geojson",),
    "MessageSingleSelection": ("selected_message",),
    "MessageMultiSelection": ("selected_messages",),
    "MessageRanking": ("ranked_messages",),
    "ImageUnidirectionalRelationship": (),
    "ImageBidirectionalRelationship": (),
    "TextUnidirectionalRelationship": (),
    "TextBidirectionalRelationship": (),
    "DocumentUnidirectionalRelationship": (),
    "DocumentBidirectionalRelationship": (),
}


def _described(name: str, geometry: tuple[str, ...]) -> AnnotationKind:
    family = next((one for one in FAMILIES if name.startswith(one.prefix)), _NO_FAMILY)
    by_name = "line" if name.endswith(("Polyline", "Line")) else "polygon"
    return AnnotationKind(
        name,
        geometry,
        family.media_type,
        family.unit,
        vertex_key=_first_of(VERTEX_KEYS, geometry) or by_name,
        text_key=_first_of(TEXT_KEYS, geometry) or family.text_key,
        message_key=_first_of(MESSAGE_KEYS, geometry),
    )


def _first_of(keys: tuple[str, ...], geometry: tuple[str, ...]) -> str | None:
    return next((key for key in geometry if key in keys), None)


#: Every declared kind by name.
KINDS: dict[str, AnnotationKind] = {name: _described(name, keys) for name, keys in _DECLARED.items()}
#: Keys of an object that hold the geometry of some kind.
GEOMETRY_KEYS = frozenset(key for keys in _DECLARED.values() for key in keys)


def kind_of(name: str) -> AnnotationKind:
    """Return the description of a kind; one that is not declared is described by its name alone."""
    # Nothing is remembered of names that an export makes up: there may be many, and each may be long.
    return KINDS.get(name) or _described(name, ())
