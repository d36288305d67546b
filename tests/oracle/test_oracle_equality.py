"""Which lines are the same, and which are not."""

from __future__ import annotations

from typing import Any

import pytest

from oracle import rows_equal

RELATION = {"feature_id": "r", "unidirectional_relationship": {"source": "a", "target": "b"}}


def label(**fields: Any) -> dict[str, Any]:
    return {"data_row": {"id": "d"}, "projects": {"p": {"labels": [fields]}}}


SAME = {
    "key order": ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    "nulls and empty containers": ({"a": None, "b": {"c": [{}]}, "d": 1}, {"d": 1}),
    "numbers": ({"a": 1.0, "b": 1e2}, {"a": 1, "b": 100}),
    "timestamps": (
        label(label_details={"created_at": "2025-03-02T08:00:00.000+00:00"}),
        label(label_details={"created_at": "2025-03-02T10:00:00+02:00"}),
    ),
    "a timestamp without offset": (
        {"data_row": {"details": {"updated_at": "2025-03-02T08:00:00"}}},
        {"data_row": {"details": {"updated_at": "2025-03-02T08:00:00Z"}}},
    ),
    "metadata dates": (
        {"metadata_fields": [{"schema_kind": "CustomMetadataDateTime", "value": "2025-03-02T08:00:00Z"}]},
        {
            "metadata_fields": [
                {"schema_kind": "CustomMetadataDateTime", "value": "2025-03-02T08:00:00.000+00:00"}
            ]
        },
    ),
    "key frames": (
        label(annotations={"key_frame_feature_map": {"f": [1, 5]}}),
        label(annotations={"key_frame_feature_map": {"f": {"1": True, "5": True}}}),
    ),
    "rotation": ({"media_attributes": {"exif_rotation": "1"}}, {"media_attributes": {"exif_rotation": 1}}),
    "a repeated relationship": (
        label(annotations={"objects": [RELATION, {"feature_id": "a"}], "relationships": [RELATION]}),
        label(annotations={"objects": [{"feature_id": "a"}], "relationships": [RELATION]}),
    ),
    "repeated performance": (
        label(
            performance_details={"skipped": True},
            performance_details_v2={"skipped": True, "seconds_total": 1},
        ),
        label(performance_details={"skipped": True}, performance_details_v2={"seconds_total": 1}),
    ),
    "metadata names": ({"metadata_fields": [{"name": "n"}]}, {"metadata_fields": [{"schema_name": "n"}]}),
}
DIFFERENT = {
    "true and one": ({"a": True}, {"a": 1}),
    "a number and its digits": ({"a": 1}, {"a": "1"}),
    "neighbours beyond float64": ({"a": 2**53 + 1}, {"a": float(2**53)}),
    "list order": ({"a": [1, 2]}, {"a": [2, 1]}),
    "an empty string": ({"a": ""}, {}),
    "false": ({"a": False}, {}),
    "a name that looks like a timestamp": (
        {"data_row": {"global_key": "2025-03-02T08:00:00Z"}},
        {"data_row": {"global_key": "2025-03-02T08:00:00+00:00"}},
    ),
    "a frame that is no key frame": (
        label(annotations={"key_frame_feature_map": {"f": {"1": True, "5": False}}}),
        label(annotations={"key_frame_feature_map": {"f": [1]}}),
    ),
    "a relationship only among the objects": (
        label(annotations={"objects": [RELATION]}),
        label(annotations={"relationships": [RELATION]}),
    ),
    "performance that differs": (
        label(performance_details={"skipped": True}, performance_details_v2={"skipped": False}),
        label(performance_details={"skipped": True}),
    ),
}


@pytest.mark.parametrize("pair", SAME.values(), ids=SAME)
def test_lines_are_the_same_in_spite_of(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert rows_equal(*pair)
    assert rows_equal(*reversed(pair))


@pytest.mark.parametrize("pair", DIFFERENT.values(), ids=DIFFERENT)
def test_lines_differ_by(pair: tuple[dict[str, Any], dict[str, Any]]) -> None:
    assert not rows_equal(*pair)
