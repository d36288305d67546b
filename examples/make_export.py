"""Write ``export.ndjson``: a catalog export of an invented survey of the river Elsbach.

Drones photograph the banks, a camera on a bridge films boats, volunteers write notes and send voice messages,
residents chat with a hotline, laboratories send reports. In it are answers nested under boxes, consensus, a
benchmark, a skipped label, rows that nobody has labelled, a row in two projects, and predictions of a model.
Nobody and nothing in it is real.

Run it with ``python -m examples.make_export``; it writes the same bytes each time.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from examples.survey import ANNOTATE, PEOPLE, SIGHTINGS, JsonObject, Survey, flat, image

DESTINATION = Path(__file__).with_name("export.ndjson")
SEED = 7
REACHES = ("Mill Weir", "Long Meadow", "Old Bridge", "Ferry Steps", "Alder Bend")
MEDIA: dict[str, JsonObject] = {
    "image": {
        "height": 3000, "width": 4000, "asset_type": "image", "mime_type": "image/jpeg", "exif_rotation": 1,
    },
    "video": {
        "height": 720, "width": 1280, "asset_type": "video", "mime_type": "video/mp4", "frame_rate": 25,
        "frame_count": 250,
    },
    "text": {"asset_type": "text", "mime_type": "text/plain"},
    "document": {"asset_type": "pdf", "mime_type": "application/pdf"},
    "audio": {"asset_type": "audio", "mime_type": "audio/wav", "duration": 12.5},
    "conversational": {
        "asset_type": "conversational", "mime_type": "application/vnd.labelbox.conversational",
    },
    "geospatial": {"asset_type": "tms_geo", "mime_type": "application/x-tms-geo"},
}  # fmt: skip
SUFFIXES = {"image": "jpg", "video": "mp4", "text": "txt", "document": "pdf", "audio": "wav"}


def label(survey: Survey, media: str, content: str, *, skipped: bool = False, **scores: Any) -> JsonObject:
    """Return a label with its details; a skipped one has no annotations."""
    made = survey.moment(7)
    times = {
        name: survey.below(200) for name in ("seconds_to_label", "seconds_to_review", "seconds_to_rework")
    }
    shared = {"seconds_to_review": times["seconds_to_review"], "skipped": skipped, **scores}
    return {
        "label_kind": "Video" if media == "video" else "Default",
        "version": "1.0.0",
        "id": survey.id(),
        "label_details": {
            "created_at": made[:19] + ".000+00:00",
            "updated_at": survey.moment(8)[:19] + ".000+00:00",
            "created_by": survey.one_of(*PEOPLE),
            "content_last_updated_at": made,
            "reviews": [],
        },
        "performance_details": {"seconds_to_create": sum(times.values()), **shared},
        "performance_details_v2": {**times, "seconds_total": sum(times.values()), **shared},
        "annotations": flat([], []) if skipped else ANNOTATE[media](survey, content),
    }


def project(survey: Survey, name: str, labels: list[JsonObject], **details: Any) -> JsonObject:
    """Return a project with the workflow steps of the row."""
    first, review = ({"name": task, "id": task_id} for task, task_id in survey.tasks.items())
    moves: list[tuple[str, int, JsonObject | None, JsonObject | None]] = [("Move", 2, None, first)]
    if labels:
        moves = [("Approve", 9, review, None), ("Move", 8, first, review), *moves]
    history = []
    for action, days, left, entered in moves:
        step = {"action": action, "created_at": survey.moment(days), "created_by": survey.one_of(*PEOPLE)}
        for prefix, task in (("previous", left), ("next", entered)):
            if task:
                step |= {f"{prefix}_task_name": task["name"], f"{prefix}_task_id": task["id"]}
        history.append(step)
    described = {
        "ontology_id": survey.ontology,
        "task_name": "Done" if labels else first["name"],
        "batch_id": "5f0e8f10-0001-11f0-8000-0242ac120002",
        "batch_name": "April",
        "workflow_status": "DONE" if labels else "TO_LABEL",
        "priority": 5,
        "consensus_expected_label_count": max(1, len(labels)),
        "workflow_history": history,
        **details,
    }
    return {"name": name, "labels": labels, "project_details": described, "project_tags": []}


def content_of(survey: Survey, media: str, reach: str) -> str:
    """Return the text of a row whose asset is in the line itself; empty for others."""
    if media == "text":
        note, _ = survey.one_of(*SIGHTINGS)
        return str(note.format(reach=reach))
    if media == "conversational":
        turns = [("0", "Hello, how can we help?"), ("2", f"The foam at {reach} is back.")]
        messages = [{"messageId": turn, "content": words, "user": {"name": "U"}} for turn, words in turns]
        return json.dumps({"type": MEDIA[media]["mime_type"], "version": 1, "messages": messages})
    return ""


def row(survey: Survey, media: str, *, labels: int = 1, **scores: Any) -> JsonObject:
    """Return a data row in the project it belongs to, with `labels` labels."""
    survey.rows += 1
    reach = survey.one_of(*REACHES)
    name = f"elsbach/{reach.lower().replace(' ', '-')}/{survey.rows:04d}"
    content = content_of(survey, media, reach)
    home = "Water quality" if media in ("document", "geospatial") else "River survey"
    url = f"https://storage.labelbox.com/{survey.dataset}%2F{name}.{SUFFIXES.get(media, 'json')}"
    made = [label(survey, media, content, **scores) for _ in range(labels)]
    chosen = {"selected_label_id": made[0]["id"]} if labels > 1 else {}
    attributes = dict(MEDIA[media])
    if media == "conversational":
        attributes["message_count"] = 2
    return {
        "data_row": {
            "id": survey.id(),
            "global_key": name,
            "row_data": content or f"{url}?Expires=1746100000000&KeyName=k&Signature=not-a-secret",
            "details": {
                "dataset_id": survey.dataset,
                "dataset_name": "Elsbach spring 2025",
                "created_at": survey.moment(),
                "updated_at": survey.moment(1),
                "last_activity_at": survey.moment(10),
                "created_by": PEOPLE[0],
            },
        },
        "media_attributes": attributes,
        "attachments": attachments(survey, reach) if media == "image" else [],
        "metadata_fields": metadata(survey, reach),
        "projects": {survey.projects[home]: project(survey, home, made, **chosen)},
    }


def attachments(survey: Survey, reach: str) -> list[JsonObject]:
    """Return the attachments of a photograph."""
    overview = {"type": "IMAGE", "value": f"https://elsbach.example/{survey.rows}/wide.jpg", "name": "wide"}
    note = {"type": "RAW_TEXT", "value": f"{reach}, seen from the left bank", "name": "where"}
    return [{**attachment, "id": survey.id()} for attachment in (overview, note)]


def metadata(survey: Survey, reach: str) -> list[JsonObject]:
    """Return metadata of every kind."""
    values = (
        ("reach", "String", reach),
        ("water_level_cm", "Number", float(40 + survey.below(90))),
        ("captured_at", "DateTime", survey.moment()),
        ("season", "Enum", [{"schema_name": "spring", "schema_kind": "CustomMetadataEnumOption"}]),
    )
    ids = [survey.schema_ids.setdefault(name, survey.id()) for name, _, _ in values]
    return [
        {"schema_id": schema_id, "schema_name": name, "schema_kind": f"CustomMetadata{kind}", "value": value}
        for schema_id, (name, kind, value) in zip(ids, values, strict=True)
    ]


def run(survey: Survey) -> JsonObject:
    """Return a model run: one label it learned from and one prediction with confidence."""
    truth = {"label_kind": "Default", "version": "1.0.0", "id": survey.id(), "annotations": image(survey, "")}
    guess = survey.object("tyre", "ImageBoundingBox", bounding_box=survey.box())
    guess |= {"confidence": 0.875, "custom_metrics": [{"name": "iou", "value": 0.625}]}
    scene = {**survey.header("light"), "radio_answer": survey.option("sun", confidence=0.5)}
    found = {**truth, "id": survey.id(), "annotations": flat([guess], [scene])}
    details: JsonObject = {"name": "epoch 12", "run_data_row_id": survey.id(), "split": "validation"}
    return {
        "name": "litter detector",
        "runs": {survey.id(): {**details, "labels": [truth], "predictions": [found]}},
    }


def benchmark(survey: Survey) -> JsonObject:
    """Return a row whose first label is the benchmark of the second."""
    measured = row(survey, "image", labels=2)
    (river,) = measured["projects"].values()
    reference, other = river["labels"]
    for described in (reference, other):
        described["performance_details"]["benchmark_reference_label"] = reference["id"]
    other["performance_details"]["benchmark_score"] = 0.875
    return measured


def make_rows(survey: Survey) -> list[JsonObject]:
    """Return the rows of the export in order."""
    counts = {
        "image": 18,
        "video": 3,
        "text": 6,
        "document": 4,
        "audio": 3,
        "conversational": 3,
        "geospatial": 2,
    }
    rows = [row(survey, media) for media, count in counts.items() for _ in range(count)]
    rows += [
        row(survey, "image", skipped=True),
        row(survey, "image", labels=0),
        row(survey, "text", labels=0),
    ]
    rows += [row(survey, "image", labels=2, consensus_score=0.75) for _ in range(2)]
    rows.append(benchmark(survey))
    twice = row(survey, "image")
    second = [label(survey, "image", "")]
    twice["projects"][survey.projects["Second opinion"]] = project(survey, "Second opinion", second)
    predicted = row(survey, "image", labels=0)
    predicted["experiments"] = {survey.id(): run(survey)}
    vector = survey.rng.standard_normal(8).round(4).tolist()
    described = {"id": survey.id(), "name": "water colour", "dimensions": 8, "is_custom": True}
    predicted["embeddings"] = [{**described, "values": [{"value": vector}]}]
    return [*rows, twice, predicted]


def make_export() -> bytes:
    """Return the export as the platform writes it: one line per row, not ASCII-escaped."""
    lines = [json.dumps(line, ensure_ascii=False, separators=(",", ":")) for line in make_rows(Survey(SEED))]
    return "".join(f"{line}\n" for line in lines).encode("utf-8")


if __name__ == "__main__":
    DESTINATION.write_bytes(make_export())
