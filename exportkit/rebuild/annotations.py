"""Annotations: the rows of one label, from the tables below labels, as the label that they were made from.

Takes the rows of one label; gives the label, its annotations in the container that they came in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from exportkit.flatten import is_derived
from exportkit.rebuild.classifications import Where, attach_questions
from exportkit.rebuild.source_geometry import object_of
from exportkit.rebuild.source_objects import Layout, extra_of, merge, whole
from exportkit.rebuild.table_rows import TableRow, by_position
from exportkit.rows.structs import SHARED_PERFORMANCE

__all__ = ["TABLES_BELOW", "Annotations", "label_head", "label_of"]

#: Tables whose rows belong to a label.
TABLES_BELOW = ("objects", "classifications", "relationships", "segments", "key_frames")
#: Keys of `annotations` by container; exports write them even when they are empty.
_KEYS: dict[str, dict[str, type[Any]]] = {
    "flat": {"objects": list, "classifications": list, "relationships": list},
    "video": {"frames": dict, "segments": dict, "key_frame_feature_map": dict, "classifications": list},
    "dicom": {"groups": dict, "segments": dict, "key_frame_feature_map": dict, "classifications": list},
    "audio": {"classifications": list, "segments": dict, "timestamp": dict},
}
_LABEL = Layout("labels", without={"planes"})
_RELATIONSHIP = Layout("relationships", without={"source_feature_id", "target_feature_id"})


def label_of(label: TableRow, below: Mapping[str, Sequence[TableRow]]) -> tuple[Any, int]:
    """Return a label, and the number of rows below it that are left out because their parent is missing.

    Parameters
    ----------
    label : dict
        The row of the table ``labels``.
    below : mapping of str to sequence of dict
        Its rows of each of `TABLES_BELOW`.
    """
    extra = extra_of(label)
    head = label_head(label, extra)
    if not head and "$value" in extra:
        return whole(head, extra), 0
    annotations = Annotations(label)
    annotations.add_objects(below["objects"])
    annotations.add_relationships(below["relationships"])
    orphans = attach_questions(below["classifications"], annotations.parent_at)
    annotations.add_spans(below["segments"])
    annotations.add_key_frames(below["key_frames"])
    return merge({**head, "annotations": annotations.built}, extra), orphans


def label_head(label: TableRow, extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return a label without its annotations and without what `extra` holds.

    The fields that both performance objects have belong to the older one, if the label held it as an object.
    """
    head = _LABEL.fill(label)
    if not is_derived(label["label_id"]):
        head["id"] = label["label_id"]
    sections = label.get("sections", ())
    for section in sections:
        head.setdefault(section, {})
    has_first = "performance_details" in sections and isinstance(extra.get("performance_details", {}), dict)
    if not has_first and "performance_details_v2" in sections:
        first = head.get("performance_details", {})
        head["performance_details_v2"] |= {
            name: first.pop(name) for name in SHARED_PERFORMANCE if name in first
        }
        if not first:
            head.pop("performance_details", None)
    return head


class Annotations:
    """The ``annotations`` of one label under construction.

    Attributes
    ----------
    built : dict
        The annotations so far.
    """

    def __init__(self, label: TableRow) -> None:
        keys = _KEYS.get(label.get("container", "flat"), _KEYS["flat"])
        self.built: dict[str, Any] = {key: empty() for key, empty in keys.items()}
        self._objects: dict[tuple[str | None, int | None, str | None], Any] = {}
        self._by_position: dict[tuple[str | None, int | None, str, int], Any] = {}
        for plane in label.get("planes", ()):
            self.plane(plane["key"]).update({"name": plane["name"]} if "name" in plane else {})

    def add_objects(self, rows: Iterable[TableRow]) -> None:
        """Add objects, each to its frame if it has one."""
        for row in sorted(rows, key=_object_order):
            plane, frame = row.get("plane"), row.get("frame")
            one, key = object_of(row)
            parent = self._scope(plane, frame)
            if frame is None:
                parent.setdefault("objects", []).append(one)
            else:
                parent["objects"][row.get("feature_id", "") if key is None else key] = one
            if isinstance(one, dict):
                self._objects.setdefault((plane, frame, row.get("feature_id")), one)
                self._by_position[plane, frame, "objects", row["position"]] = one

    def add_relationships(self, rows: Iterable[TableRow]) -> None:
        """Add relationships."""
        for row in by_position(rows):
            one = whole(_relationship(row), extra_of(row))
            self.built.setdefault("relationships", []).append(one)
            if isinstance(one, dict):
                self._objects.setdefault((None, None, row.get("feature_id")), one)
                self._by_position[None, None, "relationships", row["position"]] = one

    def add_spans(self, rows: Iterable[TableRow]) -> None:
        """Add segments."""
        for row in by_position(rows):
            parent = self.built.setdefault("segments", {})
            if "plane" in row:
                parent = parent.setdefault(row["plane"], {})
            parent.setdefault(row["feature_id"], []).append([row.get("span_start"), row.get("span_end")])

    def add_key_frames(self, rows: Iterable[TableRow]) -> None:
        """Add key frames, in the form that maps each listed frame to whether it is one."""
        for row in rows:
            parent = self.built.setdefault("key_frame_feature_map", {}).setdefault(row["feature_id"], {})
            if "plane" in row:
                parent = parent.setdefault(row["plane"], {})
            parent[str(row["frame"])] = row["is_key_frame"]

    def parent_at(self, where: Where) -> Any:
        """Return the parent of a question; None for an object or relationship that is not in the lake."""
        plane, frame, moment, feature, marked = where
        if marked is not None:
            return self._by_position.get((plane, frame, *marked))
        if feature is not None:
            return self._objects.get((plane, frame, feature))
        if moment is not None:
            return self.built.setdefault("timestamp", {}).setdefault(str(moment), {"classifications": []})
        return self._scope(plane, frame)

    def _scope(self, plane: str | None, frame: int | None) -> dict[str, Any]:
        parent = self.built if plane is None else self.plane(plane)
        if frame is None:
            return parent
        frames: dict[str, Any] = parent.setdefault("frames", {})
        found: dict[str, Any] = frames.setdefault(str(frame), {"objects": {}, "classifications": []})
        return found

    def plane(self, plane: str) -> dict[str, Any]:
        """Return the object of a DICOM plane; make it if there is none yet."""
        groups: dict[str, Any] = self.built.setdefault("groups", {})
        found: dict[str, Any] = groups.setdefault(plane, {"classifications": [], "frames": {}})
        return found


def _object_order(row: TableRow) -> tuple[str, int, int]:
    return row.get("plane", ""), row.get("frame", 0), row["position"]


def _relationship(row: TableRow) -> dict[str, Any]:
    built = _RELATIONSHIP.fill(row)
    if "direction" in row:
        ends = {"source": row.get("source_feature_id"), "target": row.get("target_feature_id")}
        built[f"{row['direction']}_relationship"] = {key: end for key, end in ends.items() if end is not None}
    return built
