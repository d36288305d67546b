"""The oracle's tricky rules, each checked by hand against TABLES.md on the smallest line that shows it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from oracle import COLUMNS, tables_of, tables_of_export, without_nulls

PLACE: dict[str, Any] = {"line": 1, "byte_offset": 0, "byte_length": 9, "export_id": "e", "source_uri": "s"}
COMMON = {"data_row_id": "d", "export_id": "e", "line": 1}


def rows_of(table: str, **line: Any) -> list[dict[str, Any]]:
    """Return the rows of one table, without nulls and the columns that every row of a line shares."""
    line.setdefault("data_row", {"id": "d"})
    rows = tables_of(line, **PLACE)[table]
    return [
        {key: value for key, value in without_nulls(table, row).items() if key not in COMMON} for row in rows
    ]


def below_label(table: str, **annotations: Any) -> list[dict[str, Any]]:
    """Return the rows of one table below the only label of a line, without the label's keys."""
    rows = rows_of(table, projects={"p": {"labels": [{"id": "l", "annotations": annotations}]}})
    keys = {"project_id": "p", "label_id": "l", "label_index": 0, "origin": "project"}
    assert all(row.items() >= keys.items() for row in rows)
    return [{key: value for key, value in row.items() if key not in keys} for row in rows]


def one_object(**fields: Any) -> dict[str, Any]:
    (row,) = below_label("objects", objects=[fields])
    del row["position"]
    return row


def one_label(**fields: Any) -> dict[str, Any]:
    (row,) = rows_of("labels", projects={"p": {"labels": [fields]}})
    return row


def test_every_row_has_every_column_in_order() -> None:
    line: dict[str, Any] = {
        "data_row": {"id": "d"},
        "projects": {"p": {"labels": [{"annotations": {"objects": [{}]}}]}},
    }
    for table, rows in tables_of(line, **PLACE).items():
        for row in rows:
            assert tuple(row) == COLUMNS[table]


def test_an_unknown_key_is_in_extra_under_its_path_and_a_media_attribute_in_its_own_column() -> None:
    (row,) = rows_of(
        "data_rows",
        data_row={"id": "d", "details": {"x": 1}},
        media_attributes={"message_count": 3, "width": "wide", "height": 2.0},
        y={"z": [1, {"q": None}]},
    )
    assert row["extra"] == {
        "data_row": {"details": {"x": 1}},
        "media_attributes": {"width": "wide"},
        "y": {"z": [1]},
    }
    assert (row["media_attributes"], row["height"], row["sections"]) == (
        {"message_count": 3},
        2,
        ["media_attributes"],
    )


@pytest.mark.parametrize(
    ("attributes", "media_type"),
    [
        ({"asset_type": "pdf", "mime_type": "image/png"}, "document"),
        ({"asset_type": "tms_simple"}, "geospatial"),
        ({"asset_type": "hologram", "mime_type": "text/html"}, "html"),
        ({"mime_type": "text/csv"}, "text"),
        ({"mime_type": "application/vnd.labelbox.conversational.model-chat-evaluation"}, "conversational"),
        ({"mime_type": "application/x-tms-geo"}, "geospatial"),
        ({"mime_type": "application/zip"}, "video"),
        ({}, "video"),
    ],
)
def test_media_type_comes_from_asset_type_then_mime_type_then_container(
    attributes: dict[str, Any], media_type: str
) -> None:
    labels = [{"annotations": {}}, {"annotations": {"segments": {}}}]
    (row,) = rows_of("data_rows", media_attributes=attributes, projects={"p": {"labels": labels}})
    assert row["media_type"] == media_type


