"""The tables as DuckDB makes them: takes the staged lines, gives a query for each table.

Every query reads the view `lines` (the typed columns and `line`) or the views over it.
"""

from __future__ import annotations

from benchmarks.versus.duckdb_schema import ANSWER_LEVELS

__all__ = ["QUERIES", "VIEWS"]

HEADER = ("feature_id", "feature_schema_id", "name", "value")
LABEL_KEYS = "data_row_id, project_id, label_id, label_index, 'project' AS origin"
LABEL_IDS = "line, data_row_id, project_id, label.id AS label_id, label_index"
TAIL = "'export' AS export_id, line"


def header(of: str, prefix: str = "") -> str:
    """Return the four fields that features begin with."""
    return ", ".join(f"{of}.{name} AS {prefix}{name}" for name in HEADER)


def each(items: str, name: str, position: str = "position") -> str:
    """Return select items that give one row an item, with its position from 0."""
    return f"unnest({items}) AS {name}, (generate_subscripts({items}, 1) - 1)::INTEGER AS {position}"


VIEWS = [
    """CREATE TEMP VIEW project_lines AS
       SELECT line, data_row.id AS data_row_id, unnest(map_entries(projects)) AS project FROM lines""",
    f"""CREATE TEMP VIEW label_lines AS
       SELECT line, data_row_id, project.key AS project_id,
              project.value.project_details.selected_label_id AS selected,
              {each("project.value.labels", "label", "label_index")} FROM project_lines""",
    f"""CREATE TEMP VIEW frame_lines AS
       SELECT {LABEL_IDS}, label.annotations.key_frame_feature_map AS key_frames,
              unnest(map_entries(label.annotations.frames)) AS frame FROM label_lines""",
    f"""CREATE TEMP VIEW flat_objects AS
       SELECT {LABEL_IDS}, NULL::BIGINT AS frame, NULL::BOOLEAN AS is_key_frame,
              {each("label.annotations.objects", "object")} FROM label_lines""",
    f"""CREATE TEMP VIEW frame_objects AS
       SELECT line, data_row_id, project_id, label_id, label_index, frame.key AS frame,
              {each("map_values(frame.value.objects)", "object")} FROM frame_lines""",
]
