"""Tables about features by id: relationships, segments, key frames."""

from __future__ import annotations

from typing import Any

import numpy as np

from exportkit.flatten.extras import extras_of
from exportkit.flatten.feature_sets import FeatureSet, listed_frames, no_frames
from exportkit.flatten.gathering import Columns
from exportkit.flatten.labels import LabelSet, container
from exportkit.flatten.leftovers import LeftoverColumns
from exportkit.rows.features import Ends
from exportkit.tables.cells import Attribute, Coded

__all__ = ["key_frame_columns", "relationship_columns", "segment_columns"]

_NO_ENDS = Ends()


def relationship_columns(features: FeatureSet, leftovers: LeftoverColumns) -> tuple[int, Columns]:
    """Return the number of rows of the table ``relationships`` and its columns.

    A relationship that has both forms of ends is unidirectional; the other form goes to extra.
    """
    parents, found = features.relationship_parents, features.relationships
    if not found:
        return 0, {}
    owners = np.array(parents.labels, dtype=np.int64)[parents.parent_at()]
    ends = [one.unidirectional_relationship or one.bidirectional_relationship for one in found]
    both: dict[int, dict[str, Any]] = {
        at: {"bidirectional_relationship": {"source": other.source, "target": other.target}}
        for at, one in enumerate(found)
        if one.unidirectional_relationship is not None
        and (other := one.bidirectional_relationship) is not None
    }
    return len(found), {
        **features.labels.keys(owners),
        "position": parents.positions,
        "feature_id": lambda: Attribute(found, "feature_id"),
        "feature_schema_id": lambda: Attribute(found, "feature_schema_id"),
        "name": lambda: Attribute(found, "name"),
        "value": lambda: Attribute(found, "value"),
        "annotation_kind": lambda: Attribute(found, "annotation_kind"),
        "direction": lambda: [
            "unidirectional" if one.unidirectional_relationship is not None
            else "bidirectional" if one.bidirectional_relationship is not None else None
            for one in found
        ],
        "source_feature_id": lambda: [(one or _NO_ENDS).source for one in ends],
        "target_feature_id": lambda: [(one or _NO_ENDS).target for one in ends],
        "extra": lambda: leftovers.column(extras_of(found, both)),
    }  # fmt: skip


def segment_columns(labels: LabelSet) -> tuple[int, Columns]:
    """Return the number of rows of the table ``segments`` and its columns."""
    owners: list[int] = []
    planes: list[str | None] = []
    features: list[str] = []
    counts: list[int] = []
    spans: list[tuple[int, int]] = []

    def add(at: int, plane: str | None, feature: str, found: list[tuple[int, int]]) -> None:
        owners.append(at)
        planes.append(plane)
        features.append(feature)
        counts.append(len(found))
        spans.extend(found)

    for at, said in enumerate(labels.annotations):
        for key, found in (said.segments or {}).items():
            if isinstance(found, dict):
                for feature, nested in found.items():
                    add(at, key, feature, nested)
            else:
                add(at, None, key, found)
    spread = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    numbers = np.array(spans, dtype=np.int64).reshape(-1, 2)
    starts = np.cumsum(counts, dtype=np.int64) - np.array(counts, dtype=np.int64)
    of_labels = np.array(owners, dtype=np.int64)[spread]
    given = labels.block.fragment.container if labels.block.fragment else None
    units = [1 if (given or container(said)) == "audio" else 0 for said in labels.annotations]
    return len(spans), {
        **labels.keys(of_labels),
        "plane": lambda: Coded(spread, planes),
        "feature_id": lambda: Coded(spread, features),
        "position": lambda: np.arange(len(spans), dtype=np.int64) - starts[spread],
        "span_start": lambda: numbers[:, 0],
        "span_end": lambda: numbers[:, 1],
        "unit": lambda: Coded(np.array(units, dtype=np.int64)[of_labels], ["frame", "ms"]),
    }


def key_frame_columns(labels: LabelSet) -> tuple[int, Columns]:
    """Return the number of rows of the table ``key_frames`` and its columns.

    Keys of the map that are no frame numbers are left to the label's extra.
    """
    owners: list[int] = []
    planes: list[str | None] = []
    features: list[str] = []
    counts: list[int] = []
    listed: list[tuple[int, bool]] = []

    def add(at: int, plane: str | None, feature: str, found: list[tuple[int, bool]] | None) -> None:
        if found:
            owners.append(at)
            planes.append(plane)
            features.append(feature)
            counts.append(len(found))
            listed.extend(found)

    for at, said in enumerate(labels.annotations):
        for feature, found in (said.key_frame_feature_map or {}).items():
            add(at, None, feature, listed_frames(found, None))
            if isinstance(found, dict):
                for key, nested in found.items():
                    if not isinstance(nested, bool):
                        add(at, key, feature, listed_frames({key: nested}, key))
            for key, is_key in no_frames(found):
                labels.leave(at, "annotations", "key_frame_feature_map", feature, key, value=is_key)
    spread = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
    return len(listed), {
        **labels.keys(np.array(owners, dtype=np.int64)[spread]),
        "plane": lambda: Coded(spread, planes),
        "feature_id": lambda: Coded(spread, features),
        "frame": lambda: np.array([frame for frame, _ in listed], dtype=np.int64),
        "is_key_frame": lambda: np.array([is_key for _, is_key in listed], dtype=np.bool_),
    }
