"""The layouts of ``Label`` in Export V1, each to the annotations of Export V2.

Takes the value of ``Label``; gives the name of its layout, the annotations, and the values that V2 has no
place for. Does not know the label around it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from exportkit.legacy.classes import convert_classes, is_class
from exportkit.legacy.frames import convert_frames
from exportkit.legacy.naming import keep
from exportkit.legacy.v1_objects import convert_object, convert_relationship
from exportkit.legacy.v1_questions import move_questions

__all__ = ["Annotated", "Layout", "convert_layout"]

Layout = Literal["wkt", "xy", "objects", "video", "video_url", "skip", "empty", "unknown"]
_SECTIONS = ("objects", "classifications", "relationships")


class Annotated(NamedTuple):
    """A converted ``Label``: its layout, V2 annotations, the remainder, and where its frames are.

    The last two are None if there are none.
    """

    layout: Layout
    annotations: dict[str, Any]
    remainder: Any = None
    frames_url: str | None = None


def convert_layout(label: Any, label_key: str) -> Annotated:
    """Return the V2 annotations of `label`, a value that `label_key` tells from those of other labels.

    Layouts: ``wkt`` (2018, well-known text by class), ``xy`` (2018 and 2019, points or answers by
    class), ``objects`` (2019 to 2023), ``video`` (a list of frames), ``video_url`` (``{"frames": url}``,
    frames that were never downloaded), ``skip`` (the string ``Skip``), ``empty``, ``unknown``.
    """
    if label in (None, {}, []):
        return Annotated("empty", {})
    if isinstance(label, list):
        return _video(label)
    if not isinstance(label, dict):
        return Annotated("skip" if label == "Skip" else "unknown", {}, label)
    if isinstance(label.get("frames"), str):
        rest = {name: value for name, value in label.items() if name != "frames"}
        return Annotated("video_url", {"frames": {}}, rest or None, label["frames"])
    if any(isinstance(label.get(name), list) and not is_class(label[name]) for name in _SECTIONS):
        return Annotated("objects", _sections(label))
    return _classes(label, label_key)


def _video(label: list[Any]) -> Annotated:
    annotations, others = convert_frames(label)
    if not annotations["frames"]:
        return Annotated("unknown", {}, label)
    return Annotated("video", annotations, others or None)


def _classes(label: dict[str, Any], label_key: str) -> Annotated:
    found = convert_classes(label, label_key)
    if not found.objects and not found.questions:
        return Annotated("unknown", {}, label)
    annotations = {"objects": found.objects, "classifications": found.questions}
    return Annotated("wkt" if found.has_wkt else "xy", annotations, found.remainder or None)


def _sections(label: dict[str, Any]) -> dict[str, Any]:
    rest = dict(label)
    target: dict[str, Any] = {}
    if "objects" in rest:
        target["objects"] = _each(rest.pop("objects"), convert_object)
    move_questions(rest, target)
    if "relationships" in rest:
        media = _relationship_media(target.get("objects"))
        target["relationships"] = _each(
            rest.pop("relationships"), lambda source: convert_relationship(source, media)
        )
    keep(rest, target)
    return target


def _each(value: Any, convert: Callable[[dict[str, Any]], dict[str, Any]]) -> Any:
    """Convert the objects of a list; other items and other values stay as they are."""
    if not isinstance(value, list):
        return value
    return [convert(item) if isinstance(item, dict) else item for item in value]


def _relationship_media(objects: Any) -> str:
    """Return the first word of the kind: ``Text`` for relationships in text and in conversations."""
    items = objects if isinstance(objects, list) else []
    kinds = [item.get("annotation_kind") for item in items if isinstance(item, dict)]
    return "Text" if any(str(kind).endswith("TextEntity") for kind in kinds) else "Image"
