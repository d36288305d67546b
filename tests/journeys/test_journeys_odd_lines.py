"""Odd lines made by hand, where two readings are likeliest to part: the product's and the plain one agree."""

from __future__ import annotations

import io
from typing import Any

import pytest

import exportkit
from journeys.converting import expected, rows_and_report, rows_of
from oracle import differences
from strategies import line_of

BOX = {"left": 0, "top": 1, "height": 1, "width": 2}
POINT = {"x": 1, "y": 2}


def labels(*some: Any) -> dict[str, Any]:
    return {"data_row": {"id": "d"}, "projects": {"p": {"labels": [*some]}}}


def annotated(**annotations: Any) -> dict[str, Any]:
    return labels({"id": "l", "annotations": annotations})


def drawn(kind: str | None, **geometry: Any) -> dict[str, Any]:
    return annotated(objects=[{"feature_id": "f", "annotation_kind": kind, **geometry}])


def row(**sections: Any) -> dict[str, Any]:
    return {"data_row": {"id": "d"}, **sections}


ROTATIONS: list[Any] = ["x", "01", "-1", "-0", "6", 6.0, 6.5, 2**31, True, []]
ODD: dict[str, list[dict[str, Any]]] = {
    "boxes and points": [
        drawn("ImageBoundingBox", bounding_box={"left": 0.1}),
        drawn("ImageBoundingBox", bounding_box={**BOX, "left": "0"}),
        drawn("ImageBoundingBox", bounding_box=[]),
        drawn("ImageCuboid", bounding_box=BOX, cuboid=[1]),
        drawn("Foo", bounding_box={**BOX, "x": 1}),
        drawn(None, bounding_box=BOX, classifications="x"),
        drawn("ImagePoint", point={"x": 1}),
        drawn("ImagePoint", point={"x": 1, "y": None, "z": 2}),
        drawn("GeoPoint", geojson={"type": "Point"}, bounding_box=BOX),
        drawn("GeoPoint", geojson=None),
        drawn("DocumentBoundingBox", bounding_box=BOX, page_number="1", page_dimensions={"width": "w"}),
    ],
    "polygons and lines": [
        drawn("ImagePolygon", polygon=[]),
        drawn("ImagePolygon", polygon=[POINT, 5]),
        drawn("ImagePolygon", polygon=[POINT, {"x": 1}]),
        drawn("ImagePolygon", polygon=[POINT, {**POINT, "z": 3}]),
        drawn("ImagePolygon", line=[POINT]),
        drawn("ImagePolyline", polygon=[POINT], line=[POINT]),
        drawn("ImagePolyline", polygon=[POINT]),
        drawn(None, polygon=[POINT]),
    ],
    "masks texts and messages": [
        drawn("ImageSegmentationMask", composite_mask={"url": "u", "color_rgb": [1, 2.5]}, mask=5),
        drawn("TextEntity", location={"start": 1.5, "end": 3.0}),
        drawn("TextEntity", location=5),
        drawn("DocumentEntityToken", location={"groups": [5, {"id": "g", "tokens": ["a", 1]}]}),
        drawn("ConversationalTextEntity", conversational_location={"message_id": 5, "location": []}),
        drawn("MessageRanking", ranked_messages={"ranked_messages": [5, {"message_id": "g"}]}),
        drawn("MessageRanking", selected_message={"message_id": "g"}),
        drawn("MessageSingleSelection", selected_message={}),
        drawn("MessageSingleSelection", selected_message={"parent_message_id": "p"}),
        drawn("MessageMultiSelection", selected_messages={"messages": []}),
        drawn("ImageBoundingBox", custom_metrics=[{"name": "a", "value": "x"}], confidence="high"),
    ],
    "relationships": [
        drawn("ImageUnidirectionalRelationship", unidirectional_relationship={"source": "a", "y": 2}, z=1),
        drawn("ImageUnidirectionalRelationship", unidirectional_relationship="drift"),
        annotated(relationships=[{"unidirectional_relationship": {"source": 1, "target": "t"}, "x": 1}, 5]),
        annotated(
            relationships=[{"unidirectional_relationship": {}, "bidirectional_relationship": {"source": "s"}}]
        ),
    ],
    "items that are no objects": [
        annotated(objects=[5, None, {"feature_id": "f"}]),
        annotated(classifications=[None, "x", {"name": "q", "checklist_answers": [{"name": "b"}, 5]}]),
        labels(5),
        labels(None, {"id": "l"}),
        row(attachments=[5, None, {"id": "a"}]),
        row(embeddings=[5, {"values": [0, {"value": [1]}, None, {"value": [1, "x"]}, False]}]),
        row(projects={"p": 5, "q": {"labels": {}, "project_details": {"workflow_history": [0]}}}),
    ],
    "metadata": [
        row(metadata_fields=[{"value": value, "schema_kind": f"CustomMetadata{kind}"}])
        for kind in ("Number", "DateTime", "Enum", "String")
        for value in (
            2**70, 2**53 + 1, 10**400, True, None, "", "2025-03-02T00:00:00Z", "x", [], {"a": 1},
            [{"schema_name": ""}, {"name": "b"}], [{"schema_name": 5}, {"schema_name": "b"}],
        )
    ],
    "media attributes": [
        row(media_attributes={"exif_rotation": rotation, "asset_type": "IMAGE", "codec": None})
        for rotation in ROTATIONS
    ],
    "labels": [
        labels({"id": 5}, {"id": ""}, {"id": None}),
        labels({"performance_details": {"skipped": True}, "performance_details_v2": {"skipped": False}}),
        labels({"id": "l", "performance_details": 5, "performance_details_v2": {"skipped": False}}),
        labels({"id": "l", "performance_details": None, "performance_details_v2": {"skipped": 0}}),
        labels(*[{"id": at, "label_details": {"created_at": at}} for at in (
            "2025-03-02T08:00:00Z", "2025-03-02T10:00:00+02:00", "x", "2025-03-02T08:00:00.1234567Z")]),
        row(experiments={"e": {"runs": {"r": {"split": "a", "data_split": "b"}, "t": 5}}, "f": {}, "g": 5}),
    ],
    "frames segments and key frames": [
        annotated(key_frame_feature_map={"a": {"1": True, "01": True, "x": 5, "P": {"2": False}}}),
        annotated(key_frame_feature_map={"b": [1, 2.0, "x"], "c": 5, "d": {"P": [1, 2]}}),
        annotated(segments={"a": [[1, 2], [3]], "d": 5, "f": []}),
        annotated(segments={"b": {"c": [[1, 2]]}, "e": [[1, "2"]]}),
        annotated(frames={"1": {"objects": {"a": {"feature_id": "b"}, "d": 5}, "x": 1}}),
        annotated(frames={"01": {"objects": {}}, "z": 5, "2": 5}),
        annotated(groups={"A": 5, "B": {"name": 5, "frames": {"1": {"objects": {"a": {}}}}}, "C": {}}),
        annotated(timestamp={"5": {"classifications": [{"name": "q"}], "y": 1}, "a": {}}),
        annotated(timestamp=[], objects=[]),
    ],
    "answers": [
        annotated(classifications=[{"radio_answer": {"name": "a"}, "checklist_answers": [{"name": "b"}],
                                    "text_answer": {"content": "c", "name": "z"}, "message_id": "m"}]),
        annotated(classifications=[{"text_answer": {"content": 5, "confidence": 1, "custom_metrics": 5}}]),
        annotated(classifications=[{"conversational_radio_answer": {"name": "a"}}, {"message_id": "m"}]),
        annotated(classifications=[{"checklist_answers": []}, {"radio_answer": {"content": "x"}}]),
        annotated(classifications=[{"text_answer": {"classifications": [{"name": "n"}]}, "feature_id": "Q"}]),
    ],
}  # fmt: skip