def test_a_metadata_value_goes_to_the_column_of_its_type() -> None:
    def value(kind: str, given: Any) -> dict[str, Any]:
        (row,) = rows_of(
            "metadata", metadata_fields=[{"schema_kind": f"CustomMetadata{kind}", "value": given}]
        )
        return {key: said for key, said in row.items() if key.startswith("value")}

    option = {"schema_id": "o", "schema_name": "train", "schema_kind": "CustomMetadataEnumOption"}
    moment = datetime(2025, 2, 1, 0, 0, tzinfo=UTC)
    assert value("String", "2025-02-01T00:00:00Z") == {"value_string": "2025-02-01T00:00:00Z"}
    assert value("Number", 4428.0) == {"value_number": 4428.0}
    assert value("Number", 2**53 + 1) == {"value_json": 2**53 + 1}
    assert value("DateTime", "2025-02-01T01:00:00.000+01:00") == {"value_timestamp": moment}
    assert value("DateTime", "soon") == {"value_string": "soon"}
    assert value("Enum", [option]) == {"value_options": ["train"], "value_json": [option]}
    assert value("Enum", "train") == {"value_string": "train", "value_options": ["train"]}
    assert value("String", {"a": 1}) == {"value_json": {"a": 1}}


def test_an_embedding_has_a_row_for_each_vector_and_one_without_vectors() -> None:
    several = {"id": "a", "values": [{"value": [1, 2.5]}, {"value": ["x"], "y": 1}], "z": 2}
    assert rows_of("embeddings", embeddings=[several, {"id": "b", "dimensions": 512}]) == [
        {
            "embedding_id": "a", "position": 0, "vector_position": 0, "vector": [1.0, 2.5],
            "extra": {"z": 2, "values": {"1": {"value": ["x"], "y": 1}}},
        },
        {"embedding_id": "a", "position": 0, "vector_position": 1},
        {"embedding_id": "b", "position": 1, "dimensions": 512},
    ]  # fmt: skip


def test_labels_are_counted_over_projects_then_runs_labels_before_predictions() -> None:
    runs = {"r2": {"predictions": [{"id": "c"}], "labels": [{"id": "b"}]}, "r1": {"labels": [{"id": "d"}]}}
    rows = rows_of(
        "labels",
        experiments={"x": {"runs": runs}},
        projects={"p2": {"labels": [{"id": "y"}, 5, {"id": "z"}]}, "p1": {"labels": [{"id": "a"}]}},
    )
    seen = {row["label_id"]: (row["label_index"], row["position"], row["origin"]) for row in rows}
    assert seen == {
        "y": (0, 0, "project"), "z": (1, 2, "project"), "a": (2, 0, "project"),
        "b": (3, 0, "model_run"), "c": (4, 0, "prediction"), "d": (5, 0, "model_run"),
    }  # fmt: skip


def test_a_label_without_id_gets_a_derived_one() -> None:
    label = one_label(label_kind="Default")
    # sha256 over "d", "project", "p", "", "", "0" joined by the unit separator.
    assert label["label_id"] == "derived:2c8f98892e194463247440dd"


def test_shared_performance_fields_come_from_the_first_object_and_a_differing_one_stays_in_extra() -> None:
    label = one_label(
        performance_details={"seconds_to_create": 61, "seconds_to_review": 9, "skipped": False},
        performance_details_v2={
            "seconds_to_label": 50, "seconds_to_review": 8, "skipped": False, "consensus_score": 0.5,
            "seconds_to_create": 61,
        },
    )  # fmt: skip
    assert (label["seconds_to_create"], label["seconds_to_label"], label["seconds_to_review"]) == (61, 50, 9)
    assert label["skipped"] is False
    assert "consensus_score" not in label
    assert label["extra"] == {
        "performance_details_v2": {"seconds_to_review": 8, "consensus_score": 0.5, "seconds_to_create": 61}
    }
    assert label["sections"] == ["performance_details", "performance_details_v2"]


def test_the_second_performance_object_alone_fills_the_shared_columns() -> None:
    label = one_label(performance_details_v2={"seconds_to_review": 9, "skipped": True})
    assert (label["seconds_to_review"], label["skipped"], label.get("extra")) == (9, True, None)


