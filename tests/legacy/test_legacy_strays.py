"""What stands where V1 put something else: it stays, and gets in nobody's way."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from legacy.upgrading import upgrade_rows

BOX = {"top": 1, "left": 2, "height": 3, "width": 4}
SPAN = {"start": 0, "end": 3}


def label_of(**fields: Any) -> dict[str, Any]:
    """Return the V2 label of a V1 label with these fields."""
    source = {
        "ID": "l1",
        "DataRow ID": "r1",
        **{name.replace("_", " "): value for name, value in fields.items()},
    }
    (row,) = upgrade_rows(io.BytesIO(json.dumps([source]).encode()))
    (project,) = row["projects"].values()
    label: dict[str, Any] = project["labels"][0]
    return label


def annotations_of(body: Any) -> Any:
    return label_of(Label=body)["annotations"]


def test_a_v1_field_under_a_name_that_v2_fills_is_kept_beside_it() -> None:
    (target,) = annotations_of(
        {"objects": [{"title": "Hull", "name": 1, "v1.name": 2, "bbox": {}, "bounding_box": 3}]}
    )["objects"]
    assert target == {
        "name": "Hull",
        "v1.name": 1,
        "v1.v1.name": 2,
        "bounding_box": {},
        "v1.bounding_box": 3,
        "annotation_kind": "ImageBoundingBox",
    }


def test_items_that_are_no_objects_stay_in_their_list() -> None:
    annotations = annotations_of({"objects": ["?", {"title": "Hull"}], "classifications": [[5], None]})
    assert annotations == {"objects": ["?", {"name": "Hull"}], "classifications": [5, None]}


def test_sections_that_are_no_lists_stay_as_they_are() -> None:
    annotations = annotations_of(
        {"objects": {"a": 1}, "classifications": [], "relationships": "?", "more": 2}
    )
    assert annotations == {"objects": {"a": 1}, "classifications": [], "relationships": "?", "more": 2}


def test_frame_items_that_are_no_objects_stay_in_their_frame() -> None:
    annotations = annotations_of(
        [{"frameNumber": 1, "objects": ["?", {"featureId": "f"}], "classifications": 7}]
    )
    assert annotations["frames"] == {
        "1": {
            "objects": {"f": {"feature_id": "f"}},
            "classifications": [],
            "v1.objects": ["?"],
            "v1.classifications": 7,
        }
    }


def test_entries_with_one_number_are_one_frame() -> None:
    entries = [
        {"frameNumber": 4, "objects": [{"featureId": "f", "keyframe": True}], "note": "a"},
        {"frameNumber": "4", "objects": [{"featureId": "f", "keyframe": False}], "note": "b"},
    ]
    annotations = annotations_of(entries)
    assert annotations["frames"] == {
        "4": {
            "objects": {"f": {"feature_id": "f"}, "f#0": {"feature_id": "f", "keyframe": False}},
            "classifications": [],
            "note": "a",
            "v1.note": "b",
        }
    }
    assert annotations["key_frame_feature_map"] == {"f": {"4": True}}


def test_entries_without_a_number_stay_under_label() -> None:
    label = label_of(Label=[{"frameNumber": 1}, {"frameNumber": True}, "?"])
    assert label["annotations"] == {"frames": {"1": {"objects": {}, "classifications": []}}}
    assert label["Label"] == [{"frameNumber": True}, "?"]


@pytest.mark.parametrize("body", ["later", 5, True, ["a"], [{"x": 1}], {"count": 5}, {"Sky": "POINT EMPTY"}])
def test_a_label_in_no_known_layout_is_kept_whole(body: Any) -> None:
    label = label_of(Label=body)
    assert (label["annotations"], label["Label"]) == ({}, body)


def test_a_class_may_be_called_like_a_section() -> None:
    annotations = annotations_of({"objects": [{"geometry": [{"x": 1, "y": 2}]}]})
    assert annotations["objects"] == [
        {"name": "objects", "annotation_kind": "ImagePolygon", "polygon": [{"x": 1, "y": 2}]}
    ]


def test_an_item_with_several_shapes_answers_for_each() -> None:
    annotations = annotations_of(
        {"objects": [{"geometry": "MULTIPOINT (1 2, 3 4)", "type": "buoy", "lit": [], "count": 2}]}
    )
    first, second = annotations["objects"]
    assert first["feature_id"] != second.pop("feature_id")
    assert first["count"] == 2
    assert second == {
        "name": "objects",
        "annotation_kind": "ImagePoint",
        "point": {"x": 3, "y": 4},
        "classifications": [{"name": "type", "text_answer": {"content": "buoy"}}],
    }


@pytest.mark.parametrize("geometry", [[[1, 2], [3, 4.5]], [[{"x": 1, "y": 2}, {"x": 3, "y": 4.5}]]])
def test_a_ring_may_be_pairs_or_alone_in_a_list(geometry: Any) -> None:
    (target,) = annotations_of({"Hull": [{"geometry": geometry}]})["objects"]
    assert target["polygon"] == [{"x": 1, "y": 2}, {"x": 3, "y": 4.5}]


def test_a_geometry_that_nobody_knows_is_no_mask() -> None:
    (target,) = annotations_of({"objects": [{"instanceURI": "u", "cuboid": {"depth": 1}}]})["objects"]
    assert target == {"instance_uri": "u", "cuboid": {"depth": 1}}


@pytest.mark.parametrize(
    ("field", "value"),
    [("Media_Type", "x"), ("Seconds", 1)],
)
def test_a_field_that_v2_has_no_place_for_stays_on_the_label(field: str, value: Any) -> None:
    name = field.replace("_", " ")
    assert label_of(**{field: value}) == {"id": "l1", "annotations": {}, name: value}


@pytest.mark.parametrize("score", [-1, -1.0, None])
def test_no_agreement_is_left_out(score: Any) -> None:
    label = label_of(Agreement=score, Benchmark_Agreement=score, Benchmark_ID="b1")
    assert label == {"id": "l1", "performance_details": {"benchmark_id": "b1"}, "annotations": {}}


def test_other_scores_stay() -> None:
    assert label_of(Agreement=-1.5, Benchmark_Agreement=0)["performance_details"] == {
        "consensus_score": -1.5,
        "benchmark_score": 0,
    }


@pytest.mark.parametrize(
    ("geometry", "kept"),
    [
        ({"bbox": BOX, "page": 0, "unit": "POINTS"}, {}),
        ({"bbox": BOX, "page": 0, "unit": "PERCENT"}, {"unit": "PERCENT"}),
        ({"data": {"location": SPAN}, "unit": "POINTS"}, {"unit": "POINTS"}),
        ({"data": {"location": SPAN}, "format": "text.location", "version": 1}, {}),
        ({"data": {"location": SPAN}, "format": "text.location", "version": 2}, {"version": 2}),
        (
            {"data": {"location": SPAN}, "format": "text.span", "version": 1},
            {"format": "text.span", "version": 1},
        ),
        ({"bbox": BOX, "format": "text.location"}, {"format": "text.location"}),
    ],
)
def test_what_the_kind_says_is_left_out_and_no_more(geometry: dict[str, Any], kept: dict[str, Any]) -> None:
    (target,) = annotations_of({"objects": [geometry]})["objects"]
    assert {name: target[name] for name in ("unit", "format", "version") if name in target} == kept


@pytest.mark.parametrize("objects", [True, 5, "x", {}])
def test_objects_that_are_no_list_stay_as_they_are(objects: Any) -> None:
    assert annotations_of({"objects": objects, "relationships": []})["objects"] == objects


@pytest.mark.parametrize(
    ("given", "seconds"), [("5.249", 5.249), ("12", 12.0), ("NaN", "NaN"), ("5 s", "5 s")]
)
def test_seconds_in_a_string_are_a_number_where_they_are_one(given: str, seconds: object) -> None:
    assert label_of(Seconds_to_Label=given)["performance_details"] == {"seconds_to_create": seconds}
