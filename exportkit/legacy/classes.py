"""Labels of 2018 and 2019: one key per class, and under it geometry or an answer.

Takes such a ``Label``; gives V2 objects and questions. Does not know the other layouts.

Geometry is well-known text (``{"Car": "MULTIPOLYGON (...)"}``, ``{"Car": [{"geometry": "POLYGON (...)"}]}``)
or points (``{"Car": [{"geometry": [{"x", "y"}, ...]}]}``, early in 2018 ``{"Car": [[{"x", "y"}, ...]]}``).
Lines were written like polygons, so every list of points becomes a polygon. Words beside a geometry are
answers about that object: ``{"geometry": [...], "type": "van", "parts": ["lid", "rim"]}``. These labels
have no feature ids; an object with answers gets a derived one, by which they name it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from exportkit.legacy.naming import FEATURE, derived_id, keep, move
from exportkit.legacy.v1_questions import move_questions, plain_question
from exportkit.legacy.wkt import looks_like_wkt, parse_wkt

__all__ = ["Classes", "convert_classes", "is_class"]

_KINDS = {"polygon": "ImagePolygon", "line": "ImagePolyline", "point": "ImagePoint"}


class Classes(NamedTuple):
    """The objects and questions of a label, all other values, and whether there is well-known text."""

    objects: list[dict[str, Any]]
    questions: list[dict[str, Any]]
    remainder: dict[str, Any]
    has_wkt: bool


def convert_classes(label: dict[str, Any], label_key: str) -> Classes:
    """Return the objects and answers of `label`, in its order.

    `label_key` tells the label from others, for derived ids. A string is an answer unless it starts like
    well-known text. Malformed well-known text stays in the remainder, and so does every
    value that is neither geometry nor words.
    """
    result = Classes([], [], {}, any(_holds_wkt(value) for value in label.values()))
    for name, value in label.items():
        if _is_answer(value):
            result.questions.append(plain_question(name, value))
            continue
        others = []
        for position, item in enumerate(value if isinstance(value, list) else [value]):
            objects = _objects(name, item, (label_key, name, str(position)))
            result.objects.extend(objects)
            if not objects and item is not None:
                others.append(item)
        if others:
            result.remainder[name] = others if isinstance(value, list) else value
    return result


def is_class(value: Any) -> bool:
    """Return whether a list is a class: its items have geometry and no feature header.

    A class may be named like a section (``objects``), whose tiled objects have GeoJSON for a geometry.
    """
    return isinstance(value, list) and any(
        isinstance(item, dict) and "geometry" in item and not _is_tiled(item) for item in value
    )


def _is_tiled(item: dict[str, Any]) -> bool:
    geometry = item["geometry"]
    return bool(item.keys() & FEATURE.keys()) or (isinstance(geometry, dict) and not _is_point(geometry))


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and not looks_like_wkt(value)


def _is_answer(value: Any) -> bool:
    return _is_word(value) or (isinstance(value, list) and bool(value) and all(map(_is_word, value)))


def _holds_wkt(value: Any) -> bool:
    texts = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    geometries = (item.get("geometry") if isinstance(item, dict) else item for item in texts)
    return any(isinstance(text, str) and looks_like_wkt(text) for text in geometries)


def _objects(name: str, item: Any, key: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the objects of one item of a class; none if it has no geometry."""
    rest = dict(item) if isinstance(item, dict) else {"geometry": item}
    if "geometry" not in rest:
        return []
    shapes = _shapes(rest["geometry"])
    if not shapes:
        return []
    del rest["geometry"]
    objects = [{"name": name, "annotation_kind": _KINDS[kind], kind: shape} for kind, shape in shapes]
    move(rest, objects[0], FEATURE)
    questions = _questions(rest)
    if questions:
        for number, target in enumerate(objects):  # what was answered holds for every shape of the item
            target.setdefault("feature_id", derived_id("v1", "object", *key, str(number)))
            target["classifications"] = questions
    keep(rest, objects[0])
    return objects


def _questions(rest: dict[str, Any]) -> list[dict[str, Any]]:
    """Take the answers out of what stands beside a geometry; an empty list says nothing."""
    nested: dict[str, Any] = {}
    if isinstance(rest.get("classifications"), list) and not _is_answer(rest["classifications"]):
        move_questions(rest, nested)
    questions: list[dict[str, Any]] = nested.get("classifications", [])
    for name, value in list(rest.items()):
        if _is_answer(value):
            questions.append(plain_question(name, rest.pop(name)))
        elif value == []:
            del rest[name]
    return questions


def _shapes(geometry: Any) -> list[tuple[str, Any]]:
    if isinstance(geometry, str):
        try:
            return parse_wkt(geometry)
        except ValueError:
            return []
    if _is_point(geometry):
        return [("point", geometry)]
    rings = geometry if _are(_is_ring, geometry) else [geometry]
    if all(map(_is_ring, rings)):
        paths = [[_as_point(position) for position in ring] for ring in rings]
        return [("polygon", paths[0] if len(paths) == 1 else paths)]
    return []


def _is_point(value: Any) -> bool:
    return isinstance(value, dict) and "x" in value and "y" in value


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(type(one) in (int, float) for one in value)  # noqa: PLR2004 - x and y


def _is_ring(value: Any) -> bool:
    return _are(_is_point, value) or _are(_is_pair, value)


def _are(is_one: Callable[[Any], bool], values: Any) -> bool:
    return isinstance(values, list) and bool(values) and all(map(is_one, values))


def _as_point(position: Any) -> Any:
    return {"x": position[0], "y": position[1]} if isinstance(position, list) else position
