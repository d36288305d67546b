"""Annotations: takes what stands under ``annotations`` of one label, gives the rows of its features.

Every known key is read whatever the container is; only the unit of spans depends on it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from oracle.columns import make_row
from oracle.fits import MISFIT, flag, int64, text
from oracle.leftover import REPEATED, JsonObject, Leftover
from oracle.objects import object_rows, relationship_rows
from oracle.questions import Spot, question_rows

__all__ = ["annotation_rows", "planes_of"]

Rows = Iterator[tuple[str, JsonObject]]
#: Frames that the label lists, by plane and feature.
KeyFrames = dict[tuple[str | None, str], dict[int, bool]]


def annotation_rows(spot: Spot, left: Leftover, container: str) -> Rows:
    """Give the rows below a label, each with the name of its table; `left` keeps what has no row."""
    _drop_repeated_relationships(left.tree)
    key_frames = _key_frames(left)
    for (plane, feature_id), frames in key_frames.items():
        for frame, is_key_frame in frames.items():
            columns = {"plane": plane, "feature_id": feature_id, "frame": frame, "is_key_frame": is_key_frame}
            yield "key_frames", make_row("key_frames", spot.keys, columns)
    yield from _segments(spot, left, "ms" if container == "audio" else "frame")
    for index, entry in left.items("objects"):
        yield from object_rows(spot, index, entry)
    for index, entry in left.items("relationships"):
        yield from relationship_rows(spot, index, entry)
    yield from _questions(spot, left)
    yield from _frames(spot, left, key_frames)
    yield from _groups(spot, left, key_frames)
    for moment, inside in _numbered(left, "timestamp"):
        yield from _questions(_at(spot, timestamp_ms=moment), inside)


def planes_of(left: Leftover) -> list[JsonObject] | None:
    """Take the names of the DICOM groups, empty ones too; None outside DICOM."""
    groups = left.inside("groups").tree
    planes = [
        {"key": key, "name": Leftover(group).take("name", text)}
        for key, group in groups.items()
        if isinstance(group, dict)
    ]
    return planes or None


def _questions(spot: Spot, left: Leftover) -> Rows:
    for index, question in left.items("classifications"):
        for row in question_rows(spot, index, question):
            yield "classifications", row


def _frames(spot: Spot, left: Leftover, key_frames: KeyFrames) -> Rows:
    plane = spot.place.get("plane")
    for frame, inside in _numbered(left, "frames"):
        here = _at(spot, frame=frame)
        for index, key, entry in inside.entries("objects"):
            feature_id = entry.get("feature_id")
            listed = key_frames.get((plane, feature_id)) if isinstance(feature_id, str) else None
            yield from object_rows(here, index, entry, key=key, key_frames=listed)
        yield from _questions(here, inside)


def _groups(spot: Spot, left: Leftover, key_frames: KeyFrames) -> Rows:
    groups = left.inside("groups")
    for plane in groups.tree:
        here = _at(spot, plane=plane)
        yield from _frames(here, groups.inside(plane), key_frames)
        yield from _questions(here, groups.inside(plane))


def _segments(spot: Spot, left: Leftover, unit: str) -> Rows:
    segments = left.inside("segments")
    for plane, features in _by_plane(segments):
        for feature_id, spans in features.tree.items():
            ends_of_spans = [_ends(span) for span in spans] if isinstance(spans, list) else []
            if MISFIT in ends_of_spans:
                continue
            if isinstance(spans, list):
                features.tree[feature_id] = {}
            for index, ends in enumerate(ends_of_spans):
                columns = {"plane": plane, "feature_id": feature_id, "position": index, "unit": unit}
                ends_of = {"span_start": ends[0], "span_end": ends[1]}
                yield "segments", make_row("segments", spot.keys, columns, ends_of)


def _ends(span: Any) -> Any:
    """Return first and last of a span, or MISFIT."""
    ends = [int64(end) for end in span] if isinstance(span, list) else []
    return MISFIT if len(ends) != 2 or MISFIT in ends else ends


def _key_frames(left: Leftover) -> KeyFrames:
    """Take the key frames: a list, or frames with true or false; in DICOM by feature, then plane."""
    found: KeyFrames = {}
    features = left.inside("key_frame_feature_map")
    for feature_id, value in features.tree.items():
        nested = value if isinstance(value, dict) else {}
        planes = [plane for plane, listed in nested.items() if isinstance(listed, dict | list)]
        parents: list[tuple[str | None, JsonObject, str]] = [(None, features.tree, feature_id)]
        parents += [(plane, nested, plane) for plane in planes]
        for plane, parent, key in parents:
            frames = _listed_frames(parent, key)
            if frames:
                found[plane, feature_id] = frames
    return found


def _listed_frames(parent: JsonObject, key: str) -> dict[int, bool]:
    """Take the frames listed under `key` of `parent`; leave what is no frame."""
    listed = parent[key]
    if isinstance(listed, list):
        numbers = [int64(item) for item in listed]
        if MISFIT in numbers:
            return {}
        parent[key] = {}
        return dict.fromkeys(numbers, True)
    frames = {}
    for name, value in list(listed.items()) if isinstance(listed, dict) else ():
        if _is_number(name) and flag(value) is not MISFIT:
            frames[int(name)] = listed.pop(name)
    return frames


def _by_plane(left: Leftover) -> Iterator[tuple[str | None, Leftover]]:
    """Give the object itself for features without plane, then each object inside it for those of a plane."""
    planes = [key for key, value in left.tree.items() if isinstance(value, dict)]
    yield None, left
    for plane in planes:
        yield plane, left.inside(plane)


def _numbered(left: Leftover, key: str) -> Iterator[tuple[int, Leftover]]:
    """Give the objects under whole-number keys of the object under `key`, in place."""
    parent = left.inside(key)
    if "-0" in parent.tree:  # another spelling of "0": the last of both counts
        members = {"0" if name == "-0" else name: item for name, item in parent.tree.items()}
        parent.tree.clear()
        parent.tree.update(members)
    for name in parent.tree:
        if _is_number(name) and isinstance(parent.tree[name], dict):
            yield int(name), parent.inside(name)


def _is_number(key: str) -> bool:
    is_whole = re.fullmatch("0|-?[1-9][0-9]{0,18}", key) is not None
    return is_whole and -(2**63) <= int(key) < 2**63


def _at(spot: Spot, **place: Any) -> Spot:
    return replace(spot, place={**spot.place, **place})


def _drop_repeated_relationships(annotations: JsonObject) -> None:
    """Blank the entries of ``objects`` that repeat one of ``relationships``; the others keep their index."""
    objects, relationships = annotations.get("objects"), annotations.get("relationships")
    if not isinstance(objects, list) or not isinstance(relationships, list):
        return
    listed = {_verbatim(entry) for entry in relationships if isinstance(entry, dict)}
    annotations["objects"] = [REPEATED if _verbatim(entry) in listed else entry for entry in objects]


def _verbatim(value: Any) -> str:
    """Return text that is the same for the same JSON; a null is as good as a missing key."""
    return json.dumps(_without_nulls(value), sort_keys=True)


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    return [*map(_without_nulls, value)] if isinstance(value, list) else value
