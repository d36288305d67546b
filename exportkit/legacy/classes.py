"""Labels of 2018 and 2019: one key per class, and under it geometry or an answer.

Takes such a ``Label``; gives V2 objects and questions. Does not know the other layouts.

Geometry is well-known text (``{"Car": "MULTIPOLYGON (...)"}``, ``{"Car": [{"geometry": "POLYGON (...)"}]}``)
or points (``{"Car": [{"geometry": [{"x", "y"}, ...]}]}``, early in 2018 ``{"Car": [[{"x", "y"}, ...]]}``).
Lines were written like polygons, so every list of points becomes a polygon. These labels have no feature ids.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from exportkit.legacy.naming import FEATURE, keep, move
from exportkit.legacy.v1_questions import plain_question
from exportkit.legacy.wkt import looks_like_wkt, parse_wkt

__all__ = ["Classes", "convert_classes", "is_class"]

_KINDS = {"polygon": "ImagePolygon", "line": "ImagePolyline", "point": "ImagePoint"}


class Classes(NamedTuple):
    """The objects and questions of a label, all other values, and whether there is well-known text."""

    objects: list[dict[str, Any]]
    questions: list[dict[str, Any]]
    remainder: dict[str, Any]
    has_wkt: bool


def convert_classes(label: dict[str, Any]) -> Classes:
    """Return the objects and answers of `label`, in its order.

    A string is an answer unless it starts like well-known text. Malformed well-known text stays in the
    remainder, and so does every value that is neither geometry nor words.
    """
    result = Classes([], [], {}, any(_holds_wkt(value) for value in label.values()))
    for name, value in label.items():
        if _is_answer(value):
            result.questions.append(plain_question(name, value))
            continue
        others = []
        for item in value if isinstance(value, list) else [value]:
            objects = _objects(name, item)
            result.objects.extend(objects)
            if not objects and item is not None:
                others.append(item)
        if others:
            result.remainder[name] = others if isinstance(value, list) else value
    return result


def is_class(value: Any) -> bool:
    """Return whether a list is a class: its items have geometry and no feature header.

    A class may be named like a section (``objects``).
    """
    return isinstance(value, list) and any(
        isinstance(item, dict) and "geometry" in item and not item.keys() & {*FEATURE, "type"}
        for item in value
    )


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and not looks_like_wkt(value)


def _is_answer(value: Any) -> bool:
    return _is_word(value) or (isinstance(value, list) and bool(value) and all(map(_is_word, value)))


def _holds_wkt(value: Any) -> bool:
    texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    geometries = (item.get("geometry") if isinstance(item, dict) else item for item in texts)
    return any(isinstance(text, str) and looks_like_wkt(text) for text in geometries)


def _objects(name: str, item: Any) -> list[dict[str, Any]]:
    """Return the objects of one item of a class; none if it has no geometry."""
    rest = dict(item) if isinstance(item, dict) else {"geometry": item}
    if "geometry" not in rest:
        return []
    shapes = _shapes(rest["geometry"])
    if not shapes:
        return []
    del rest["geometry"]
    objects = [{"name": name, "annotation_kind": _KINDS[key], key: shape} for key, shape in shapes]
    move(rest, objects[0], FEATURE)
    keep(rest, objects[0])
    return objects


def _shapes(geometry: Any) -> list[tuple[str, Any]]:
    if isinstance(geometry, str):
        try:
            return parse_wkt(geometry)
        except ValueError:
            return []
    if _is_point(geometry):
        return [("point", geometry)]
    if _is_ring(geometry) or (isinstance(geometry, list) and geometry and all(map(_is_ring, geometry))):
        return [("polygon", geometry)]
    return []


def _is_point(value: Any) -> bool:
    return isinstance(value, dict) and "x" in value and "y" in value


def _is_ring(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_point, value))
