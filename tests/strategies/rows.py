"""Rows: gives strategies for whole Export V2 rows that the format catalogue covers, as dictionaries.

Every optional section comes and goes, spellings vary, several projects and model runs meet. What these rows
hold has a column: `extra` and `payload` stay null. For rows that break the catalogue see
``strategies.mutations``.
"""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from strategies.annotations import annotations_of
from strategies.choices import INSTANTS, Choices, JsonObject, choices

__all__ = ["MEDIA", "SHAPES", "catalog_rows", "model_run_rows", "project_rows", "row_of", "rows"]

#: Media attributes by kind of row.
MEDIA: dict[str, JsonObject] = {
    "image": {"asset_type": "image", "mime_type": "image/png"},
    "video": {"asset_type": "video", "mime_type": "video/mp4"},
    "text": {"asset_type": "text", "mime_type": "text/plain"},
    "document": {"asset_type": "pdf", "mime_type": "application/pdf"},
    "audio": {"asset_type": "audio", "mime_type": "audio/wav"},
    "html": {"asset_type": "html", "mime_type": "text/html"},
    "dicom": {"asset_type": "dicom", "mime_type": "application/dicom"},
    "geospatial": {"asset_type": "tms_geo", "mime_type": "application/x-tms-geo"},
    "conversational": {
        "asset_type": "conversational",
        "mime_type": "application/vnd.labelbox.conversational",
    },
    "multimodal_chat": {
        "asset_type": "conversational",
        "mime_type": "application/vnd.labelbox.conversational.model-chat-evaluation",
    },
    "preference": {"asset_type": "llm", "mime_type": "application/vnd.labelbox.conversational"},
    "prompt_response": {"asset_type": "text", "mime_type": "text/plain"},
}
#: Shapes of exports, the commonest twice.
SHAPES = ("project", "project", "catalog", "model_run")
METADATA_KINDS = ("String", "Number", "DateTime", "Enum")
TILES = json.dumps({"tile_layer_url": "https://example.org/{z}/{x}/{y}.png", "min_zoom": 1})


def rows(media: str | None = None) -> st.SearchStrategy[JsonObject]:
    """Give rows of project, catalog and model-run exports, of any media type or of `media`."""
    return choices().map(lambda pick: row_of(pick, media, pick.one_of(SHAPES)))


def project_rows(media: str | None = None) -> st.SearchStrategy[JsonObject]:
    """Give rows of a project export: exactly one project."""
    return choices().map(lambda pick: row_of(pick, media, "project"))


def catalog_rows(media: str | None = None) -> st.SearchStrategy[JsonObject]:
    """Give rows of a catalog export: none to three projects, and model runs."""
    return choices().map(lambda pick: row_of(pick, media, "catalog"))


def model_run_rows(media: str | None = None) -> st.SearchStrategy[JsonObject]:
    """Give rows of a model-run export: experiments, no projects."""
    return choices().map(lambda pick: row_of(pick, media, "model_run"))


def row_of(pick: Choices, media: str | None, shape: str) -> JsonObject:
    """Return the row that the choices of `pick` make: of a media type or any, in the shape of an export."""
    kind = pick.one_of(MEDIA) if media is None else media
    row: JsonObject = {"data_row": _data_row(pick), "media_attributes": _media_attributes(pick, kind)}
    if shape == "project":
        row["projects"] = {pick.id(): _project(pick, kind)}
    elif shape == "catalog":
        row["projects"] = {pick.id(): _project(pick, kind) for _ in pick.several(pick.id)}
    if shape == "model_run" or (shape == "catalog" and pick.yes()):
        row["experiments"] = {pick.id(): _experiment(pick, kind) for _ in pick.several(pick.id)}
    return row | pick.some(
        attachments=lambda: pick.several(lambda: _attachment(pick)),
        metadata_fields=lambda: pick.several(lambda: _metadata(pick)),
        embeddings=lambda: pick.several(lambda: _embedding(pick)),
    )


def _data_row(pick: Choices) -> JsonObject:
    contents = ("https://storage.labelbox.com/x?Expires=1&KeyName=k&Signature=s", "inline text", TILES)
    details = lambda: pick.some(  # noqa: E731  # built only when the section is there
        dataset_id=pick.id,
        dataset_name=pick.name,
        created_at=pick.instant,
        updated_at=pick.instant,
        last_activity_at=pick.instant,
        created_by="annotator@example.org",
    )
    return {
        "id": pick.id(),
        **pick.some(global_key=pick.name, external_id=pick.name),
        "row_data": pick.one_of(contents),
        **pick.some(details=details),
        **(pick.some(data_split="train") if pick.of_old_export else {}),
    }


def _media_attributes(pick: Choices, kind: str) -> JsonObject:
    attributes = dict(MEDIA[kind])
    if pick.yes():
        del attributes["asset_type"]
    if kind in ("image", "video", "dicom"):
        attributes |= pick.some(height=pick.count, width=pick.count)
    if kind == "image":
        attributes |= pick.some(exif_rotation=pick.one_of((1, "1", 6, "8")))
    if kind in ("video", "audio"):
        attributes |= pick.some(frame_rate=pick.number, frame_count=pick.count, duration=pick.number)
    if kind == "document":
        attributes |= pick.some(text_layer_url="https://example.org/tl.json?Signature=s")
    if kind == "conversational":
        attributes |= pick.some(message_count=3)
    if pick.of_old_export:
        attributes |= pick.some(content_length=5_000, sub_type="png", super_type="image")
    return attributes


