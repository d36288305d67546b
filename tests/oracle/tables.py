"""The slow reading: takes one line of an export, gives the rows of all fourteen tables.

Plain Python over `json`, written from the data dictionary and from exports without looking at the product:
where both agree, two independent readings of one contract agree. Speed is of no interest here.
"""

from __future__ import annotations

import json
from typing import Any

from oracle.columns import Tables, empty_tables, make_row
from oracle.fits import MISFIT, Fit, anything, exif, flag, instant, int32, int64, number, numbers, text
from oracle.labels import Owner, label_rows
from oracle.leftover import JsonObject, Leftover, merged
from oracle.media import media_type_of

__all__ = ["tables_of", "tables_of_export"]

SECTIONS = ("media_attributes", "attachments", "metadata_fields", "embeddings", "projects", "experiments")
MEDIA_COLUMNS: dict[str, Fit] = {
    "asset_type": text, "mime_type": text, "width": int64, "height": int64, "frame_rate": number,
    "frame_count": int64, "duration": number, "exif_rotation": exif, "text_layer_url": text,
}  # fmt: skip
DETAILS: dict[str, Fit] = {
    "dataset_id": text, "dataset_name": text, "created_at": instant, "updated_at": instant,
    "last_activity_at": instant, "created_by": text,
}  # fmt: skip
PROJECT_DETAILS: dict[str, Fit] = {
    "ontology_id": text, "task_id": text, "task_name": text, "batch_id": text, "batch_name": text,
    "workflow_status": text, "priority": int64, "selected_label_id": text,
    "consensus_expected_label_count": int64,
}  # fmt: skip
WORKFLOW: dict[str, Fit] = {
    "action": text, "created_at": instant, "created_by": text, "previous_task_id": text,
    "previous_task_name": text, "next_task_id": text, "next_task_name": text,
}  # fmt: skip
BLANK = b" \t\r\n"


def tables_of(
    line_bytes_or_dict: bytes | JsonObject,
    *,
    line: int,
    byte_offset: int | None,
    byte_length: int | None,
    export_id: str,
    source_uri: str,
) -> Tables:
    """Return the rows of every table for one line, JSON columns as parsed values, instants as UTC datetimes.

    A line that cannot become rows gives one row of ``rejects``; a blank one gives no rows at all.
    """
    given = line_bytes_or_dict
    tables = empty_tables()
    if isinstance(given, bytes) and not given.strip(BLANK):
        return tables
    place = {"source_uri": source_uri, "byte_offset": byte_offset, "byte_length": byte_length}
    common = {"export_id": export_id, "line": line}
    parsed = _parse(json.dumps(given).encode() if isinstance(given, dict) else given)
    data_row = parsed.get("data_row") if isinstance(parsed, dict) else None
    if not isinstance(data_row, dict) or text(data_row.get("id") or None) is MISFIT or _is_error(parsed):
        raw = given if isinstance(given, bytes) else None
        columns = {"error": "DecodeError", "raw": raw, "data_row_id": _shown_id(parsed)}
        if isinstance(parsed, dict) and _is_error(parsed):
            columns["reason"] = _reason(parsed, data_row)
        tables["rejects"].append(make_row("rejects", place, common, columns))
        return tables
    media = media_type_of(parsed)
    common["data_row_id"] = data_row.pop("id")
    left = Leftover(parsed)
    row = make_row("data_rows", place, common, _data_row(left), {"media_type": media, "export_version": "v2"})
    _attachments(left, common, tables)
    _metadata(left, common, tables)
    _embeddings(left, common, tables)
    _projects(left, common, tables)
    _experiments(left, common, tables)
    row["extra"] = left.rest()
    tables["data_rows"].append(row)
    return tables


def tables_of_export(data: bytes, *, export_id: str, source_uri: str) -> Tables:
    """Return the rows of a whole NDJSON export: physical lines, ended by a newline with or without return."""
    tables = empty_tables()
    offset = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    for number_of_line, ended in enumerate(data[offset:].split(b"\n"), 1):
        whole = ended.removesuffix(b"\r")
        place = {"line": number_of_line, "byte_offset": offset, "byte_length": len(whole)}
        for table, rows in tables_of(whole, **place, export_id=export_id, source_uri=source_uri).items():
            tables[table] += rows
        offset += len(ended) + 1
    return tables


def _parse(line: bytes) -> Any:
    """Return the line's JSON; None when it is broken, or holds what only Python calls a number."""

    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        return json.loads(line.decode("utf-8"), parse_constant=refuse)
    except ValueError:
        return None


def _is_error(parsed: JsonObject) -> bool:
    """Whether a line is of the platform's error stream: an error, and no section of a data row."""
    has_error = any(parsed.get(key) is not None for key in ("error", "errors"))
    return has_error and all(parsed.get(section) is None for section in SECTIONS)


def _shown_id(parsed: Any) -> str | None:
    """Return the data row id that a refused line shows."""
    line = parsed if isinstance(parsed, dict) else {}
    data_row = line.get("data_row")
    shown = (line.get("data_row_id"), data_row.get("id") if isinstance(data_row, dict) else None)
    return next((one for one in shown if text(one) is not MISFIT), None)


def _reason(parsed: JsonObject, data_row: Any) -> str | None:
    """Return what the platform says in an entry of its error stream, which names its data row."""
    has_id = isinstance(data_row, dict) and text(data_row.get("id") or None) is not MISFIT
    if not has_id and not isinstance(parsed.get("data_row_id"), str):
        return None
    reason = next(parsed[key] for key in ("error", "errors") if parsed.get(key) is not None)
    return (
        reason if isinstance(reason, str) else json.dumps(reason, separators=(",", ":"), ensure_ascii=False)
    )


