"""Equality of lines, as a normal form: a line that is rebuilt from its tables equals the line that was read.

Takes two lines of an export, says whether they are the same: after dropping nulls and empty containers,
comparing numbers as numbers and timestamps as instants, and counting as equal both spellings of
``key_frame_feature_map``, ``exif_rotation`` as number or digits, a frame or millisecond ``-0`` and ``0`` (of
which an object that names both holds the last), a relationship repeated inside ``objects``, and a field of
``performance_details_v2`` that repeats ``performance_details``. Two spellings of one field are equal too:
``name`` and ``schema_name``, ``data_split`` and ``split``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from oracle.fits import MISFIT, exif, instant
from oracle.leftover import JsonObject, without_empties
from oracle.media import labels_of

__all__ = ["canonical", "normal_form", "rows_equal"]

Line = bytes | str | JsonObject


def rows_equal(line_a: Line, line_b: Line) -> bool:
    """Whether two lines say the same."""
    return normal_form(line_a) == normal_form(line_b)


def normal_form(line: Line) -> str:
    """Return text that is the same for two lines exactly when they are equal."""
    parsed = json.loads(json.dumps(line) if isinstance(line, dict) else line)
    for parent, key in _instants(parsed):
        moment = instant(parent.get(key))
        if moment is not MISFIT:
            parent[key] = moment.isoformat()
    _spellings(parsed)
    for label in labels_of(parsed):
        _performance(label)
        _annotations(_inside(label, "annotations"))
    return canonical(without_empties(parsed))


def canonical(value: Any) -> str:
    """Return JSON text that is the same for equal values: 1 and 1.0 are equal, true and 1 are not."""
    return json.dumps(_plain_numbers(value), sort_keys=True, ensure_ascii=False, indent=1)


def _plain_numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain_numbers(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain_numbers(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _instants(line: JsonObject) -> Iterator[tuple[JsonObject, str]]:
    """Give every place of a line that holds an instant, as object and key."""
    details = _inside(line, "data_row", "details")
    yield from ((details, key) for key in ("created_at", "updated_at", "last_activity_at"))
    for field in _objects(line, "metadata_fields"):
        if field.get("schema_kind") == "CustomMetadataDateTime":
            yield field, "value"
    for project in _values(line, "projects"):
        for step in _objects(_inside(project, "project_details"), "workflow_history"):
            yield step, "created_at"
    for label in labels_of(line):
        details = _inside(label, "label_details")
        yield from ((details, key) for key in ("created_at", "updated_at", "content_last_updated_at"))


def _spellings(line: JsonObject) -> None:
    media = _inside(line, "media_attributes")
    rotation = exif(media.get("exif_rotation"))
    if rotation is not MISFIT:
        media["exif_rotation"] = rotation
    for field in _objects(line, "metadata_fields"):
        if field.get("schema_name") is None and "name" in field:
            field["schema_name"] = field.pop("name")
    for experiment in _values(line, "experiments"):
        for run in _values(experiment, "runs"):
            if run.get("split") is None and "data_split" in run:
                run["split"] = run.pop("data_split")


def _performance(label: JsonObject) -> None:
    first, second = _inside(label, "performance_details"), _inside(label, "performance_details_v2")
    for key in list(second):
        if key in first and canonical(first[key]) == canonical(second[key]):
            del second[key]


def _annotations(annotations: JsonObject) -> None:
    for numbered in (annotations, *_values(annotations, "groups")):
        for key in ("frames", "timestamp"):
            if isinstance(numbered.get(key), dict):
                numbered[key] = _plain_zeros(numbered[key])
    key_frames = _inside(annotations, "key_frame_feature_map")
    for feature, frames in key_frames.items():
        key_frames[feature] = _as_flags(frames)
        if isinstance(frames, dict):
            key_frames[feature] = {plane: _as_flags(listed) for plane, listed in frames.items()}
    listed = {_said(entry) for entry in _objects(annotations, "relationships")}
    objects = annotations.get("objects")
    if isinstance(objects, list):
        annotations["objects"] = [entry for entry in objects if _said(entry) not in listed]


def _plain_zeros(numbered: JsonObject) -> JsonObject:
    return {"0" if key == "-0" else key: item for key, item in numbered.items()}


def _as_flags(frames: Any) -> Any:
    """Return key frames in the object form."""
    if isinstance(frames, list):
        plain = map(_plain_numbers, frames)
        return {canonical(one) if isinstance(one, dict | list) else str(one): True for one in plain}
    return _plain_zeros(frames) if isinstance(frames, dict) else frames


def _said(entry: Any) -> str:
    return canonical(without_empties(entry))


def _inside(value: JsonObject, *keys: str) -> JsonObject:
    for key in keys:
        inner = value.get(key)
        value = inner if isinstance(inner, dict) else {}
    return value


def _values(value: JsonObject, key: str) -> list[JsonObject]:
    return [item for item in _inside(value, key).values() if isinstance(item, dict)]


def _objects(value: JsonObject, key: str) -> list[JsonObject]:
    array = value.get(key)
    return [item for item in array if isinstance(item, dict)] if isinstance(array, list) else []
