"""Whole lines: all rows of one line, from all tables, as the line that they were made from.

Takes rows by table; gives the line. A row whose parent is not in the lake is left out and counted. A long
line (`exportkit.rebuild.long_lines`) takes from here everything but its labels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from exportkit.json_text import on_one_line, read_json
from exportkit.rebuild.annotations import TABLES_BELOW, label_of
from exportkit.rebuild.source_objects import Layout, extra_of, merge, whole
from exportkit.rebuild.table_rows import TableRow, by_position

__all__ = ["LabelArray", "array_key", "array_of_label", "line_of", "line_without_labels"]

#: The rows of one line by table.
TableRows = Mapping[str, Sequence[TableRow]]
#: The array that holds a label: its origin, project, experiment and model run.
LabelArray = tuple[str, str | None, str | None, str | None]

_EMPTY: dict[str, Callable[[], Any]] = {
    "media_attributes": dict,
    "attachments": list,
    "metadata_fields": list,
    "embeddings": list,
    "projects": dict,
    "experiments": dict,
}
_DATA_ROW = Layout("data_rows", without={"media_attributes"})
_ATTACHMENT = Layout("attachments")
_METADATA = Layout(
    "metadata", without={"value_string", "value_number", "value_timestamp", "value_options", "value_json"}
)
_EMBEDDING = Layout("embeddings", without={"vector"})
_PROJECT = Layout("projects")
_STEP = Layout("workflow_history")
_MODEL_RUN_COLUMNS = {"model_run_name": "name", "run_data_row_id": "run_data_row_id", "data_split": "split"}


def line_of(tables: TableRows) -> tuple[dict[str, Any], int]:
    """Return a line, and the number of its rows that are left out because their parent is missing.

    Parameters
    ----------
    tables : mapping of str to sequence of dict
        The rows of the line in every table; ``data_rows`` has exactly one.
    """
    line, owners = line_without_labels(tables)
    below = {table: _by_label(tables[table]) for table in TABLES_BELOW}
    left_out = 0
    arrays: dict[LabelArray, list[Any]] = {}
    for label in by_position(tables["labels"]):
        rows = {table: found.pop(label["label_index"], ()) for table, found in below.items()}
        array = array_of_label(label)
        if array in owners:
            built, orphans = label_of(label, rows)
            arrays.setdefault(array, []).append(built)
            left_out += orphans
        else:
            left_out += 1 + sum(map(len, rows.values()))
    for array, labels in arrays.items():
        owners[array][array_key(array)] = labels
    return line, left_out + sum(len(rows) for found in below.values() for rows in found.values())


def _by_label(rows: Iterable[TableRow]) -> dict[int, list[TableRow]]:
    """Return rows by the index of their label."""
    found: dict[int, list[TableRow]] = defaultdict(list)
    for row in rows:
        found[row["label_index"]].append(row)
    return found


def array_of_label(label: TableRow) -> LabelArray:
    """Return the array that a label stands in."""
    return label["origin"], label.get("project_id"), label.get("experiment_id"), label.get("model_run_id")


def array_key(array: LabelArray) -> str:
    """Return the key of an array of labels in the object that owns it."""
    return "predictions" if array[0] == "prediction" else "labels"


def line_without_labels(tables: TableRows) -> tuple[dict[str, Any], dict[LabelArray, dict[str, Any]]]:
    """Return the line, and by array of labels the project or model run that owns it."""
    (row,) = tables["data_rows"]
    sections = row.get("sections", ())
    line = _DATA_ROW.fill(row)
    if "media_attributes" in row:
        line["media_attributes"] = merge(line.get("media_attributes", {}), read_json(row["media_attributes"]))
    for section, empty in _EMPTY.items():
        if section in sections:
            line.setdefault(section, empty())
    if tables["attachments"]:
        rows = by_position(tables["attachments"])
        line["attachments"] = [whole(_ATTACHMENT.fill(one), extra_of(one)) for one in rows]
    if tables["metadata"]:
        line["metadata_fields"] = [_metadata_field(one) for one in by_position(tables["metadata"])]
    if tables["embeddings"]:
        line["embeddings"] = _embeddings(tables["embeddings"])
    owners: dict[LabelArray, dict[str, Any]] = {}
    if tables["projects"]:
        line["projects"] = _projects(tables, owners)
    if tables["model_runs"]:
        line["experiments"] = _experiments(tables["model_runs"], owners)
    return merge(line, extra_of(row)), owners


def _metadata_field(row: TableRow) -> Any:
    field, extra = _METADATA.fill(row), extra_of(row)
    if "schema_name" in extra and "schema_name" in field:  # it fits no column; the column holds `name`
        field["name"] = field.pop("schema_name")
    value = _metadata_value(row)
    if value is not None:
        field["value"] = value
    return whole(field, extra)


def _metadata_value(row: TableRow) -> Any:
    for name in ("value_string", "value_timestamp", "value_number"):
        if name in row:
            return row[name]
    if "value_json" not in row:
        return None
    options = row.get("value_options")
    return _with_options(read_json(row["value_json"]), options) if options else on_one_line(row["value_json"])


def _with_options(value: Any, options: Sequence[str]) -> Any:
    """Return an enum value whose options have the names of the column ``value_options``."""
    if isinstance(value, list) and len(value) == len(options):
        for one, option in zip(value, options, strict=True):
            if isinstance(one, dict):
                one["schema_name" if "schema_name" in one else "name"] = option
    return value


def _embeddings(rows: Sequence[TableRow]) -> list[Any]:
    built: dict[int, dict[str, Any]] = {}
    extras: dict[int, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda one: (one["position"], one.get("vector_position", -1))):
        at = row["position"]
        if at not in built:
            built[at] = _EMBEDDING.fill(row)
        if "vector_position" in row:
            vector = {"value": row["vector"]} if "vector" in row else {}
            built[at].setdefault("values", []).append(vector)
        extras[at] = extras.get(at, {}) | extra_of(row)
    return [whole(one, extras[at]) for at, one in built.items()]


def _projects(tables: TableRows, owners: dict[LabelArray, dict[str, Any]]) -> dict[str, Any]:
    projects: dict[str, Any] = {}
    for row in tables["projects"]:
        project = projects[row["project_id"]] = {**_PROJECT.fill(row), "labels": []}
        if "project_details" in row.get("sections", ()):
            project.setdefault("project_details", {})
        owners["project", row["project_id"], None, None] = project
    for row in by_position(tables["workflow_history"]):
        if row["project_id"] in projects:
            details = projects[row["project_id"]].setdefault("project_details", {})
            details.setdefault("workflow_history", []).append(whole(_STEP.fill(row), extra_of(row)))
    for row in tables["projects"]:
        merge(projects[row["project_id"]], extra_of(row))
    return projects


def _experiments(rows: Sequence[TableRow], owners: dict[LabelArray, dict[str, Any]]) -> dict[str, Any]:
    experiments: dict[str, Any] = {}
    extras = [extra_of(row) for row in rows]
    for row, extra in zip(rows, extras, strict=True):
        experiment_id, run_id = row["experiment_id"], row.get("model_run_id")
        experiment = experiments.setdefault(experiment_id, {})
        if "experiment_name" in row:
            experiment.setdefault("name", row["experiment_name"])
        if run_id is not None:
            run = {key: row[column] for column, key in _MODEL_RUN_COLUMNS.items() if column in row}
            if _has_both_splits(extra, run_id):
                run["data_split"] = run.pop("split", None)
            experiment.setdefault("runs", {})[run_id] = run
            for origin in ("model_run", "prediction"):
                owners[origin, None, experiment_id, run_id] = run
    for row, extra in zip(rows, extras, strict=True):
        merge(experiments[row["experiment_id"]], extra)
    return experiments


def _has_both_splits(extra: Mapping[str, Any], run_id: str) -> bool:
    """Return whether `extra` holds the model run's ``split``, so that the column is its ``data_split``."""
    runs = extra.get("runs")
    run = runs.get(run_id) if isinstance(runs, dict) else None
    return isinstance(run, dict) and "split" in run