def test_the_latest_label_is_the_newest_and_the_later_of_two_as_new() -> None:
    days = ("2025-03-02T08:00:00Z", "2025-03-03T10:00:00+02:00", "2025-03-03T08:00:00", None)
    labels = [{"id": str(index), "label_details": {"created_at": day}} for index, day in enumerate(days)]
    project = {"labels": labels, "project_details": {"selected_label_id": "0"}}
    rows = rows_of("labels", projects={"p": project})
    assert [row.get("is_latest") for row in rows] == [False, False, True, None]
    assert [row["is_selected"] for row in rows] == [True, False, False, False]


def test_reviews_and_tags_tell_an_empty_array_from_none() -> None:
    line: dict[str, Any] = {
        "projects": {"p": {"project_tags": [], "labels": [{"label_details": {"reviews": []}}, {}]}}
    }
    (project,) = rows_of("projects", **line)
    first, second = rows_of("labels", **line)
    assert (project["project_tags"], first["reviews"], second.get("reviews")) == ([], [], None)


def test_a_box_has_its_corners_and_unit_and_keeps_what_it_cannot_hold() -> None:
    box = {"left": 1, "top": 2.5, "width": "3", "height": 4, "x": 1}
    assert one_object(feature_id="f", annotation_kind="ImageBoundingBox", bounding_box=box, y=2) == {
        "feature_id": "f", "annotation_kind": "ImageBoundingBox", "coordinate_unit": "px",
        "bbox_left": 1.0, "bbox_top": 2.5, "bbox_height": 4.0,
        "extra": {"bounding_box": {"width": "3", "x": 1}, "y": 2},
    }  # fmt: skip


def test_an_unknown_field_of_a_vertex_is_in_extra_and_a_polygon_with_holes_in_the_payload() -> None:
    ring = [{"x": 0, "y": 0}, {"x": 1, "y": 0, "z": 5}]
    row = one_object(annotation_kind="ImagePolygon", polygon=ring)
    assert row["vertices"] == [{"x": 0.0, "y": 0.0}, {"x": 1.0, "y": 0.0}]
    assert row["extra"] == {"polygon": {"1": {"z": 5}}}
    assert one_object(annotation_kind="ImagePolygon", polygon=[ring, ring], q=1) == {
        "annotation_kind": "ImagePolygon", "payload": {"polygon": [ring, ring]}, "extra": {"q": 1},
    }  # fmt: skip


def test_an_unknown_kind_keeps_its_unknown_keys_and_its_line_in_the_payload() -> None:
    line = [{"x": 0, "y": 0}]
    assert one_object(annotation_kind="ImageCuboid", cuboid={"d": 3}, line=line, name=5) == {
        "annotation_kind": "ImageCuboid", "payload": {"cuboid": {"d": 3}, "line": line}, "extra": {"name": 5},
    }  # fmt: skip
    assert one_object(annotation_kind="RadarPolyline", line=line, polygon=line)["payload"] == {
        "polygon": line
    }
    assert one_object(annotation_kind="RadarPolyline", line=line) == {
        "annotation_kind": "RadarPolyline", "vertices": [{"x": 0.0, "y": 0.0}],
    }  # fmt: skip


def test_text_locations_of_texts_conversations_and_documents_have_their_columns() -> None:
    location = {"start": 10, "end": 20, "token": "um dolor si"}
    group = {"id": "g", "page_number": 1, "tokens": ["t"], "text": "w", "x": 1}
    said = {"message_id": "2", "location": {"start": 0, "end": 8}}
    assert one_object(location=location) == {"text_start": 10, "text_end": 20, "text_token": "um dolor si"}
    entity = one_object(annotation_kind="ConversationalTextEntity", conversational_location=said)
    assert (entity["message_id"], entity["text_start"], entity["text_end"]) == ("2", 0, 8)
    assert one_object(location={"groups": [group]}) == {
        "text_groups": [{"id": "g", "page_number": 1, "tokens": ["t"], "text": "w"}],
        "extra": {"location": {"groups": {"0": {"x": 1}}}},
    }


