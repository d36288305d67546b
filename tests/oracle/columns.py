"""The columns of the fourteen tables, written down once more from the data dictionary.

Gives names only: which columns a row has, which of them hold JSON, and what identifies a row of one line.
"""

from __future__ import annotations

from typing import Any

__all__ = ["COLUMNS", "IDENTITY", "JSON_COLUMNS", "Tables", "empty_tables", "make_row"]

Tables = dict[str, list[dict[str, Any]]]

LABEL_KEYS = "project_id label_id label_index origin"
HEADER = "feature_id feature_schema_id name value"

_OWN_COLUMNS = {
    "data_rows": """
        global_key external_id row_data dataset_id dataset_name created_at updated_at last_activity_at
        created_by media_type asset_type mime_type width height frame_rate frame_count duration exif_rotation
        text_layer_url media_attributes data_split
        sections export_version source_uri byte_offset byte_length""",
    "attachments": "position attachment_id type name value",
    "metadata": """
        position schema_id schema_name schema_kind value_string value_number value_timestamp value_options
        value_json""",
    "embeddings": "embedding_id position vector_position name dimensions is_custom vector",
    "projects": """
        project_id project_name ontology_id task_id task_name batch_id batch_name workflow_status priority
        selected_label_id consensus_expected_label_count project_tags sections""",
    "workflow_history": """
        project_id position action created_at created_by previous_task_id previous_task_name next_task_id
        next_task_name""",
    "model_runs": "experiment_id experiment_name model_run_id model_run_name run_data_row_id data_split",
    "labels": f"""
        {LABEL_KEYS} experiment_id model_run_id position label_kind version container sections
        created_at updated_at content_last_updated_at created_by reviews seconds_to_create seconds_to_label
        seconds_to_review seconds_to_rework seconds_total skipped benchmark_reference_label benchmark_score
        consensus_score planes is_selected is_latest benchmark_id has_open_issues view_label other_row_data
        frames_url class_masks z_order""",
    "objects": f"""
        {LABEL_KEYS} plane frame position {HEADER} annotation_kind is_key_frame confidence custom_metrics
        coordinate_unit bbox_left bbox_top bbox_width bbox_height point_x point_y vertices mask_url
        instance_uri
        composite_mask_url composite_mask_color geojson page_number page_width page_height text_start text_end
        text_token message_id text_groups messages parent_message_id color payload""",
    "classifications": f"""
        {LABEL_KEYS} plane frame timestamp_ms message_id object_feature_id parent_answer_feature_id depth
        position {HEADER} answer_type answer_position answer_feature_id answer_feature_schema_id answer_name
        answer_value text answer_path answer_confidence answer_custom_metrics""",
    "relationships": f"""
        {LABEL_KEYS} position {HEADER} annotation_kind direction source_feature_id target_feature_id""",
    "segments": f"{LABEL_KEYS} plane feature_id position span_start span_end unit",
    "key_frames": f"{LABEL_KEYS} plane feature_id frame is_key_frame",
    "rejects": "source_uri byte_offset byte_length error problem json_path reason raw raw_uri",
}

#: Every column of every table, in order.
COLUMNS: dict[str, tuple[str, ...]] = {
    table: ("data_row_id", *own.split(), "extra", "export_id", "line") for table, own in _OWN_COLUMNS.items()
}

#: Columns that hold JSON text. In the oracle's rows they hold the parsed value.
JSON_COLUMNS: dict[str, frozenset[str]] = {
    table: frozenset(columns)
    & {
        "extra",
        "media_attributes",
        "value_json",
        "project_tags",
        "reviews",
        "class_masks",
        "geojson",
        "payload",
    }
    for table, columns in COLUMNS.items()
}

#: What tells the rows of one line apart.
IDENTITY: dict[str, tuple[str, ...]] = {
    "data_rows": (),
    "attachments": ("position",),
    "metadata": ("position",),
    "embeddings": ("position", "vector_position"),
    "projects": ("project_id",),
    "workflow_history": ("project_id", "position"),
    "model_runs": ("experiment_id", "model_run_id"),
    "labels": ("label_index",),
    "objects": ("label_index", "plane", "frame", "position"),
    "classifications": (
        "label_index", "plane", "frame", "timestamp_ms", "object_feature_id", "parent_answer_feature_id",
        "position", "answer_position",
    ),
    "relationships": ("label_index", "position"),
    "segments": ("label_index", "plane", "feature_id", "position"),
    "key_frames": ("label_index", "plane", "feature_id", "frame"),
    "rejects": (),
}  # fmt: skip


def empty_tables() -> Tables:
    """Return every table without rows."""
    return {table: [] for table in COLUMNS}


def make_row(table: str, *parts: dict[str, Any]) -> dict[str, Any]:
    """Return a row with every column of `table`, null where `parts` do not say.

    Raises
    ------
    KeyError
        A part names a column that the table does not have.
    """
    row: dict[str, Any] = dict.fromkeys(COLUMNS[table])
    for part in parts:
        for column, value in part.items():
            if column not in row:
                raise KeyError(f"{table} has no column {column}")
            row[column] = value
    return row
