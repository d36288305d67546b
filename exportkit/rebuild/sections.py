"""Sections: everything of a line but its labels.

Takes the rows of one line, gives the line with its projects and model runs, whose labels are still missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from exportkit.json_text import on_one_line, read_json
from exportkit.rebuild.layouts import Layout
from exportkit.rebuild.leftovers import extra_of, merge, whole
from exportkit.rebuild.records import Record

__all__ = ["Holder", "line_without_labels"]

#: The rows of one line by table.
Records = Mapping[str, Sequence[Record]]
#: Which array holds a label: origin, project, experiment, model run.
Holder = tuple[str, str | None, str | None, str | None]

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
_RUN_COLUMNS = {"model_run_name": "name", "run_data_row_id": "run_data_row_id", "data_split": "split"}


def line_without_labels(records: Records) -> tuple[dict[str, Any], dict[Holder, dict[str, Any]]]:
    """Return the line, and for each array that labels may stand in the object that owns it."""
    (row,) = records["data_rows"]
    sections = row.get("sections", ())
    line = _DATA_ROW.fill(row)
    if "media_attributes" in row:
        line["media_attributes"] = merge(line.get("media_attributes", {}), read_json(row["media_attributes"]))
    for section, empty in _EMPTY.items():
        if section in sections:
            line.setdefault(section, empty())
    for section, table, item_of in (
        ("attachments", "attachments", _attachment),
        ("metadata_fields", "metadata", _metadata_field),
    ):
        if records[table]:
            line[section] = [item_of(one) for one in by_position(records[table])]
    if records["embeddings"]:
        line["embeddings"] = _embeddings(records["embeddings"])
    homes: dict[Holder, dict[str, Any]] = {}
    if records["projects"]:
        line["projects"] = _projects(records, homes)
    if records["model_runs"]:
        line["experiments"] = _experiments(records["model_runs"], homes)
    return merge(line, extra_of(row)), homes


def by_position(records: Sequence[Record]) -> list[Record]:
    """Return rows in the order of the array that they came from."""
    return sorted(records, key=lambda record: record["position"])


def _attachment(record: Record) -> Any:
    return whole(_ATTACHMENT.fill(record), extra_of(record))


def _metadata_field(record: Record) -> Any:
    field, extra = _METADATA.fill(record), extra_of(record)
    if "schema_name" in extra and "schema_name" in field:  # one that fits no column; the column is the other
        field["name"] = field.pop("schema_name")
    value = _metadata_value(record)
    if value is not None:
        field["value"] = value
    return whole(field, extra)


def _metadata_value(record: Record) -> Any:
    for name in ("value_string", "value_timestamp", "value_number"):
        if name in record:
            return record[name]
    if "value_json" not in record:
        return None
    options = record.get("value_options")
    return (
        _with_options(read_json(record["value_json"]), options)
        if options
        else on_one_line(record["value_json"])
    )


def _with_options(value: Any, options: Sequence[str]) -> Any:
    """Return an enum value whose options have the names that the column says."""
    if isinstance(value, list) and len(value) == len(options):
        for one, option in zip(value, options, strict=True):
            if isinstance(one, dict):
                one["schema_name" if "schema_name" in one else "name"] = option
    return value


def _embeddings(records: Sequence[Record]) -> list[Any]:
    built: dict[int, dict[str, Any]] = {}
    extras: dict[int, dict[str, Any]] = {}
    for record in sorted(records, key=lambda one: (one["position"], one.get("vector_position", -1))):
        at = record["position"]
        if at not in built:
            built[at] = _EMBEDDING.fill(record)
        if "vector_position" in record:
            vector = {"value": record["vector"]} if "vector" in record else {}
            built[at].setdefault("values", []).append(vector)
        extras[at] = extras.get(at, {}) | extra_of(record)
    return [whole(one, extras[at]) for at, one in built.items()]


def _projects(records: Records, homes: dict[Holder, dict[str, Any]]) -> dict[str, Any]:
    projects: dict[str, Any] = {}
    for record in records["projects"]:
        project = projects[record["project_id"]] = {**_PROJECT.fill(record), "labels": []}
        if "project_details" in record.get("sections", ()):
            project.setdefault("project_details", {})
        homes["project", record["project_id"], None, None] = project
    for record in by_position(records["workflow_history"]):
        if record["project_id"] in projects:
            details = projects[record["project_id"]].setdefault("project_details", {})
            details.setdefault("workflow_history", []).append(whole(_STEP.fill(record), extra_of(record)))
    for record in records["projects"]:
        merge(projects[record["project_id"]], extra_of(record))
    return projects


def _experiments(records: Sequence[Record], homes: dict[Holder, dict[str, Any]]) -> dict[str, Any]:
    experiments: dict[str, Any] = {}
    extras = [extra_of(record) for record in records]
    for record, extra in zip(records, extras, strict=True):
        experiment_id, run_id = record["experiment_id"], record.get("model_run_id")
        experiment = experiments.setdefault(experiment_id, {})
        if "experiment_name" in record:
            experiment.setdefault("name", record["experiment_name"])
        if run_id is not None:
            run = {key: record[column] for column, key in _RUN_COLUMNS.items() if column in record}
            if _has_both_splits(extra, run_id):
                run["data_split"] = run.pop("split", None)
            experiment.setdefault("runs", {})[run_id] = run
            for origin in ("model_run", "prediction"):
                homes[origin, None, experiment_id, run_id] = run
    for record, extra in zip(records, extras, strict=True):
        merge(experiments[record["experiment_id"]], extra)
    return experiments


def _has_both_splits(extra: Mapping[str, Any], run_id: str) -> bool:
    """Return whether a run's ``split`` stands in its leftovers, so that the column is its ``data_split``."""
    runs = extra.get("runs")
    run = runs.get(run_id) if isinstance(runs, dict) else None
    return isinstance(run, dict) and "split" in run