def test_message_tasks_share_columns_that_only_their_kind_tells_apart() -> None:
    one, two = {"message_id": "m", "model_config_name": "a"}, {"message_id": "n", "model_config_name": "b"}
    ranked = [{**two, "order": 1}, {**one, "order": 2}]
    single = {"selected_message": {**one, "parent_message_id": "q"}}
    multi = {"selected_messages": {"messages": [one, two], "parent_message_id": "q"}}
    ranking = {"ranked_messages": {"ranked_messages": ranked, "parent_message_id": "q"}}
    columns: dict[str, tuple[dict[str, Any], list[dict[str, Any]]]] = {
        "MessageSingleSelection": (single, [{**one, "order": None}]),
        "MessageMultiSelection": (multi, [{**one, "order": None}, {**two, "order": None}]),
        "MessageRanking": (ranking, ranked),
    }
    for kind, (task, messages) in columns.items():
        row = one_object(annotation_kind=kind, **task)
        assert (row["messages"], row["parent_message_id"], "payload" in row) == (messages, "q", False)
    assert one_object(annotation_kind="MessageRanking", **multi)["payload"] == multi


def test_pages_and_globes_have_their_own_units() -> None:
    page = one_object(
        annotation_kind="DocumentBoundingBox",
        bounding_box={"left": 1},
        page_number=0,
        page_dimensions={"width": 612},
    )
    assert (page["coordinate_unit"], page["page_number"], page["page_width"]) == ("pt", 0, 612.0)
    globe = one_object(annotation_kind="GeoPoint", geojson={"type": "Point", "coordinates": [10.25, 50]})
    assert (globe["coordinate_unit"], globe["geojson"]["coordinates"]) == ("degree", [10.25, 50])
    mask = one_object(
        annotation_kind="ImageSegmentationMask", mask={"url": "u"}, composite_mask={"color_rgb": [1, 2, 3]}
    )
    assert ("coordinate_unit" in mask, mask["mask_url"], mask["composite_mask_color"]) == (
        False,
        "u",
        [1, 2, 3],
    )


def test_a_relationship_repeated_among_objects_is_dropped_and_the_others_keep_their_position() -> None:
    relation = {"feature_id": "r", "unidirectional_relationship": {"source": "a", "target": "b"}}
    lonely = {**relation, "feature_id": "s"}
    annotations = {"objects": [relation, {"feature_id": "a"}, lonely], "relationships": [relation]}
    assert below_label("objects", **annotations) == [
        {"position": 1, "feature_id": "a"},
        {
            "position": 2, "feature_id": "s",
            "payload": {"unidirectional_relationship": {"source": "a", "target": "b"}},
        },
    ]  # fmt: skip
    assert below_label("relationships", **annotations) == [
        {
            "position": 0, "feature_id": "r", "direction": "unidirectional",
            "source_feature_id": "a", "target_feature_id": "b",
        }
    ]  # fmt: skip


