"""Objects: takes one entry of ``objects`` or ``relationships``, gives its row and those of its answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from oracle.columns import make_row
from oracle.fits import Fit, anything, colour, int64, number, text, texts
from oracle.leftover import JsonObject, Leftover, without_empties
from oracle.questions import Spot, header, metrics, question_rows

__all__ = ["KINDS", "object_rows", "relationship_rows"]

#: Object kinds that the format catalogue describes.
KINDS = {
    "ImageBoundingBox", "ImagePolygon", "ImagePolyline", "ImagePoint", "ImageSegmentationMask",
    "TextEntity", "ConversationalTextEntity", "DocumentBoundingBox", "DocumentEntityToken",
    "GeoBoundingBox", "GeoPolygon", "GeoPolyline", "GeoPoint", "MessageSingleSelection",
    "MessageMultiSelection", "MessageRanking", "VideoBoundingBox", "VideoSegmentationMask",
    "VideoPoint", "VideoPolyline", "DICOMPolyline", "DICOMSegmentationMask",
    "ImageUnidirectionalRelationship", "TextUnidirectionalRelationship",
    "DocumentUnidirectionalRelationship",
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
    "confidence", "custom_metrics", "$key",
}  # fmt: skip
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
    fitted = {key for key in GEOMETRY if isinstance(left.tree.get(key), dict)} - {"polygon", "line"}
    columns |= _geometry(left, kind)
    if columns["vertices"] is not None:
        fitted.add("line" if _is_line(left, kind) else "polygon")
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


def _geometry(left: Leftover, kind: str | None) -> JsonObject:
    box, point, page = left.inside("bounding_box"), left.inside("point"), left.inside("page_dimensions")
    composite = left.inside("composite_mask")
    columns: JsonObject = {f"bbox_{side}": box.take(side, number) for side in SIDES}
    columns |= {f"point_{axis}": point.take(axis, number) for axis in ("x", "y")}
    columns["vertices"] = _vertices(left, kind)
    columns["mask_url"] = left.inside("mask").take("url", text)
    columns["composite_mask_url"] = composite.take("url", text)
    columns["composite_mask_color"] = composite.take("color_rgb", colour)
    columns["geojson"] = left.take("geojson", anything)
    columns["page_number"] = left.take("page_number", int64)
    columns |= {f"page_{side}": page.take(side, number) for side in ("width", "height")}
    return columns | _location(left) | _messages(left)


def _vertices(left: Leftover, kind: str | None) -> list[JsonObject] | None:
    return left.structs("line" if _is_line(left, kind) else "polygon", VERTEX, required=True)


def _is_line(left: Leftover, kind: str | None) -> bool:
    return kind is not None and kind.endswith(("Polyline", "Line")) and not left.has("polygon")


def _location(left: Leftover) -> JsonObject:
    conversational = left.inside("conversational_location")
    location = left.inside("location") if left.has("location") else conversational.inside("location")
    return {
        "message_id": conversational.take("message_id", text),
        "text_start": location.take("start", int64),
        "text_end": location.take("end", int64),
        "text_token": location.take("token", text),
        "text_groups": location.structs("groups", GROUP),
    }


def _messages(left: Leftover) -> JsonObject:
    for key, array in (("selected_messages", "messages"), ("ranked_messages", "ranked_messages")):
        if left.has(key):
            task = left.inside(key)
            messages = task.structs(array, MESSAGE | ({"order": int64} if key == "ranked_messages" else {}))
            if messages is not None:
                messages = [{"order": None, **message} for message in messages]
            return {"messages": messages, "parent_message_id": task.take("parent_message_id", text)}
    task = left.inside("selected_message")
    message: JsonObject = {key: task.take(key, fit) for key, fit in MESSAGE.items()}
    named = any(value is not None for value in message.values())
    return {
        "messages": [{"order": None, **message}] if named else None,
        "parent_message_id": task.take("parent_message_id", text),
    }


def _unit(columns: JsonObject, kind: str | None) -> str | None:
    if columns["geojson"] is not None:
        return "degree"
    boxed = any(columns[f"bbox_{side}"] is not None for side in SIDES)
    drawn = boxed or columns["vertices"] or columns["point_x"] is not None or columns["point_y"] is not None
    if drawn and kind is not None and kind.startswith(PIXELS):
        return "px"
    return "pt" if boxed and kind is not None and kind.startswith("Document") else None


def _payload(left: Leftover, kind: str | None, fitted: set[str]) -> JsonObject | None:
    """Take whole geometries that no column fits, and every unknown key of an unknown kind."""
    payload: JsonObject = {}
    for key in list(left.tree):
        unknown = kind not in KINDS and key not in GEOMETRY | OTHER_KEYS
        if unknown or key in RELATIONS or (key in GEOMETRY and key not in fitted):
            payload[key] = left.tree.pop(key)
    return cast("JsonObject | None", without_empties(payload))