def _data_row(left: Leftover) -> JsonObject:
    sections = [section for section in SECTIONS if left.has(section)]
    data_row, media = left.inside("data_row"), left.inside("media_attributes")
    details = data_row.inside("details")
    columns: JsonObject = {
        key: data_row.take(key, text) for key in ("global_key", "external_id", "row_data", "data_split")
    }
    columns |= {key: details.take(key, fit) for key, fit in DETAILS.items()}
    columns |= {key: media.take(key, fit) for key, fit in MEDIA_COLUMNS.items()}
    unknown = {key: media.tree.pop(key) for key in list(media.tree) if key not in MEDIA_COLUMNS}
    return {**columns, "media_attributes": Leftover(unknown).rest(), "sections": sections}


def _attachments(left: Leftover, common: JsonObject, tables: Tables) -> None:
    for position, item in left.items("attachments"):
        field = Leftover(item)
        columns = {key: field.take(key, text) for key in ("type", "name", "value")}
        columns |= {"position": position, "attachment_id": field.take("id", text), "extra": field.rest()}
        tables["attachments"].append(make_row("attachments", common, columns))


def _metadata(left: Leftover, common: JsonObject, tables: Tables) -> None:
    for position, item in left.items("metadata_fields"):
        field = Leftover(item)
        columns = {key: field.take(key, text) for key in ("schema_id", "schema_name", "schema_kind")}
        if columns["schema_name"] is None:
            columns["schema_name"] = field.take("name", text)
        columns |= _value(field.take("value", anything), columns["schema_kind"] or "")
        columns |= {"position": position, "extra": field.rest()}
        tables["metadata"].append(make_row("metadata", common, columns))


def _value(value: Any, kind: str) -> JsonObject:
    """Return the typed columns of a metadata value."""
    if isinstance(value, str):
        if kind == "CustomMetadataDateTime" and instant(value) is not MISFIT:
            return {"value_timestamp": instant(value)}
        return {
            "value_string": value,
            "value_options": [value] if kind.startswith("CustomMetadataEnum") else None,
        }
    if number(value) is not MISFIT:
        return {"value_number": number(value)}
    options = [_option_name(item) for item in value] if isinstance(value, list) else [None]
    return {"value_options": None if None in options else options, "value_json": value}


def _option_name(option: Any) -> str | None:
    names = [option.get(key) for key in ("schema_name", "name")] if isinstance(option, dict) else []
    return next((name for name in names if isinstance(name, str)), None)


def _embeddings(left: Leftover, common: JsonObject, tables: Tables) -> None:
    for position, item in left.items("embeddings"):
        field = Leftover(item)
        columns: JsonObject = {"position": position, "embedding_id": field.take("id", text)}
        columns |= {"name": field.take("name", text), "dimensions": field.take("dimensions", int32)}
        columns["is_custom"] = field.take("is_custom", flag)
        vectors: list[JsonObject] = []
        leftovers: JsonObject = {}
        for index, value in field.items("values"):
            entry = Leftover(value)
            vectors.append({"vector_position": index, "vector": entry.take("value", numbers)})
            leftovers[str(index)] = value["$value"] if "$value" in value else entry.rest()
        rest = merged(field.rest(), Leftover({"values": leftovers}).rest())
        for vector in vectors or [{}]:
            tables["embeddings"].append(make_row("embeddings", common, columns, vector, {"extra": rest}))
            rest = None


def _projects(left: Leftover, common: JsonObject, tables: Tables) -> None:
    for _, project_id, project in left.entries("projects"):
        field = Leftover(project)
        keys = {**common, "project_id": project_id}
        details = field.inside("project_details")
        columns = {key: details.take(key, fit) for key, fit in PROJECT_DETAILS.items()}
        columns |= {
            "project_name": field.take("name", text),
            "project_tags": field.take("project_tags", anything),
        }
        columns["sections"] = ["project_details"] if field.has("project_details") else []
        for position, item in details.items("workflow_history"):
            step = Leftover(item)
            taken = {key: step.take(key, fit) for key, fit in WORKFLOW.items()}
            taken |= {"position": position, "extra": step.rest()}
            tables["workflow_history"].append(make_row("workflow_history", keys, taken))
        owner = Owner(
            origin="project", project_id=project_id, selected_label_id=columns["selected_label_id"], **common
        )
        _labels(owner, field.items("labels"), tables)
        tables["projects"].append(make_row("projects", keys, columns, {"extra": field.rest()}))


def _experiments(left: Leftover, common: JsonObject, tables: Tables) -> None:
    for _, experiment_id, experiment in left.entries("experiments"):
        field = Leftover(experiment)
        keys = {**common, "experiment_id": experiment_id, "experiment_name": field.take("name", text)}
        rows = []
        for _, run_id, item in field.entries("runs"):
            run = Leftover(item)
            split = run.take("data_split", text)
            columns = {
                "model_run_id": run_id,
                "model_run_name": run.take("name", text),
                "run_data_row_id": run.take("run_data_row_id", text),
                "data_split": split if split is not None else run.take("split", text),
            }
            for key, origin in (("labels", "model_run"), ("predictions", "prediction")):
                owner = Owner(origin=origin, experiment_id=experiment_id, model_run_id=run_id, **common)
                _labels(owner, run.items(key), tables)
            rest = run.rest()
            columns["extra"] = {"runs": {run_id: rest}} if rest else None
            rows.append(make_row("model_runs", keys, columns))
        rows = rows or [make_row("model_runs", keys)]
        rows[0]["extra"] = merged(field.rest(), rows[0]["extra"])
        tables["model_runs"] += rows


def _labels(owner: Owner, labels: list[tuple[int, JsonObject]], tables: Tables) -> None:
    for table, row in label_rows(owner, labels, len(tables["labels"])):
        tables[table].append(row)