def test_frames_and_their_objects_are_rows_and_what_is_no_frame_stays_with_the_label() -> None:
    frames = {
        "5": {"objects": {"f": {"feature_id": "f"}, "k": {"feature_id": "g"}, "bad": 7}, "x": 1},
        "abc": {"objects": {}, "y": 2},
    }
    key_frames = {"f": [5, 6], "g": {"4": True, "6": False, "z": True}}
    annotations = {"frames": frames, "key_frame_feature_map": key_frames, "segments": {"f": [[5, 6], [8]]}}
    assert below_label("objects", **annotations) == [
        {"frame": 5, "position": 0, "feature_id": "f", "is_key_frame": True},
        {"frame": 5, "position": 1, "feature_id": "g", "is_key_frame": False, "extra": {"$key": "k"}},
    ]
    assert below_label("key_frames", **annotations) == [
        {"feature_id": "f", "frame": 5, "is_key_frame": True},
        {"feature_id": "f", "frame": 6, "is_key_frame": True},
        {"feature_id": "g", "frame": 4, "is_key_frame": True},
        {"feature_id": "g", "frame": 6, "is_key_frame": False},
    ]
    assert below_label("segments", **annotations) == [
        {"feature_id": "f", "position": 0, "span_start": 5, "span_end": 6, "unit": "frame"}
    ]
    (label,) = below_label("labels", **annotations)
    assert label["container"] == "video"
    assert label["extra"] == {
        "annotations": {
            "frames": {"5": {"objects": {"bad": 7}, "x": 1}, "abc": {"y": 2}},
            "key_frame_feature_map": {"g": {"z": True}},
            "segments": {"f": {"1": [8]}},
        }
    }


def test_dicom_planes_nest_the_other_way_in_key_frames_than_in_segments() -> None:
    annotations = {
        "groups": {
            "Axial": {"name": "axial view", "frames": {"1": {"objects": {"f": {"feature_id": "f"}}}}, "x": 1},
            "Coronal": {"frames": {}},
        },
        "segments": {"Axial": {"f": [[1, 2]]}, "Coronal": {}},
        "key_frame_feature_map": {"f": {"Axial": {"1": True}, "Coronal": {}}},
    }
    assert below_label("objects", **annotations) == [
        {"plane": "Axial", "frame": 1, "position": 0, "feature_id": "f", "is_key_frame": True}
    ]
    assert below_label("key_frames", **annotations) == [
        {"plane": "Axial", "feature_id": "f", "frame": 1, "is_key_frame": True}
    ]
    (segment,) = below_label("segments", **annotations)
    assert (segment["plane"], segment["span_end"]) == ("Axial", 2)
    (label,) = below_label("labels", **annotations)
    assert label["planes"] == [{"key": "Axial", "name": "axial view"}, {"key": "Coronal", "name": None}]
    assert (label["container"], label["extra"]) == ("dicom", {"annotations": {"groups": {"Axial": {"x": 1}}}})


def test_audio_answers_carry_their_moment_and_spans_are_milliseconds() -> None:
    question = {"feature_id": "q", "text_answer": {"content": "hello"}}
    annotations = {"timestamp": {"1200": {"classifications": [question]}}, "segments": {"q": [[0, 1200]]}}
    (answer,) = below_label("classifications", **annotations)
    assert (answer["timestamp_ms"], answer["text"]) == (1200, "hello")
    assert [row["unit"] for row in below_label("segments", **annotations)] == ["ms"]
    assert below_label("labels", **annotations)[0]["container"] == "audio"


def test_nested_answers_know_their_parent_depth_and_path() -> None:
    note = {
        "feature_id": "q3",
        "name": "note",
        "text_answer": {"content": "t", "classifications": [{"name": "deep"}]},
    }
    why = {
        "feature_id": "q2",
        "checklist_answers": [{"feature_id": "a2", "name": "b", "classifications": [note]}],
    }
    top = {
        "feature_id": "q1",
        "name": "ok",
        "radio_answer": {"feature_id": "a1", "name": "yes", "classifications": [why]},
    }
    rows = below_label("classifications", objects=[{"feature_id": "f", "classifications": [top]}])
    assert [
        (row["depth"], row.get("parent_answer_feature_id"), row.get("answer_type"), row["answer_path"])
        for row in rows
    ] == [
        (0, None, "radio", ["ok", "yes"]),
        (1, "a1", "checklist", ["ok", "yes", "b"]),
        (2, "a2", "text", ["ok", "yes", "b", "note"]),
        (3, "q3", None, ["ok", "yes", "b", "note", "deep"]),
    ]
    assert {row["object_feature_id"] for row in rows} == {"f"}


