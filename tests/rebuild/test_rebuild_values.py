"""A line says what the columns say: a changed value in a table is a changed value in the line."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import exportkit
from exportkit.rebuild import to_ndjson
from rebuild.round_trips import line

Row = dict[str, Any]

BOX = {
    "feature_id": "box", "name": "car", "value": "car", "annotation_kind": "ImageBoundingBox",
    "bounding_box": {"top": 1.0, "left": 2.0, "height": 3.0, "width": 4.0, "new": True},
    "classifications": [
        {"feature_id": "q", "name": "colour", "radio_answer": {"feature_id": "a", "name": "red", "x_new": 1}},
    ],
}  # fmt: skip
RANKING = {
    "feature_id": "rank", "annotation_kind": "MessageRanking",
    "ranked_messages": {"ranked_messages": [{"message_id": "m", "order": 1}], "parent_message_id": "p"},
}  # fmt: skip
TEXT = {
    "feature_id": "text", "annotation_kind": "ConversationalTextEntity",
    "conversational_location": {"message_id": "m", "location": {"start": 1, "end": 2}},
}  # fmt: skip
LINE = {
    "feature_id": "line",
    "annotation_kind": "ImagePolyline",
    "line": [{"x": 1, "y": 2}, {"x": 3, "y": 4, "z": 5}],
}
RELATED = {"feature_id": "r", "unidirectional_relationship": {"source": "box", "target": "line"}}
OPTIONS = [{"schema_id": "o", "schema_name": "good", "schema_kind": "CustomMetadataEnumOption"}]
ROW: Row = {
    "data_row": {"id": "d", "global_key": "key", "details": {"created_at": "2024-01-02T03:04:05.678+00:00"}},
    "media_attributes": {"width": 10, "codec": "h264"},
    "metadata_fields": [
        {"schema_name": "weather", "schema_kind": "CustomMetadataNumber", "value": 1.5},
        {"schema_name": "quality", "schema_kind": "CustomMetadataEnum", "value": OPTIONS},
    ],
    "embeddings": [{"id": "e", "name": "clip", "values": [{"value": [0.5, 0.25]}]}],
    "projects": {
        "p": {
            "name": "streets",
            "project_details": {"workflow_history": [{"action": "Move"}]},
            "labels": [
                {
                    "id": "l",
                    "performance_details": {"seconds_to_create": 3, "skipped": False},
                    "annotations": {"objects": [BOX, RANKING, TEXT, LINE], "relationships": [RELATED]},
                },
                {
                    "id": "v",
                    "annotations": {
                        "frames": {"5": {"objects": {"o": {"feature_id": "o", "name": "dog"}}}},
                        "segments": {"o": [[5, 9]]},
                        "key_frame_feature_map": {"o": {"5": True}},
                    },
                },
            ],
        },
    },
    "experiments": {"m": {"runs": {"run": {"name": "first", "split": "training"}}}},
}  # fmt: skip


def label(row: Row, at: int = 0) -> Row:
    found: Row = row["projects"]["p"]["labels"][at]
    return found


def flat(row: Row, at: int) -> Row:
    found: Row = label(row)["annotations"]["objects"][at]
    return found


CHANGES: list[tuple[str, str, Any, Callable[[Row], Any]]] = [
    ("data_rows", "global_key", "other", lambda row: row["data_row"]["global_key"]),
    ("data_rows", "width", 77, lambda row: row["media_attributes"]["width"]),
    ("metadata", "schema_name", "wind", lambda row: row["metadata_fields"][0]["schema_name"]),
    ("metadata", "value_number", 2.5, lambda row: row["metadata_fields"][0]["value"]),
    ("metadata", "value_options", ["bad"],
     lambda row: [one["schema_name"] for one in row["metadata_fields"][1]["value"]]),
    ("embeddings", "vector", [1.5], lambda row: row["embeddings"][0]["values"][0]["value"]),
    ("projects", "project_name", "roads", lambda row: row["projects"]["p"]["name"]),
    ("workflow_history", "action", "Approve",
     lambda row: row["projects"]["p"]["project_details"]["workflow_history"][0]["action"]),
    ("model_runs", "data_split", "test", lambda row: row["experiments"]["m"]["runs"]["run"]["split"]),
    ("labels", "label_id", "other", lambda row: label(row)["id"]),
    ("labels", "skipped", True, lambda row: label(row)["performance_details"]["skipped"]),
    ("objects", "name", "lorry", lambda row: flat(row, 0)["name"]),
    ("objects", "bbox_left", 9.5, lambda row: flat(row, 0)["bounding_box"]["left"]),
    ("objects", "text_end", 7, lambda row: flat(row, 2)["conversational_location"]["location"]["end"]),
    ("objects", "parent_message_id", "q", lambda row: flat(row, 1)["ranked_messages"]["parent_message_id"]),
    ("objects", "vertices", [{"x": 8.0, "y": 9.0}], lambda row: flat(row, 3)["line"]),
    ("classifications", "answer_name", "blue",
     lambda row: flat(row, 0)["classifications"][0]["radio_answer"]["name"]),
    ("relationships", "target_feature_id", "text",
     lambda row: label(row)["annotations"]["relationships"][0]["unidirectional_relationship"]["target"]),
    ("segments", "span_end", 6, lambda row: label(row, 1)["annotations"]["segments"]["o"][0][1]),
    ("key_frames", "is_key_frame", False,
     lambda row: label(row, 1)["annotations"]["key_frame_feature_map"]["o"]["5"]),
]  # fmt: skip


NAMES = [f"{table}.{column}" for table, column, *_ in CHANGES]


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    exportkit.to_parquet(io.BytesIO(line(ROW)), tmp_path / "lake", export_id="export", workers=1)
    return tmp_path / "lake"


def rewrite(lake: Path, table: str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Replace the parts of a table by one that another program might have written."""
    directory = lake / table
    changed = change(pq.read_table(directory))
    for part in directory.iterdir():
        part.unlink()
    pq.write_table(changed, directory / "rewritten.parquet")


