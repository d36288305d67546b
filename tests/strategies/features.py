"""Features: takes the choices of a row, gives objects, relationships, questions and answers of every kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from strategies.choices import Choices, JsonObject

__all__ = ["conversational_question", "header", "object_of", "question", "questions", "relationship"]

MAX_DEPTH = 9
MASKS = "https://api.labelbox.com/api/v1"


def header(pick: Choices) -> JsonObject:
    """Return the fields that features begin with, as of the export's year."""
    fields: JsonObject = {"feature_id": pick.id()}
    if pick.with_schema_ids:
        fields["feature_schema_id"] = pick.one_of(("cschema000000000000000001", "cschema000000000000000002"))
    fields["name"] = pick.name()
    if pick.with_values:
        fields["value"] = pick.name()
    return fields


def questions(pick: Choices, depth: int = 0, *, predicted: bool = False) -> list[JsonObject]:
    """Return none to three answered or unanswered questions, nested to any depth up to nine."""
    if depth >= MAX_DEPTH or (depth > 0 and pick.below(5) not in (1, 2)):
        return []
    return pick.several(lambda: question(pick, depth, predicted=predicted))


def question(pick: Choices, depth: int = 0, *, predicted: bool = False) -> JsonObject:
    """Return one question with one of the answer forms, or without an answer."""
    fields = header(pick)
    form = pick.one_of(("radio_answer", "checklist_answers", "text_answer", None))
    if form is not None:
        fields[form] = _answer(pick, form, depth, predicted=predicted)
    return fields


def conversational_question(pick: Choices) -> JsonObject:
    """Return a question about one message."""
    form = pick.one_of(("radio_answer", "checklist_answers", "text_answer"))
    answer = _answer(pick, form, 0)
    if not answer:
        answer = [_option(pick, 0, predicted=False)]
    return {**header(pick), "message_id": pick.one_of(("0", "2", "m")), f"conversational_{form}": answer}


def object_of(pick: Choices, kind: str, *, predicted: bool = False) -> JsonObject:
    """Return an object of a catalogued kind with its geometry and answers."""
    fields = {
        **header(pick),
        "annotation_kind": kind,
        "classifications": questions(pick, predicted=predicted),
    }
    fields |= _GEOMETRY[kind.removeprefix("Video").removeprefix("DICOM").removeprefix("Image")](pick)
    if predicted:
        fields |= pick.some(confidence=pick.score, custom_metrics=lambda: metrics(pick))
    if pick.of_old_export:
        fields |= pick.some(color="#ff0000", instance_uri=f"{MASKS}/feature/f?token=t")
    return fields


def relationship(pick: Choices, feature_ids: list[str], prefix: str) -> JsonObject:
    """Return a relationship between two of `feature_ids`."""
    direction = pick.one_of(("unidirectional", "bidirectional"))
    ends = {"source": pick.one_of(feature_ids), "target": pick.one_of(feature_ids)}
    return {
        **header(pick),
        "annotation_kind": f"{prefix}{direction.capitalize()}Relationship",
        "classifications": questions(pick),
        f"{direction}_relationship": ends,
    }


def metrics(pick: Choices) -> list[JsonObject]:
    """Return custom metrics of a prediction."""
    return pick.several(lambda: {"name": pick.name(), "value": pick.number()})


def _answer(pick: Choices, form: str, depth: int, *, predicted: bool = False) -> Any:
    if form == "radio_answer":
        return _option(pick, depth, predicted=predicted)
    if form == "checklist_answers":
        return pick.several(lambda: _option(pick, depth, predicted=predicted))
    return {
        "content": pick.text(),
        **pick.some(classifications=lambda: questions(pick, depth + 1, predicted=predicted)),
    }


def _option(pick: Choices, depth: int, *, predicted: bool) -> JsonObject:
    fields = {**header(pick), "classifications": questions(pick, depth + 1, predicted=predicted)}
    if predicted:
        fields |= pick.some(confidence=pick.score, custom_metrics=lambda: metrics(pick))
    return fields


def _box(pick: Choices) -> JsonObject:
    return {"bounding_box": {side: pick.number() for side in ("top", "left", "height", "width")}}


def _vertices(pick: Choices) -> list[JsonObject]:
    return [_vertex(pick), *pick.several(lambda: _vertex(pick))]


def _vertex(pick: Choices) -> JsonObject:
    return {"x": pick.number(), "y": pick.number()}


def _mask(pick: Choices) -> JsonObject:
    url = f"{MASKS}/projects/p/annotations/f/{pick.one_of(('', 'index/1/'))}mask"
    composite = {"url": f"{MASKS}/tasks/t/masks/m/index/1", "color_rgb": [12, 200, 7]}
    return pick.some(mask={"url": url}, composite_mask=composite) or {"mask": {"url": url}}


def _text_entity(pick: Choices) -> JsonObject:
    return {"location": {"start": pick.count(), "end": pick.count(), **pick.some(token=pick.text)}}


def _said(pick: Choices) -> JsonObject:
    return {"conversational_location": {"message_id": pick.name(), **_text_entity(pick)}}


def _page_box(pick: Choices) -> JsonObject:
    return {
        "page_number": pick.count(),
        **_box(pick),
        **pick.some(page_dimensions=lambda: {"height": pick.number(), "width": pick.number()}),
    }


def _token_groups(pick: Choices) -> JsonObject:
    def group() -> JsonObject:
        return {
            "id": pick.name(),
            "page_number": pick.count(),
            "tokens": pick.several(pick.name),
            "text": pick.text(),
        }

    return {"location": {"groups": pick.several(group)}}


def _geojson(shape: str, coordinates: Any) -> Callable[[Choices], JsonObject]:
    return lambda pick: {"geojson": {"type": shape, "coordinates": coordinates, **pick.some(bbox=[10, 50.5])}}


def _message(pick: Choices) -> JsonObject:
    return {"message_id": pick.name(), "model_config_name": pick.name()}


def _single(pick: Choices) -> JsonObject:
    return {"selected_message": {**_message(pick), "parent_message_id": pick.name()}}


def _multi(pick: Choices) -> JsonObject:
    messages = pick.several(lambda: _message(pick))
    return {"selected_messages": {"messages": messages, "parent_message_id": pick.name()}}


def _ranking(pick: Choices) -> JsonObject:
    messages = [
        {**message, "order": rank} for rank, message in enumerate(pick.several(lambda: _message(pick)), 1)
    ]
    return {"ranked_messages": {"ranked_messages": messages, "parent_message_id": pick.name()}}


RING = [[10.0, 50.0], [10.0, 50.5], [10.5, 50.5], [10, 50]]
_GEOMETRY: dict[str, Callable[[Choices], JsonObject]] = {
    "BoundingBox": _box,
    "Polygon": lambda pick: {"polygon": _vertices(pick)},
    "Polyline": lambda pick: {"line": _vertices(pick)},
    "Point": lambda pick: {"point": _vertex(pick)},
    "SegmentationMask": _mask,
    "TextEntity": _text_entity,
    "ConversationalTextEntity": _said,
    "DocumentBoundingBox": _page_box,
    "DocumentEntityToken": _token_groups,
    "GeoBoundingBox": _geojson("Polygon", [RING]),
    "GeoPolygon": _geojson("Polygon", [RING, RING]),
    "GeoPolyline": _geojson("LineString", RING),
    "GeoPoint": _geojson("Point", [10.25, 50.25]),
    "MessageSingleSelection": _single,
    "MessageMultiSelection": _multi,
    "MessageRanking": _ranking,
}
