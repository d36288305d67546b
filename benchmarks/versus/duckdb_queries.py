"""The tables as DuckDB makes them: takes what the export holds, gives a query for each table with rows."""

from __future__ import annotations

from benchmarks.versus.duckdb_views import LABEL_IDS, each, taken
from benchmarks.versus.fields import (
    ANSWER,
    ATTACHMENT,
    DATA_ROW,
    EMBEDDING,
    LABEL,
    METADATA,
    OBJECT,
    PROJECT,
    QUESTION,
    RELATIONSHIP,
    STEP,
)
from benchmarks.versus.line_types import Known

__all__ = ["queries"]

LABEL_KEYS = "data_row_id, project_id, label_id, label_index, 'project' AS origin"
PLANE = "NULL::VARCHAR AS plane"
TAIL = "NULL::VARCHAR AS extra, 'export' AS export_id, line"
TOP_SECTIONS = ("media_attributes", "attachments", "metadata_fields", "embeddings", "projects")
#: The key that fills a table, where it is not the table's name.
FILLED_BY = {
    "data_rows": "data_row",
    "metadata": "metadata_fields",
    "key_frames": "key_frame_feature_map",
}


def queries(known: Known, *, staged: bool) -> dict[str, str]:
    """Return the query of every table that has rows, by its name; `staged` lines can be read twice."""
    wanted = row_queries(known) | label_queries(known) | {"objects": objects(known, staged=staged)}
    return {name: query for name, query in wanted.items() if known.has(FILLED_BY.get(name, name))}


def row_queries(known: Known) -> dict[str, str]:
    """Return the queries of the tables above labels."""
    project_sections = sections(known, "project.value.", ("project_details",))
    history = each("project.value.project_details.workflow_history", "step")
    return {
        "data_rows": data_rows(known),
        "attachments": of_line("attachments", taken(ATTACHMENT, known, "item.")),
        "metadata": of_line("metadata_fields", taken(METADATA, known, "item.")),
        "embeddings": f"""SELECT data_row_id, {taken(EMBEDDING, known, "item.")}, position, vector_position,
            vector.value AS vector, {TAIL} FROM (SELECT *, {each("item.values", "vector", "vector_position")}
            FROM (SELECT line, data_row.id AS data_row_id, {each("embeddings", "item")} FROM lines))""",
        "projects": f"""SELECT data_row_id, project.key AS project_id,
            {taken(PROJECT, known, "project.value.")}, {project_sections}, {TAIL} FROM project_lines""",
        "workflow_history": f"""SELECT data_row_id, project_id, position, {taken(STEP, known, "step.")},
            {TAIL} FROM (SELECT line, data_row_id, project.key AS project_id, {history}
            FROM project_lines)""",
    }


def label_queries(known: Known) -> dict[str, str]:
    """Return the queries of labels and the tables below them."""
    return {
        "labels": labels(known),
        "classifications": classifications(known),
        "relationships": f"""SELECT {LABEL_KEYS}, position, {taken(RELATIONSHIP, known, "item.")}, {TAIL}
            FROM (SELECT {LABEL_IDS}, {each("label.annotations.relationships", "item")} FROM label_lines)""",
        "segments": f"""SELECT {LABEL_KEYS}, {PLANE}, feature_id, position, span[1] AS span_start,
            span[2] AS span_end, 'frame' AS unit, {TAIL}
            FROM (SELECT {LABEL_IDS}, feature.key AS feature_id, {each("feature.value", "span")}
            FROM (SELECT {LABEL_IDS}, unnest(map_entries(label.annotations.segments)) AS feature
            FROM label_lines))""",
        "key_frames": f"""SELECT {LABEL_KEYS}, {PLANE}, feature_id, frame, true AS is_key_frame, {TAIL}
            FROM key_frame_lines""",
    }


def of_line(items: str, columns: str) -> str:
    """Return the query for a list that stands at the top of the line."""
    return f"""SELECT data_row_id, position, {columns}, {TAIL}
        FROM (SELECT line, data_row.id AS data_row_id, {each(items, "item")} FROM lines)"""


def data_rows(known: Known) -> str:
    """Return the query of `data_rows`."""
    kind = "media_attributes.asset_type" if known.has("asset_type") else "'unknown'"
    return f"""SELECT {taken(DATA_ROW, known)}, {kind} AS media_type, {sections(known, "", TOP_SECTIONS)},
        'v2' AS export_version, 'export.ndjson' AS source_uri, {TAIL} FROM lines"""


def labels(known: Known) -> str:
    """Return the query of `labels`."""
    named = ("label_details", "performance_details", "performance_details_v2")
    made = "label.label_details.created_at" if known.has("label_details.created_at") else "NULL"
    return f"""SELECT {LABEL_KEYS}, label_index AS position, {taken(LABEL, known, "label.")},
        {sections(known, "label.", named)}, {"'video'" if known.has("frames") else "'flat'"} AS container,
        selected = label_id AS is_selected,
        row_number() OVER (PARTITION BY line, project_id ORDER BY {made} DESC, label_index DESC) = 1
            AS is_latest, {TAIL} FROM label_lines"""


def objects(known: Known, *, staged: bool) -> str:
    """Return the query of `objects`: a join finds key frames a little faster, but takes the lines twice."""
    source, is_key_frame = "object_lines", "NULL::BOOLEAN"
    if known.has("key_frame_feature_map") and staged:
        is_key_frame = "coalesce(listed, false)"
        source = """(SELECT *, object.feature_id AS feature_id FROM object_lines) LEFT JOIN
            (SELECT label_id, feature_id, frame, true AS listed FROM key_frame_lines)
            USING (label_id, feature_id, frame)"""
    elif known.has("frames") and known.has("key_frame_feature_map"):
        is_key_frame = "coalesce(list_contains(key_frames[object.feature_id], frame), false)"
    return f"""SELECT {LABEL_KEYS}, {PLANE}, frame, position, {taken(OBJECT, known, "object.")},
        {is_key_frame} AS is_key_frame, 'px' AS coordinate_unit, {TAIL} FROM {source}"""


def classifications(known: Known) -> str:
    """Return the query of `classifications`: one level of questions after another."""
    columns = f"""{LABEL_KEYS}, {PLANE}, frame, NULL::BIGINT AS timestamp_ms, NULL::VARCHAR AS message_id,
        object_feature_id, parent AS parent_answer_feature_id, depth, position,
        {taken(QUESTION, known, "question.")}, answer_type, answer_position,
        {taken(ANSWER, known, "answer.", "answer_")}, path AS answer_path, {TAIL}"""
    return " UNION ALL ".join(f"SELECT {columns} FROM answers_{level}" for level in range(known.levels))


def sections(known: Known, item: str, names: tuple[str, ...]) -> str:
    """Return the column that lists which optional parts an item has."""
    parts = [f"CASE WHEN {item}{name} IS NOT NULL THEN '{name}' END" for name in names if known.has(name)]
    return f"list_filter([{', '.join(parts)}]::VARCHAR[], lambda name: name IS NOT NULL) AS sections"
