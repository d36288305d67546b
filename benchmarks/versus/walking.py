"""A plain walk over parsed lines: takes a line, gives rows by table.

This is what a script for one export looks like. Rows are dictionaries of the columns that the line fills.
Fields without a column are dropped; `sections`, `is_latest`, `is_selected` and byte offsets are not
computed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["Rows", "walk"]

Json = dict[str, Any]
Rows = dict[str, list[Json]]

HEADER = ("feature_id", "feature_schema_id", "name", "value")


def walk(line: Json, number: int, rows: Rows) -> None:
    """Append the rows of one line to `rows`."""
    data_row, media = line["data_row"], line.get("media_attributes") or {}
    details = data_row.get("details") or {}
    keys = {"data_row_id": data_row["id"], "line": number, "export_id": "export"}
    rows["data_rows"].append(
        {
            **keys,
            **picked(data_row, "global_key", "external_id", "row_data"),
            **picked(
                details,
                "dataset_id",
                "dataset_name",
                "created_at",
                "updated_at",
                "last_activity_at",
                "created_by",
            ),
            **picked(
                media, "asset_type", "mime_type", "width", "height", "frame_rate", "frame_count", "duration"
            ),
            "exif_rotation": media.get("exif_rotation") and int(media["exif_rotation"]),
            "media_type": media.get("asset_type"),
            "export_version": "v2",
            "source_uri": "export.ndjson",
        }
    )
    for position, item in enumerate(line.get("attachments") or ()):
        row = {**keys, "position": position, "attachment_id": item.get("id")}
        rows["attachments"].append(row | picked(item, "type", "name", "value"))
    for position, item in enumerate(line.get("embeddings") or ()):
        for vector_position, vector in enumerate(item["values"]):
            row = {
                **keys,
                "position": position,
                "vector_position": vector_position,
                "embedding_id": item["id"],
            }
            row["vector"] = vector["value"]
            rows["embeddings"].append(row | picked(item, "name", "dimensions", "is_custom"))
    label_index = 0
    for project_id, project in (line.get("projects") or {}).items():
        keys["project_id"] = project_id
        walk_project(project, keys, rows)
        for position, label in enumerate(project["labels"]):
            walk_label(label, {**keys, "label_index": label_index, "position": position}, rows)
            label_index += 1


def walk_project(project: Json, keys: Json, rows: Rows) -> None:
    """Append the rows of one project, without its labels."""
    details = project.get("project_details") or {}
    rows["projects"].append(
        {
            **keys,
            "project_name": project["name"],
            **picked(
                details, "ontology_id", "task_id", "task_name", "batch_id", "batch_name", "workflow_status"
            ),
            **picked(details, "priority", "selected_label_id", "consensus_expected_label_count"),
        }
    )
    for position, step in enumerate(details.get("workflow_history") or ()):
        rows["workflow_history"].append({**keys, "position": position, **step})


def walk_label(label: Json, keys: Json, rows: Rows) -> None:
    """Append a label and all that is below it."""
    annotations = label["annotations"]
    made, first = label.get("label_details") or {}, label.get("performance_details") or {}
    second = label.get("performance_details_v2") or {}
    keys |= {"label_id": label["id"], "origin": "project"}
    rows["labels"].append(
        {
            **keys,
            **picked(label, "label_kind", "version", "z_order"),
            **picked(made, "created_at", "updated_at", "content_last_updated_at", "created_by"),
            **picked(first, "seconds_to_create", "seconds_to_review", "skipped", "benchmark_reference_label"),
            **picked(first, "benchmark_score", "consensus_score"),
            **picked(second, "seconds_to_label", "seconds_to_rework", "seconds_total"),
            "container": "video" if "frames" in annotations else "flat",
        }
    )
    del keys["position"]
    key_frames = annotations.get("key_frame_feature_map") or {}
    walk_features(annotations, annotations.get("objects") or (), {**keys, "frame": None}, {}, rows)
    for frame, entry in (annotations.get("frames") or {}).items():
        walk_features(entry, entry["objects"].values(), {**keys, "frame": int(frame)}, key_frames, rows)
    for position, item in enumerate(annotations.get("relationships") or ()):
        ends = item.get("unidirectional_relationship") or {}
        row = {**keys, "position": position, "source_feature_id": ends.get("source")}
        row["target_feature_id"] = ends.get("target")
        rows["relationships"].append(row | picked(item, *HEADER, "annotation_kind"))
    for feature_id, spans in (annotations.get("segments") or {}).items():
        rows["segments"] += [
            {
                **keys,
                "feature_id": feature_id,
                "position": position,
                "span_start": start,
                "span_end": end,
                "unit": "frame",
            }
            for position, (start, end) in enumerate(spans)
        ]
    for feature_id, frames in key_frames.items():
        rows["key_frames"] += [
            {**keys, "feature_id": feature_id, "frame": int(frame), "is_key_frame": True} for frame in frames
        ]


def walk_features(parent: Json, objects: Any, keys: Json, key_frames: Json, rows: Rows) -> None:
    """Append objects and classifications of a label or of a frame."""
    frame = keys["frame"]
    for position, item in enumerate(objects):
        feature_id = item["feature_id"]
        row = {**keys, "position": position, **picked(item, *HEADER, "annotation_kind", "confidence")}
        row |= geometry(item)
        if feature_id in key_frames:
            row["is_key_frame"] = frame in key_frames[feature_id]
        rows["objects"].append(row)
        walk_questions(item.get("classifications"), keys, (feature_id, None, 0, []), rows)
    walk_questions(parent.get("classifications"), keys, (None, None, 0, []), rows)


def geometry(item: Json) -> Json:
    """Return the geometry columns of an object."""
    row: Json = {}
    if box := item.get("bounding_box"):
        row = {f"bbox_{name}": box[name] for name in ("left", "top", "width", "height")}
    if point := item.get("point"):
        row |= {"point_x": point["x"], "point_y": point["y"]}
    if vertices := item.get("polygon") or item.get("line"):
        row["vertices"] = vertices
    if location := item.get("location"):
        row |= {f"text_{name}": location.get(name) for name in ("start", "end", "token")}
    if mask := item.get("mask"):
        row["mask_url"] = mask.get("url")
    if composite := item.get("composite_mask"):
        row |= {
            "composite_mask_url": composite.get("url"),
            "composite_mask_color": composite.get("color_rgb"),
        }
    return row | picked(item, "page_number")


def walk_questions(
    questions: list[Json] | None, keys: Json, above: tuple[str | None, str | None, int, list[str]], rows: Rows
) -> None:
    """Append the answers of questions and of the questions nested in them."""
    object_id, parent, depth, path = above
    for position, question in enumerate(questions or ()):
        row = {**keys, "object_feature_id": object_id, "parent_answer_feature_id": parent, "depth": depth}
        row |= {"position": position, **picked(question, *HEADER)}
        for answer_position, (kind, answer) in enumerate(answers(question)):
            names = [*path, question["name"], *([answer["name"]] if "name" in answer else [])]
            answered = {f"answer_{name}": answer.get(name) for name in HEADER}
            answered |= {"answer_position": answer_position if kind else None, "answer_type": kind}
            rows["classifications"].append(
                row | answered | {"text": answer.get("content"), "answer_path": names}
            )
            below = (object_id, answer.get("feature_id") or question["feature_id"], depth + 1, names)
            walk_questions(answer.get("classifications"), keys, below, rows)


def answers(question: Json) -> Iterator[tuple[str | None, Json]]:
    """Give type and answer of every answer; one without type where there is none."""
    if "radio_answer" in question:
        yield "radio", question["radio_answer"]
    elif "text_answer" in question:
        yield "text", question["text_answer"]
    elif question.get("checklist_answers"):
        yield from (("checklist", answer) for answer in question["checklist_answers"])
    else:
        yield None, {}


def picked(item: Json, *names: str) -> Json:
    """Return the named fields of an object."""
    return {name: item.get(name) for name in names}