def put(column: str, value: Any) -> Callable[[pa.Table], pa.Table]:
    """Return what puts `value` where a column is not null."""

    def change(table: pa.Table) -> pa.Table:
        at = table.schema.get_field_index(column)
        field = table.schema.field(at)
        values = [None if one is None else value for one in table.column(column).to_pylist()]
        return table.set_column(at, field, pa.array(values, field.type))

    return change


def rebuilt_row(lake: Path) -> Row:
    stream = io.BytesIO()
    to_ndjson(lake, stream)
    found: Row = json.loads(stream.getvalue())
    return found


@pytest.mark.parametrize(
    ("table", "column", "value", "spot"), CHANGES, ids=[f"{one}.{two}" for one, two, *_ in CHANGES]
)
def test_a_value_changed_in_a_table_is_changed_in_the_line(
    lake: Path, table: str, column: str, value: Any, spot: Callable[[Row], Any]
) -> None:
    assert spot(rebuilt_row(lake)) != value
    rewrite(lake, table, put(column, value))
    assert spot(rebuilt_row(lake)) == value


def test_a_changed_timestamp_is_written_as_exports_write_it(lake: Path) -> None:
    rewrite(lake, "data_rows", put("created_at", datetime(2025, 6, 7, 8, 9, 10, 123456, tzinfo=UTC)))
    assert rebuilt_row(lake)["data_row"]["details"]["created_at"] == "2025-06-07T08:09:10.123456+00:00"
    rewrite(lake, "data_rows", put("created_at", datetime(2025, 6, 7, tzinfo=UTC)))
    assert rebuilt_row(lake)["data_row"]["details"]["created_at"] == "2025-06-07T00:00:00.000+00:00"


def test_leftovers_stay_beside_changed_values(lake: Path) -> None:
    rewrite(lake, "objects", put("bbox_left", 9.5))
    rewrite(lake, "classifications", put("answer_name", "blue"))
    box = flat(rebuilt_row(lake), 0)
    assert box["bounding_box"] == {"top": 1.0, "left": 9.5, "height": 3.0, "width": 4.0, "new": True}
    assert box["classifications"][0]["radio_answer"]["x_new"] == 1


def test_a_leftover_of_a_vertex_that_is_gone_is_gone(lake: Path) -> None:
    assert flat(rebuilt_row(lake), 3)["line"][1] == {"x": 3.0, "y": 4.0, "z": 5}
    rewrite(lake, "objects", put("vertices", [{"x": 8.0, "y": 9.0}]))
    assert flat(rebuilt_row(lake), 3)["line"] == [{"x": 8.0, "y": 9.0}]


def test_rows_deleted_from_a_table_are_gone_from_the_line_with_what_hangs_on_them(lake: Path) -> None:
    rewrite(lake, "objects", lambda table: table.filter(pa.compute.field("feature_id") != "box"))
    stream = io.BytesIO()
    report = to_ndjson(lake, stream)
    objects = label(json.loads(stream.getvalue()))["annotations"]["objects"]
    assert [one["feature_id"] for one in objects] == ["rank", "text", "line"]
    assert report.left_out == 1


def test_no_table_holds_a_copy_of_the_line(lake: Path) -> None:
    for table in lake.iterdir():
        for row in pq.read_table(table).to_pylist():
            assert row["extra"] is None or len(row["extra"]) < len(line(ROW)) / 10
            assert row.get("payload") is None