@pytest.mark.parametrize("about", ODD)
def test_odd_lines_become_what_plain_reading_gives(about: str) -> None:
    lines = [line_of(one) for one in ODD[about]]
    for line in lines:
        assert differences(expected(line), rows_of(line)) == [], line
    together = b"\n".join(lines * 2)
    assert differences(expected(together), rows_of(together)) == []


def test_no_odd_line_is_refused() -> None:
    data = b"\n".join(line_of(one) for some in ODD.values() for one in some)
    tables, report = rows_and_report(data)
    assert tables["rejects"] == []
    assert report.data_rows == sum(map(len, ODD.values()))


@pytest.mark.parametrize("number", ["1e400", "1" * 5_000])
def test_a_number_that_no_type_holds_is_kept_as_written_beside_half_a_surrogate_pair(number: str) -> None:
    odd = f'{{"\\ud800":"\\udfff","b":{number}}}'
    dates = f'{{"created_at":"never","\\ud800":{number},"reviews":[{odd}]}}'
    line = f'{{"data_row":{{"id":"d"}},"projects":{{"p":{{"labels":[{{"label_details":{dates}}}]}}}}}}'
    table = exportkit.read_table(io.BytesIO(line.encode()), "labels")
    assert table["reviews"].to_pylist() == [f"[{odd}]"]
    assert table["extra"].to_pylist() == [f'{{"label_details":{{"created_at":"never","\\ud800":{number}}}}}']
