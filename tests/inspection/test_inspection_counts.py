"""What an inspection counts is what a plain reading of the JSON counts."""

from __future__ import annotations

import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import exportkit
from exportkit.inspection import Inspection, inspect_export
from exportkit.inspection.results import Top
from oracle import Tables, tables_of_export
from strategies import exports, line_of, rows

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
#: Files to count beside generated exports: V2 samples where they are at hand.
FILES = sorted(
    path
    for path in SAMPLES.glob("*/*.ndjson")
    if path.stat().st_size < 2**20 and path.name != "errors.ndjson"
)
JsonObject = dict[str, Any]


def inspected(data: bytes) -> Inspection:
    return inspect_export(io.BytesIO(data), top=1_000)


def joined(given: Iterable[JsonObject]) -> bytes:
    return b"".join(line_of(row) + b"\n" for row in given)


def all_counts(top: Top[Any]) -> dict[Any, int]:
    """Return a finding's lists as key -> count; nothing may be left out of them."""
    assert (top.more, top.beyond) == (0, 0)
    counts = {}
    for item in top.items:
        *key, count = [getattr(item, name) for name in type(item).__slots__]
        counts[tuple(key)] = count
    return counts


def by(table: Iterable[JsonObject], *columns: str) -> Counter[tuple[Any, ...]]:
    return Counter(tuple(row[column] for column in columns) for row in table)


def named(counts: Counter[tuple[Any, ...]]) -> dict[str, int]:
    return {key: count for (key,), count in counts.items() if key is not None}


def check(found: Inspection, tables: Tables) -> None:
    """Compare the findings with rows that were read another way."""
    assert found.report.rows == {name: len(table) for name, table in tables.items()}
    assert found.media_types == named(by(tables["data_rows"], "media_type"))
    assert all_counts(found.datasets) == by(tables["data_rows"], "dataset_name")
    assert all_counts(found.attachments) == by(tables["attachments"], "type")
    assert all_counts(found.metadata) == by(tables["metadata"], "schema_name", "schema_kind")
    assert all_counts(found.kinds) == by(tables["objects"], "annotation_kind")
    assert all_counts(found.classes) == by(tables["objects"], "name", "annotation_kind")
    assert all_counts(found.relationships) == by(tables["relationships"], "annotation_kind", "direction")
    check_projects(found, tables)
    check_labels(found, tables)
    check_questions(found, tables)
    check_frames(found, tables)


def check_projects(found: Inspection, tables: Tables) -> None:
    assert {one.project_id: one.data_rows for one in found.projects.items} == named(
        by(tables["projects"], "project_id")
    )
    labels = by(tables["labels"], "project_id")
    skipped = by((row for row in tables["labels"] if row["skipped"]), "project_id")
    for one in found.projects.items:
        mine = [row for row in tables["projects"] if row["project_id"] == one.project_id]
        assert (one.labels, one.skipped) == (labels[one.project_id,], skipped[one.project_id,])
        assert one.workflow_status == named(by(mine, "workflow_status"))
    runs = {
        (one.experiment_id, one.model_run_id): (one.data_rows, one.labels, one.predictions)
        for one in found.model_runs.items
    }
    of_origin = by(tables["labels"], "experiment_id", "model_run_id", "origin")
    assert runs == {
        key: (count, of_origin[*key, "model_run"], of_origin[*key, "prediction"])
        for key, count in by(tables["model_runs"], "experiment_id", "model_run_id").items()
    }


def check_labels(found: Inspection, tables: Tables) -> None:
    labels = tables["labels"]
    assert found.labels.total == len(labels)
    assert found.labels.skipped == sum(row["skipped"] is True for row in labels)
    assert found.labels.selected == sum(row["is_selected"] is True for row in labels)
    assert found.labels.origins == named(by(labels, "origin"))
    assert found.labels.containers == named(by(labels, "container"))
    assert {key: count for (key,), count in all_counts(found.labels.creators).items()} == named(
        by(labels, "created_by")
    )
    moments = [row["created_at"] for row in labels if row["created_at"] is not None]
    assert (found.labels.created.first, found.labels.created.last) == (
        min(moments, default=None),
        max(moments, default=None),
    )


def check_questions(found: Inspection, tables: Tables) -> None:
    answers = tables["classifications"]
    assert (found.questions.more, found.questions.beyond) == (0, 0)
    assert {one.name for one in found.questions.items} == {row["name"] for row in answers}
    for one in found.questions.items:
        mine = [row for row in answers if row["name"] == one.name]
        chosen = [row for row in mine if row["answer_type"] in {"radio", "checklist"}]
        firsts = [row for row in mine if row["answer_position"] in {None, 0}]
        assert all_counts(one.answers) == by(chosen, "answer_name")
        assert one.texts == sum(row["answer_type"] == "text" for row in mine)
        assert one.unanswered == sum(row["answer_type"] is None for row in mine)
        assert (one.asked, one.nested) == (len(firsts), sum(row["depth"] > 0 for row in firsts))


