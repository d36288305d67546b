"""The oracle's rules for what stands below a label, checked by hand."""

from __future__ import annotations

from typing import Any

from oracle.small_lines import below_label, one_object


def test_a_box_has_its_corners_and_unit_and_keeps_what_it_cannot_hold() -> None:
    box = {"left": 1, "top": 2.5, "width": 3, "height": 4, "x": 1}
    assert one_object(annotation_kind="ImageBoundingBox", bounding_box=box, y=2) == {
        "annotation_kind": "ImageBoundingBox", "coordinate_unit": "px",
        "bbox_left": 1.0, "bbox_top": 2.5, "bbox_width": 3.0, "bbox_height": 4.0,
        "extra": {"bounding_box": {"x": 1}, "y": 2},
    }  # fmt: skip
    odd = {**box, "width": "3"}
    assert one_object(annotation_kind="ImageBoundingBox", bounding_box=odd, y=2) == {
        "annotation_kind": "ImageBoundingBox", "payload": {"bounding_box": odd}, "extra": {"y": 2},
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
    given = {"message_id": "2", "location": {"start": 0, "end": 8}}
    assert one_object(location=location) == {"text_start": 10, "text_end": 20, "text_token": "um dolor si"}
    entity = one_object(annotation_kind="ConversationalTextEntity", conversational_location=given)
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
        bounding_box={"left": 1, "top": 2, "width": 3, "height": 4},
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
    spans = {"f": [[5, 6], [8]], "g": [[5, 6]]}
    annotations = {"frames": frames, "key_frame_feature_map": key_frames, "segments": spans}
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
        {"feature_id": "g", "position": 0, "span_start": 5, "span_end": 6, "unit": "frame"}
    ]
    (label,) = below_label("labels", **annotations)
    assert label["container"] == "video"
    assert label["extra"] == {
        "annotations": {
            "frames": {"5": {"objects": {"bad": 7}, "x": 1}, "abc": {"y": 2}},
            "key_frame_feature_map": {"g": {"z": True}},
            "segments": {"f": [[5, 6], [8]]},
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
    rows = below_label(
        "classifications", classifications=[{"name": "q", "checklist_answers": options, "w": 3}]
    )
    assert [(row["answer_position"], row.get("answer_feature_id"), row["extra"]) for row in rows] == [
        (0, "a", {"w": 3, "checklist_answers": {"0": {"y": 1}}}),
        (1, None, {"checklist_answers": {"1": {"$value": 5}}}),
        (2, "b", {"checklist_answers": {"2": {"z": 2}}}),
    ]
    assert rows[2]["answer_confidence"] == 0.5
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
