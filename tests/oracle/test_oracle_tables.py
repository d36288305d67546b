"""The oracle's rules for data rows, projects, runs and labels, checked by hand."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from oracle import COLUMNS, tables_of, tables_of_export
from oracle.small_lines import PLACE, one_label, rows_of


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
        return {key: shown for key, shown in row.items() if key.startswith("value")}

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
    assert [row["extra"] for row in rows if "extra" in row] == [{"$value": 5}]
    named = [row for row in rows if "extra" not in row]
    seen = {row["label_id"]: (row["label_index"], row["position"], row["origin"]) for row in named}
    assert seen == {
        "y": (0, 0, "project"), "z": (2, 2, "project"), "a": (3, 0, "project"),
        "b": (4, 0, "model_run"), "c": (5, 0, "prediction"), "d": (6, 0, "model_run"),
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
    assert row["extra"] == {"projects": ["p"], "experiments": {"m": 5}}
    assert row["sections"] == ["attachments", "projects", "experiments"]


@pytest.mark.parametrize(
    "line",
    [
        b"{", b"[1]", b'"x"', b"{}", b'{"data_row":{"id":5}}', b'{"data_row":{"id":""}}', b"\xff",
        b'{"data_row":{"id":"d","x":NaN}}', b'{"data_row":{"id":"d"},"errors":[]}',
        b'{"data_row_id":"d","error":"e"}',
    ],
)  # fmt: skip
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