def test_a_checklist_is_a_row_for_each_option_and_one_row_without_options() -> None:
    options = [{"feature_id": "a", "name": "x", "y": 1}, 5, {"feature_id": "b", "confidence": 0.5, "z": 2}]
    first, second = below_label(
        "classifications", classifications=[{"name": "q", "checklist_answers": options, "w": 3}]
    )
    assert (first["answer_position"], first["extra"]) == (
        0,
        {"w": 3, "checklist_answers": {"0": {"y": 1}, "1": 5}},
    )
    assert (second["answer_position"], second["extra"]) == (2, {"checklist_answers": {"2": {"z": 2}}})
    assert second["answer_confidence"] == 0.5
    assert below_label("classifications", classifications=[{"name": "q", "checklist_answers": []}]) == [
        {"depth": 0, "position": 0, "name": "q", "answer_path": ["q"]}
    ]


def test_conversational_answers_are_known_by_their_message() -> None:
    questions = [
        {"message_id": "2", "conversational_radio_answer": {"name": "buy", "x": 1}},
        {"message_id": "3", "radio_answer": {"name": "yes"}},
    ]
    about_message, plain = below_label("classifications", classifications=questions)
    assert (about_message["message_id"], about_message["answer_type"]) == ("2", "radio")
    assert about_message["extra"] == {"conversational_radio_answer": {"x": 1}}
    assert ("message_id" in plain, plain["extra"]) == (False, {"message_id": "3"})


def test_runs_of_an_experiment_share_its_leftovers_on_the_first_row() -> None:
    runs = {"r": {"split": "training", "x": 1}, "s": {"data_split": "test", "y": 2}, "t": 5}
    assert rows_of("model_runs", experiments={"m": {"name": "M", "runs": runs, "z": 3}, "n": {}}) == [
        {
            "experiment_id": "m", "experiment_name": "M", "model_run_id": "r", "data_split": "training",
            "extra": {"z": 3, "runs": {"t": 5, "r": {"x": 1}}},
        },
        {
            "experiment_id": "m", "experiment_name": "M", "model_run_id": "s", "data_split": "test",
            "extra": {"runs": {"s": {"y": 2}}},
        },
        {"experiment_id": "n"},
    ]  # fmt: skip


def test_a_section_of_the_wrong_type_stays_whole_in_extra() -> None:
    (row,) = rows_of("data_rows", projects=["p"], experiments={"m": 5}, attachments=[{"id": "a"}, "b"])
    assert row["extra"] == {"projects": ["p"], "experiments": {"m": 5}, "attachments": {"1": "b"}}
    assert row["sections"] == ["attachments", "projects", "experiments"]


@pytest.mark.parametrize(
    "line",
    [b"{", b"[1]", b'"x"', b"{}", b'{"data_row":{"id":5}}', b'{"data_row":{"id":"d","x":NaN}}', b"\xff"],
)
def test_what_is_no_data_row_is_rejected_with_its_bytes(line: bytes) -> None:
    (reject,) = tables_of(line, **PLACE)["rejects"]
    assert (reject["error"], reject["raw"], reject["line"]) == ("DecodeError", line, 1)


def test_lines_are_counted_with_blank_ones_and_offsets_with_mark_and_return() -> None:
    row = json.dumps({"data_row": {"id": "d"}}).encode()
    data = b"\xef\xbb\xbf" + row + b"\r\n\n" + b"{\n" + row
    tables = tables_of_export(data, export_id="e", source_uri="s")
    rows = [(row["line"], row["byte_offset"], row["byte_length"]) for row in tables["data_rows"]]
    assert rows == [(1, 3, 25), (4, 33, 25)]
    assert [(row["line"], row["byte_offset"], row["byte_length"]) for row in tables["rejects"]] == [
        (3, 31, 1)
    ]
