"""Objects: takes one entry of ``objects`` or ``relationships``, gives its row and those of its answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from oracle.columns import make_row
from oracle.fits import MISFIT, Fit, anything, colour, int64, number, text, texts
from oracle.leftover import JsonObject, Leftover, without_empties
from oracle.questions import Spot, header, metrics, question_rows

__all__ = ["KINDS", "object_rows", "relationship_rows"]

#: Object kinds that the format catalogue describes.
KINDS = {
    "ImageBoundingBox", "ImagePolygon", "ImagePolyline", "ImagePoint", "ImageSegmentationMask",
    "TextEntity", "ConversationalTextEntity", "DocumentBoundingBox", "DocumentEntityToken",
    "GeoBoundingBox", "GeoPolygon", "GeoPolyline", "GeoPoint", "MessageSingleSelection",
    "MessageMultiSelection", "MessageRanking", "VideoBoundingBox", "VideoSegmentationMask",
    "VideoPoint", "VideoPolyline", "VideoPolygon", "DICOMPolyline", "DICOMSegmentationMask",
    "ImageUnidirectionalRelationship", "TextUnidirectionalRelationship",
    "DocumentUnidirectionalRelationship", "ImageBidirectionalRelationship",
    "TextBidirectionalRelationship", "DocumentBidirectionalRelationship",
}  # fmt: skip
RELATIONS = ("unidirectional_relationship", "bidirectional_relationship")
#: Keys that hold a geometry. One that its columns cannot hold goes whole to the payload.
GEOMETRY = {
    "bounding_box", "polygon", "line", "point", "mask", "composite_mask", "geojson", "page_number",
    "page_dimensions", "location", "conversational_location", "selected_message", "selected_messages",
    "ranked_messages",
}  # fmt: skip
OTHER_KEYS = {
    "feature_id", "feature_schema_id", "name", "value", "annotation_kind", "classifications",
    "confidence", "custom_metrics", "color", "instance_uri", "$key",
}  # fmt: skip
#: Geometries that share columns with others: the kind tells which of them the columns hold.
SHARED = {
    "polygon", "line", "location", "conversational_location", "selected_message", "selected_messages",
    "ranked_messages",
}  # fmt: skip
MESSAGE_TASKS = {
    "MessageSingleSelection": "selected_message",
    "MessageMultiSelection": "selected_messages",
    "MessageRanking": "ranked_messages",
}
#: The array of messages in a message task.
MESSAGE_LISTS = {"selected_messages": "messages", "ranked_messages": "ranked_messages"}
LISTS = {"polygon", "line"}
SIDES = ("left", "top", "width", "height")
VERTEX: dict[str, Fit] = {"x": number, "y": number}
GROUP: dict[str, Fit] = {"id": text, "page_number": int64, "tokens": texts, "text": text}
MESSAGE: dict[str, Fit] = {"message_id": text, "model_config_name": text}
PIXELS = ("Image", "Video", "DICOM")


def object_rows(
    spot: Spot,
    position: int,
    entry: JsonObject,
    *,
    key: str | None = None,
    key_frames: dict[int, bool] | None = None,
) -> Iterator[tuple[str, JsonObject]]:
    """Give the row of an object and those of its answers, each with the name of its table.

    Parameters
    ----------
    spot : Spot
        The label, and the plane and frame the object stands in.
    position : int
        Index in ``objects``.
    entry : dict
        The object; it is consumed.
    key : str, optional
        Dictionary key under which it stood.
    key_frames : dict, optional
        Frames that the label lists for the object.
    """
    left = Leftover(entry)
    columns = header(left)
    if key is not None and key != columns["feature_id"]:
        left.tree["$key"] = key
    kind = columns["annotation_kind"] = left.take("annotation_kind", text)
    frame = spot.place.get("frame")
    if frame is not None and key_frames:
        columns["is_key_frame"] = key_frames.get(frame, False)
    columns["confidence"] = left.take("confidence", number)
    columns["custom_metrics"] = metrics(left)
    columns["color"], columns["instance_uri"] = left.take("color", text), left.take("instance_uri", text)
    fitted = _fitting(left, kind or "")
    columns |= _geometry(left, fitted)
    columns["coordinate_unit"] = _unit(columns, kind)
    questions = left.items("classifications")
    columns["payload"] = _payload(left, kind, fitted)
    place = {"plane": spot.place.get("plane"), "frame": frame, "position": position}
    yield "objects", make_row("objects", spot.keys, place, columns, {"extra": left.rest()})
    yield from _answers(spot, columns["feature_id"], questions)


def relationship_rows(spot: Spot, position: int, entry: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """Give the row of a relationship and those of its answers."""
    left = Leftover(entry)
    columns = header(left)
    columns["annotation_kind"] = left.take("annotation_kind", text)
    for relation in RELATIONS:
        if isinstance(left.tree.get(relation), dict):
            ends = left.inside(relation)
            columns["direction"] = relation.removesuffix("_relationship")
            columns["source_feature_id"] = ends.take("source", text)
            columns["target_feature_id"] = ends.take("target", text)
            break
    questions = left.items("classifications")
    columns |= {"position": position, "extra": left.rest()}
    yield "relationships", make_row("relationships", spot.keys, columns)
    yield from _answers(spot, columns["feature_id"], questions)


def _answers(
    spot: Spot, feature_id: str | None, questions: list[tuple[int, JsonObject]]
) -> Iterator[tuple[str, JsonObject]]:
    below = Spot(spot.keys, {**spot.place, "object_feature_id": feature_id})
    for index, question in questions:
        for row in question_rows(below, index, question):
            yield "classifications", row


def _fitting(left: Leftover, kind: str) -> set[str]:
    """Return the geometries that columns hold."""
    chosen = {
        MESSAGE_TASKS.get(kind),
        "conversational_location" if kind.startswith("Conversational") else "location",
        "line" if kind.endswith(("Polyline", "Line")) else "polygon",
    }
    present = {key for key in GEOMETRY - SHARED - {"page_number"} | chosen if key is not None}
    return {key for key in present if isinstance(left.tree.get(key), list if key in LISTS else dict)}


def _geometry(left: Leftover, fitted: set[str]) -> JsonObject:
    page, composite = left.inside("page_dimensions"), left.inside("composite_mask")
    columns = _whole(left, fitted, "bounding_box", "bbox", SIDES)
    columns |= _whole(left, fitted, "point", "point", ("x", "y"))
    columns["mask_url"] = left.inside("mask").take("url", text)
    columns["composite_mask_url"] = composite.take("url", text)
    columns["composite_mask_color"] = composite.take("color_rgb", colour)
    columns["geojson"] = left.take("geojson", anything)
    columns["page_number"] = left.take("page_number", int64)
    columns |= {f"page_{side}": page.take(side, number) for side in ("width", "height")}
    return columns | _vertices(left, fitted) | _location(left, fitted) | _messages(left, fitted)


def _whole(left: Leftover, fitted: set[str], key: str, prefix: str, parts: tuple[str, ...]) -> JsonObject:
    """Take a geometry that means nothing without any of its parts; without one, the whole is none."""
    inside = left.inside(key)
    if any(not inside.has(part) or number(inside.tree[part]) is MISFIT for part in parts):
        fitted.discard(key)
        return {}
    return {f"{prefix}_{part}": inside.take(part, number) for part in parts}


def _vertices(left: Leftover, fitted: set[str]) -> JsonObject:
    key = "line" if "line" in fitted else "polygon"
    vertices = left.structs(key, VERTEX, required=True) if key in fitted else None
    if vertices is None:
        fitted.discard(key)
    return {"vertices": vertices}


def _location(left: Leftover, fitted: set[str]) -> JsonObject:
    spoken = left.inside("conversational_location") if "conversational_location" in fitted else Leftover({})
    location = left.inside("location") if "location" in fitted else spoken.inside("location")
    return {
        "message_id": spoken.take("message_id", text),
        "text_start": location.take("start", int64),
        "text_end": location.take("end", int64),
        "text_token": location.take("token", text),
        "text_groups": location.structs("groups", GROUP),
    }


def _messages(left: Leftover, fitted: set[str]) -> JsonObject:
    columns: JsonObject = {}
    for key in fitted.intersection(MESSAGE_TASKS.values()):
        task = left.inside(key)
        if key in MESSAGE_LISTS:
            ranks: dict[str, Fit] = {"order": int64} if key == "ranked_messages" else {}
            messages = task.structs(MESSAGE_LISTS[key], MESSAGE | ranks)
        else:
            single = {name: task.take(name, fit) for name, fit in MESSAGE.items()}
            messages = [single] if any(value is not None for value in single.values()) else None
        if messages is not None:
            columns["messages"] = [{"order": None, **message} for message in messages]
        columns["parent_message_id"] = task.take("parent_message_id", text)
    return columns


def _unit(columns: JsonObject, kind: str | None) -> str | None:
    drawn = "bbox_left" in columns or "point_x" in columns or columns["vertices"]
    if drawn and kind is not None and kind.startswith((*PIXELS, "Document")):
        return "px" if kind.startswith(PIXELS) else "pt"
    return "degree" if columns["geojson"] is not None else None


def _payload(left: Leftover, kind: str | None, fitted: set[str]) -> JsonObject | None:
    """Take whole geometries that no column fits, and every unknown key of an unknown kind."""
    payload: JsonObject = {}
    for key in list(left.tree):
        unknown = kind not in KINDS and key not in GEOMETRY | OTHER_KEYS and key not in RELATIONS
        ends = key in RELATIONS and isinstance(left.tree[key], dict)
        if unknown or ends or (key in GEOMETRY and key not in fitted):
            payload[key] = left.tree.pop(key)
    return cast("JsonObject | None", without_empties(payload))
