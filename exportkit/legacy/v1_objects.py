"""Objects and relationships of Export V1 to those of Export V2.

Takes one V1 object; gives one V2 object with its kind and geometry. Does not know the label or frame that
holds it. Coordinates, offsets and page numbers keep their values: pixels, points or degrees. ``end`` of a
text location is the last character in V1 as in V2: an entity of one character has ``start == end``, and the
SDK passed the two numbers on unchanged.
"""

from __future__ import annotations

from typing import Any

from exportkit.legacy.naming import keep, move, split_header
from exportkit.legacy.v1_questions import move_questions

__all__ = ["convert_object", "convert_relationship"]

_SHAPES = {
    "bbox": ("bounding_box", "BoundingBox"),
    "polygon": ("polygon", "Polygon"),
    "line": ("line", "Polyline"),
    "point": ("point", "Point"),
}
#: V1's ``type`` of a tiled object: GeoJSON's type and V2's kind.
_TILED = {
    "polygon": ("Polygon", "GeoPolygon"),
    "rectangle": ("Polygon", "GeoBoundingBox"),
    "polyline": ("LineString", "GeoPolyline"),
    "line": ("LineString", "GeoPolyline"),
    "point": ("Point", "GeoPoint"),
}
_ENDS = (("source", "source"), ("target", "target"), ("startFeatureId", "source"), ("endFeatureId", "target"))


def convert_object(source: dict[str, Any], media: str = "Image") -> dict[str, Any]:
    """Return the V2 object of `source`.

    Parameters
    ----------
    source : dict
        A V1 object of 2019 to 2023.
    media : str
        First word of the kind if the object itself does not determine it: ``Image`` or ``Video``.

    Returns
    -------
    dict
        With ``annotation_kind`` if the geometry is known. ``instanceURI`` is the mask if there is no other
        geometry, otherwise ``instance_uri``. The kind says what ``format`` says of text and ``unit`` of a
        document. All else that V2 has no place for stays under its own name.
    """
    rest, target = split_header(source)
    if "page" in rest or rest.get("unit") == "POINTS":
        media = "Document"
        move(rest, target, {"page": "page_number"})
    kind = _tiled(rest, target) or _textual(rest, target) or _drawn(rest, target, media)
    if kind is None and _is_mask(rest):
        target["mask"] = {"url": rest.pop("instanceURI")}
        kind = f"{media}SegmentationMask"
    if kind is not None:
        target["annotation_kind"] = kind
        _leave_out_what_kinds_say(rest, kind)
    move(rest, target, {"instanceURI": "instance_uri", "color": "color"})
    move_questions(rest, target)
    keep(rest, target)
    return target


def convert_relationship(source: dict[str, Any], media: str) -> dict[str, Any]:
    """Return the V2 relationship of `source`; without ends, it keeps V1's fields."""
    rest, target = split_header(source)
    data = rest.get("data")
    name = "relationshipType" if rest.get("relationshipType") is not None else "format"
    direction = rest.get(name)
    if isinstance(data, dict) and direction in ("unidirectional", "bidirectional"):
        del rest["data"], rest[name]
        _leave_out(rest, version=1)
        target["annotation_kind"] = f"{media}{direction.capitalize()}Relationship"
        target[f"{direction}_relationship"] = _ends(data)
    move_questions(rest, target)
    keep(rest, target)
    return target


def _leave_out_what_kinds_say(rest: dict[str, Any], kind: str) -> None:
    if kind.endswith(("TextEntity", "EntityToken")) and rest.get("format") == "text.location":
        _leave_out(rest, format="text.location", version=1)
    elif kind.startswith("Document"):
        _leave_out(rest, unit="POINTS")


def _leave_out(rest: dict[str, Any], **values: str | int) -> None:
    """Remove fields that have these values."""
    for name, value in values.items():
        if type(rest.get(name)) is type(value) and rest[name] == value:
            del rest[name]


def _ends(data: dict[str, Any]) -> dict[str, Any]:
    others = dict(data)
    ends: dict[str, Any] = {}
    for old, new in _ENDS:
        move(others, ends, {old: new})
    keep(others, ends)
    return ends


def _tiled(rest: dict[str, Any], target: dict[str, Any]) -> str | None:
    """Move a geographic geometry to `target` as GeoJSON."""
    geometry, tiled_type = rest.get("geometry"), rest.get("type")
    if not isinstance(geometry, dict) or not isinstance(tiled_type, str) or "coordinates" not in geometry:
        return None
    geojson_type, kind = _TILED.get(tiled_type.lower(), ("", ""))
    if not kind or geometry.get("type", geojson_type) != geojson_type:
        return None
    target["geojson"] = {"type": geojson_type, **geometry}
    del rest["geometry"], rest["type"]
    return kind


def _textual(rest: dict[str, Any], target: dict[str, Any]) -> str | None:
    """Move a span of text (of a message or a document) to `target`."""
    data = rest.get("data")
    parent = data if isinstance(data, dict) else rest
    location = parent.get("location")
    if not isinstance(location, dict):
        return None
    others = {name: value for name, value in parent.items() if name != "location"}
    if parent is rest:
        del rest["location"]
    elif others:
        rest["data"] = others
    else:
        del rest["data"]
    span = {name: value for name, value in location.items() if name != "messageId"}
    message = location.get("messageId")
    if message is not None:
        target["conversational_location"] = {"message_id": message, "location": span}
        return "ConversationalTextEntity"
    target["location"] = span
    return "DocumentEntityToken" if "groups" in span else "TextEntity"


def _drawn(rest: dict[str, Any], target: dict[str, Any], media: str) -> str | None:
    """Move box, polygon, line and point to `target`."""
    shapes = []
    for name, (key, shape) in _SHAPES.items():
        if rest.get(name) is not None:
            target[key] = rest.pop(name)
            shapes.append(shape)
    return media + shapes[0] if shapes else None


def _is_mask(rest: dict[str, Any]) -> bool:
    """Return whether the image at ``instanceURI`` is the only geometry; an unknown structure may be one."""
    others = (value for name, value in rest.items() if name != "classifications")
    return isinstance(rest.get("instanceURI"), str) and not any(isinstance(v, dict | list) for v in others)
