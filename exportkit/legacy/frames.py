"""Video labels of Export V1 (a list of frames, each with its objects) to V2's frames by number.

Takes that list; gives ``frames`` and ``key_frame_feature_map``. ``segments`` are absent: V1 lists frames and
has no spans. Does not know the label around the list.
"""

from __future__ import annotations

from typing import Any

from exportkit.legacy.naming import keep, unused
from exportkit.legacy.v1_objects import convert_object
from exportkit.legacy.v1_questions import convert_questions

__all__ = ["convert_frames"]

KeyFrames = dict[str, dict[str, bool]]


def convert_frames(entries: list[Any]) -> tuple[dict[str, Any], list[Any]]:
    """Return V2 annotations, and the entries that are no frames.

    Two entries with one number become one frame. A feature without id, or one that a frame has twice, gets a
    key of its own. ``keyframe`` moves to the key frame map, in its object form.
    """
    frames: dict[str, Any] = {}
    key_frames: KeyFrames = {}
    others: list[Any] = []
    for entry in entries:
        number = _number(entry)
        if number is None:
            others.append(entry)
        else:
            _add_frame(entry, number, frames.setdefault(number, {}), key_frames)
    annotations: dict[str, Any] = {"frames": frames}
    if key_frames:
        annotations["key_frame_feature_map"] = key_frames
    return annotations, others


def _number(entry: Any) -> str | None:
    number = entry.get("frameNumber") if isinstance(entry, dict) else None
    if isinstance(number, str) and number.isascii() and number.isdigit():
        return number
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else None


def _add_frame(entry: dict[str, Any], number: str, frame: dict[str, Any], key_frames: KeyFrames) -> None:
    rest = dict(entry)
    del rest["frameNumber"]
    objects, questions = frame.setdefault("objects", {}), frame.setdefault("classifications", [])
    if isinstance(rest.get("objects"), list):
        rest["objects"] = _add_objects(rest["objects"], number, objects, key_frames) or None
    if isinstance(rest.get("classifications"), list):
        converted = convert_questions(rest.pop("classifications"))
        for question in converted:
            if isinstance(question, dict):
                _mark(question, question.get("feature_id"), number, key_frames)
        questions.extend(converted)
    if rest.get("relationships") == []:
        del rest["relationships"]  # a frame of Export V2 has none, and an empty list says nothing
    keep(rest, frame)


def _add_objects(items: list[Any], number: str, objects: dict[str, Any], key_frames: KeyFrames) -> list[Any]:
    """Add V2 objects under their feature ids; return the items that are no objects."""
    for position, item in enumerate(items):
        if isinstance(item, dict):
            target = convert_object(item, "Video")
            feature_id = target.get("feature_id")
            _mark(target, feature_id, number, key_frames)
            objects[_key(feature_id, position, objects)] = target
    return [item for item in items if not isinstance(item, dict)]


def _key(feature_id: Any, position: int, objects: dict[str, Any]) -> str:
    if not isinstance(feature_id, str):
        return unused(f"derived:{position}", objects)
    return feature_id if feature_id not in objects else unused(f"{feature_id}#{position}", objects)


def _mark(target: dict[str, Any], feature_id: Any, number: str, key_frames: KeyFrames) -> None:
    """Move ``keyframe`` to the map, unless the feature has no id or is already in the map for this frame."""
    flag = target.get("keyframe")
    if isinstance(flag, bool) and isinstance(feature_id, str):
        marks = key_frames.setdefault(feature_id, {})
        if number not in marks:
            marks[number] = target.pop("keyframe")
