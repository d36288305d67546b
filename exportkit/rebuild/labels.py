"""Labels: rows of the tables below a label as the label that they were.

Takes the records of one label, gives the label with its annotations in the container they came in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from exportkit.flatten.labels import is_derived
from exportkit.rebuild.layouts import Layout
from exportkit.rebuild.leftovers import extra_of, merge, whole
from exportkit.rebuild.objects import object_of
from exportkit.rebuild.questions import Where, hang_questions
from exportkit.rebuild.records import Record
from exportkit.rows import VALUE_KEY
from exportkit.rows.structs import SHARED_PERFORMANCE

__all__ = ["TABLES_BELOW", "Annotations", "label_head", "label_of"]

#: Tables whose rows belong to a label.
TABLES_BELOW = ("objects", "classifications", "relationships", "segments", "key_frames")
#: Keys of `annotations`, which exports write though they are empty.
_KEYS: dict[str, dict[str, type[Any]]] = {
    "flat": {"objects": list, "classifications": list, "relationships": list},
    "video": {"frames": dict, "segments": dict, "key_frame_feature_map": dict, "classifications": list},
    "dicom": {"groups": dict, "segments": dict, "key_frame_feature_map": dict, "classifications": list},
    "audio": {"classifications": list, "segments": dict, "timestamp": dict},
}
_LABEL = Layout("labels", without={"planes"})
_RELATIONSHIP = Layout("relationships", without={"source_feature_id", "target_feature_id"})


def label_of(label: Record, below: Mapping[str, Sequence[Record]]) -> tuple[Any, int]:
    """Return a label, and the number of rows below it that hang on nothing and are left out.

    Parameters
    ----------
    label : dict
        The row of the table ``labels``.
    below : mapping of str to sequence of dict
        Its rows of each of `TABLES_BELOW`.
    """
    extra = extra_of(label)
    head = label_head(label, extra)
    if not head and VALUE_KEY in extra:
        return whole(head, extra), 0
    annotations = Annotations(label)
    annotations.add_objects(below["objects"])
    annotations.add_relationships(below["relationships"])
    lost = hang_questions(below["classifications"], annotations.holder_at)
    annotations.add_spans(below["segments"])
    annotations.add_key_frames(below["key_frames"])
    return merge({**head, "annotations": annotations.built}, extra), lost


def label_head(label: Record, extra: Mapping[str, Any]) -> dict[str, Any]:
    """Return a label without its annotations and leftovers.

    Fields that both performance objects share belong to the older one, where the label held it as an object.
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
    """The ``annotations`` of one label while they grow.

    Attributes
    ----------
    built : dict
        What has been built.
    """

    def __init__(self, label: Record) -> None:
        keys = _KEYS.get(label.get("container", "flat"), _KEYS["flat"])
        self.built: dict[str, Any] = {key: empty() for key, empty in keys.items()}
        self._objects: dict[tuple[str | None, int | None, str | None], Any] = {}
        self._by_position: dict[tuple[str | None, int | None, str, int], Any] = {}
        for plane in label.get("planes", ()):
            self.plane(plane["key"]).update({"name": plane["name"]} if "name" in plane else {})

    def add_objects(self, records: Iterable[Record]) -> None:
        """Add objects, each in its frame where it has one."""
        for record in sorted(records, key=_object_order):
            plane, frame = record.get("plane"), record.get("frame")
            one, key = object_of(record)
            holder = self._scope(plane, frame)
            if frame is None:
                holder.setdefault("objects", []).append(one)
            else:
                holder["objects"][record.get("feature_id", "") if key is None else key] = one
            if isinstance(one, dict):
                self._objects.setdefault((plane, frame, record.get("feature_id")), one)
                self._by_position[plane, frame, "objects", record["position"]] = one

    def add_relationships(self, records: Iterable[Record]) -> None:
        """Add relationships."""
        for record in sorted(records, key=lambda one: one["position"]):
            one = whole(_relationship(record), extra_of(record))
            self.built.setdefault("relationships", []).append(one)
            if isinstance(one, dict):
                self._objects.setdefault((None, None, record.get("feature_id")), one)
                self._by_position[None, None, "relationships", record["position"]] = one

    def add_spans(self, records: Iterable[Record]) -> None:
        """Add segments."""
        for record in sorted(records, key=lambda one: one["position"]):
            home = self.built.setdefault("segments", {})
            if "plane" in record:
                home = home.setdefault(record["plane"], {})
            home.setdefault(record["feature_id"], []).append(
                [record.get("span_start"), record.get("span_end")]
            )

    def add_key_frames(self, records: Iterable[Record]) -> None:
        """Add key frames, in the form that says of each listed frame whether it is one."""
        for record in records:
            home = self.built.setdefault("key_frame_feature_map", {}).setdefault(record["feature_id"], {})
            if "plane" in record:
                home = home.setdefault(record["plane"], {})
            home[str(record["frame"])] = record["is_key_frame"]

    def holder_at(self, where: Where) -> Any:
        """Return what a question hangs on; None for an object or relationship that is not there."""
        plane, frame, moment, feature, marked = where
        if marked is not None:
            return self._by_position.get((plane, frame, *marked))
        if feature is not None:
            return self._objects.get((plane, frame, feature))
        if moment is not None:
            return self.built.setdefault("timestamp", {}).setdefault(str(moment), {"classifications": []})
        return self._scope(plane, frame)

    def _scope(self, plane: str | None, frame: int | None) -> dict[str, Any]:
        home = self.built if plane is None else self.plane(plane)
        if frame is None:
            return home
        frames: dict[str, Any] = home.setdefault("frames", {})
        found: dict[str, Any] = frames.setdefault(str(frame), {"objects": {}, "classifications": []})
        return found

    def plane(self, plane: str) -> dict[str, Any]:
        """Return the object of a DICOM plane, a new one where there is none yet."""
        groups: dict[str, Any] = self.built.setdefault("groups", {})
        found: dict[str, Any] = groups.setdefault(plane, {"classifications": [], "frames": {}})
        return found


def _object_order(record: Record) -> tuple[str, int, int]:
    return record.get("plane", ""), record.get("frame", 0), record["position"]


def _relationship(record: Record) -> dict[str, Any]:
    built = _RELATIONSHIP.fill(record)
    if "direction" in record:
        ends = {"source": record.get("source_feature_id"), "target": record.get("target_feature_id")}
        built[f"{record['direction']}_relationship"] = {
            key: end for key, end in ends.items() if end is not None
        }
    return built