def check_frames(found: Inspection, tables: Tables) -> None:
    framed = [row for row in tables["objects"] if row["frame"] is not None]
    assert found.frames.objects == len(framed)
    assert found.frames.frames == len(by(framed, "export_id", "line", "label_index", "plane", "frame"))
    assert found.frames.key_frame_objects == sum(row["is_key_frame"] is True for row in framed)
    assert found.frames.key_frames == sum(row["is_key_frame"] for row in tables["key_frames"])
    assert found.frames.features == sum(row["position"] == 0 for row in tables["segments"])
    assert found.frames.timed_answers == sum(
        row["timestamp_ms"] is not None for row in tables["classifications"]
    )
    videos = [row for row in tables["data_rows"] if row["media_type"] == "video"]
    assert found.frames.video_frames == sum(row["frame_count"] or 0 for row in videos)


@given(st.lists(rows(), min_size=1, max_size=4))
def test_counts_are_those_of_another_reading(given: list[JsonObject]) -> None:
    data = joined(given)
    found = inspected(data)
    check(found, tables_of_export(data, export_id=found.report.export_ids[0], source_uri="stream:"))


@given(exports(max_lines=3, broken=True))
def test_every_line_is_accounted_for_whatever_it_holds(data: bytes) -> None:
    report = inspected(b'{"data_row": {"id": "a"}}\n' + data.removeprefix(b"\xef\xbb\xbf")).report
    assert report.lines == report.data_rows + report.rejects + report.blanks
    assert report.rows["data_rows"] == report.data_rows


@pytest.mark.parametrize("path", FILES or [None], ids=lambda path: path.name if path else "one line")
def test_counts_of_files_are_those_of_another_reading(path: Path | None) -> None:
    data = b'{"data_row": {"id": "a"}}\n' if path is None else path.read_bytes()
    found = inspected(data)
    check(found, tables_of_export(data, export_id=found.report.export_ids[0], source_uri="stream:"))


def plain_labels(given: Iterable[JsonObject]) -> Iterator[JsonObject]:
    """Walk the labels of rows with nothing but the format's own words."""
    for row in given:
        for project in (row.get("projects") or {}).values():
            yield from project.get("labels") or []
        for experiment in (row.get("experiments") or {}).values():
            for run in (experiment.get("runs") or {}).values():
                yield from chain(run.get("labels") or [], run.get("predictions") or [])


@given(st.lists(rows(), min_size=1, max_size=4))
def test_rows_labels_and_projects_are_as_many_as_the_json_holds(given: list[JsonObject]) -> None:
    found = inspected(joined(given))
    assert found.report.data_rows == len(given)
    assert found.labels.total == sum(1 for _ in plain_labels(given))
    assert {one.project_id for one in found.projects.items} == {
        project for row in given for project in row.get("projects") or {}
    }


@given(st.lists(rows(), max_size=3))
def test_an_inspection_is_plain_json_with_every_finding(given: list[JsonObject]) -> None:
    data = joined([{"data_row": {"id": "a"}}, *given])
    plain = inspected(data).to_dict()
    assert json.loads(json.dumps(plain, allow_nan=False)) == plain
    assert list(plain) == list(Inspection.__slots__)


def test_moments_in_json_are_iso_8601_in_utc() -> None:
    row = {"data_row": {"id": "a", "details": {"created_at": "2025-03-01T11:00:00.125+02:00"}}}
    assert inspected(line_of(row)).to_dict()["created"] == {
        "first": "2025-03-01T09:00:00.125000+00:00",
        "last": "2025-03-01T09:00:00.125000+00:00",
    }


def test_frames_of_a_dicom_series_are_no_frames_of_videos() -> None:
    assets = [
        {
            "data_row": {"id": kind},
            "media_attributes": {"asset_type": kind, "frame_count": 8, "frame_rate": 4},
        }
        for kind in ("video", "dicom", "image")
    ]
    found = exportkit.inspect_export(io.BytesIO(b"\n".join(map(line_of, assets)))).frames
    assert (found.video_frames, found.video_seconds) == (8, 2.0)


def test_frames_are_added_up_beyond_what_an_int64_holds() -> None:
    videos = [
        {"data_row": {"id": "d"}, "media_attributes": {"asset_type": "video", "frame_count": count}}
        for count in (2**63 - 1, 1, -5)
    ]
    data = b"\n".join(json.dumps(row).encode() for row in videos)
    assert exportkit.inspect_export(io.BytesIO(data)).frames.video_frames == 2**63 - 5