def _attachment(pick: Choices) -> JsonObject:
    fields = {"type": pick.one_of(("IMAGE", "RAW_TEXT")), "value": pick.text()}
    return fields | pick.some(name=pick.name, id=pick.id)


def _metadata(pick: Choices) -> JsonObject:
    kind = pick.one_of(METADATA_KINDS)
    value: Any = pick.text()
    if kind == "Number":
        value = pick.number()
    elif kind == "DateTime":
        value = pick.instant()
    elif kind == "Enum" and pick.yes():
        option_kind = "CustomMetadataEnumOption"
        value = pick.several(
            lambda: {"schema_id": pick.id(), "schema_name": pick.name(), "schema_kind": option_kind}
        )
    name = pick.one_of(("schema_name", "name"))
    return {"schema_id": pick.id(), name: pick.name(), "schema_kind": f"CustomMetadata{kind}", "value": value}


def _embedding(pick: Choices) -> JsonObject:
    vectors = pick.several(lambda: {"value": [0.5, pick.number(), 1]})
    fields = {"id": pick.id(), "name": pick.name(), "dimensions": 3, "is_custom": pick.yes()}
    return fields | {"values": vectors}


def _project(pick: Choices, kind: str) -> JsonObject:
    details = pick.yes()
    labels = pick.several(lambda: _label(pick, kind, details=details))
    project = {"name": pick.name(), "labels": labels}
    return project | pick.some(
        project_details=lambda: _project_details(pick, labels),
        project_tags=lambda: pick.several(lambda: _tag(pick)),
    )


def _project_details(pick: Choices, labels: list[JsonObject]) -> JsonObject:
    details = pick.some(
        ontology_id=pick.id, task_id=pick.id, task_name=pick.name, batch_id=pick.id, batch_name=pick.name,
        workflow_status=pick.one_of(("TO_LABEL", "DONE")), priority=pick.count,
        consensus_expected_label_count=2,
        workflow_history=lambda: pick.several(lambda: _step(pick)),
    )  # fmt: skip
    if labels and pick.yes():
        details["selected_label_id"] = labels[-1]["id"]
    return details


def _tag(pick: Choices) -> JsonObject:
    return {
        "id": pick.id(), "organization_id": pick.id(), "text": pick.name(), "color": "FFAEA9",
        "created_at": INSTANTS[0], "updated_at": INSTANTS[1], "created_by_id": pick.id(), "type": "Default",
    }  # fmt: skip


def _step(pick: Choices) -> JsonObject:
    step = {"action": pick.one_of(("Move", "Approve", "Reject")), "created_at": pick.instant()}
    return step | pick.some(
        created_by="reviewer@example.org", previous_task_name=pick.name, previous_task_id=pick.id,
        next_task_name=pick.name, next_task_id=pick.id,
    )  # fmt: skip


def _label(pick: Choices, kind: str, *, details: bool = False, predicted: bool = False) -> JsonObject:
    label: JsonObject = {
        "label_kind": "Video" if kind == "video" else "Default",
        "version": "1.0.0",
        "id": pick.id(),
    }
    if details:
        label["label_details"] = {
            "created_at": pick.instant(),
            "updated_at": pick.instant(),
            "reviews": pick.several(lambda: _review(pick)),
        }
        label["label_details"] |= pick.some(created_by="a@example.org", content_last_updated_at=pick.instant)
        label |= _performance(pick)
    label["annotations"] = annotations_of(pick, kind, predicted=predicted)
    if pick.of_old_export:
        label |= _only_in_old_exports(pick)
    objects = label["annotations"].get("objects", [])
    return label | pick.some(z_order=[entry["feature_id"] for entry in objects])


def _only_in_old_exports(pick: Choices) -> JsonObject:
    return pick.some(
        has_open_issues=pick.yes,
        view_label="https://editor.example.org?project=p&label=l",
        other_row_data="https://storage.labelbox.com/x?Expires=2&Signature=s2",
        frames_url="https://api.example.org/frames/l?token=t",
        class_masks={"ship": "https://api.example.org/masks/l?token=t"},
    )


def _review(pick: Choices) -> JsonObject:
    return {"id": pick.id(), "score": pick.score(), "createdBy": "reviewer@example.org"}


def _performance(pick: Choices) -> JsonObject:
    """Return the performance objects of the export's year; where both are there they agree."""
    shared = {"seconds_to_review": pick.number(), "skipped": pick.yes()}
    shared |= pick.some(
        consensus_score=pick.score, benchmark_reference_label=pick.id, benchmark_score=pick.score
    )
    newer = {
        "seconds_to_label": pick.number(),
        "seconds_to_rework": 2,
        "seconds_total": pick.number(),
        **shared,
    }
    old = pick.some(benchmark_id=pick.id) if pick.of_old_export else {}
    sections = {
        "performance_details": {"seconds_to_create": pick.number(), **old, **shared},
        "performance_details_v2": newer,
    }
    return pick.some(**sections)


def _experiment(pick: Choices, kind: str) -> JsonObject:
    runs = {pick.id(): _run(pick, kind) for _ in pick.several(pick.id)}
    return pick.some(name=pick.name) | {"runs": runs}


def _run(pick: Choices, kind: str) -> JsonObject:
    split = pick.one_of(("split", "data_split"))
    return pick.some(name=pick.name, run_data_row_id=pick.id, **{split: "training"}) | {
        "labels": pick.several(lambda: _label(pick, kind)),
        "predictions": pick.several(lambda: _label(pick, kind, predicted=True)),
    }
