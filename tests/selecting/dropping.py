"""What params mean, written down a second time: take the keys out of a line's JSON."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

__all__ = ["SWITCHES", "without_parts"]

Json = dict[str, Any]

SWITCHES = (
    "attachments", "metadata_fields", "embeddings", "data_row_details", "project_details", "label_details",
    "performance_details", "interpolated_frames", "predictions", "model_run_details",
)  # fmt: skip


def without_parts(row: Json, params: Json) -> Json:
    """Return a row as an export with these params would have given it."""
    row = copy.deepcopy(row)
    if params and not any(value is not False for value in params.values()):
        params = {**dict.fromkeys((*SWITCHES, "all_projects", "all_model_runs"), True), **params}
    off = {name for name in SWITCHES if not params.get(name)}
    for name in ("attachments", "metadata_fields", "embeddings"):
        _drop(row, name, when=name in off)
    _drop(row["data_row"], "details", when="data_row_details" in off)
    _choose(row, params)
    for project in _objects(row.get("projects")):
        _drop(project, "project_details", when="project_details" in off)
    for experiment in _objects(row.get("experiments")):
        for run in _objects(experiment.get("runs")):
            _drop(run, "predictions", when="predictions" in off)
            for name in ("run_data_row_id", "split", "data_split"):
                _drop(run, name, when="model_run_details" in off)
    for label in _labels(row):
        if "interpolated_frames" in off and isinstance(label.get("annotations"), dict):
            _keep_key_frames(label["annotations"])
        _drop(label, "label_details", when="label_details" in off)
        _drop(label, "performance_details", when="performance_details" in off)
        _drop(label, "performance_details_v2", when="performance_details" in off)
    return row


def _drop(holder: Json, name: str, *, when: bool) -> None:
    if when:
        holder.pop(name, None)


def _objects(holder: Any) -> Iterator[Json]:
    values = holder.values() if isinstance(holder, dict) else holder if isinstance(holder, list) else ()
    yield from (one for one in values if isinstance(one, dict))


def _labels(row: Json) -> Iterator[Json]:
    for project in _objects(row.get("projects")):
        yield from _objects(project.get("labels"))
    for experiment in _objects(row.get("experiments")):
        for run in _objects(experiment.get("runs")):
            yield from _objects(run.get("labels"))
            yield from _objects(run.get("predictions"))


def _choose(row: Json, params: Json) -> None:
    if not {"project_ids", "all_projects", "model_run_ids", "all_model_runs"} & params.keys():
        return
    if isinstance(row.get("projects"), dict) and not params.get("all_projects"):
        wanted = params.get("project_ids", ())
        row["projects"] = {key: one for key, one in row["projects"].items() if key in wanted}
    if isinstance(row.get("experiments"), dict) and not params.get("all_model_runs"):
        wanted = params.get("model_run_ids", ())
        for experiment in _objects(row["experiments"]):
            if isinstance(experiment.get("runs"), dict):
                experiment["runs"] = {key: one for key, one in experiment["runs"].items() if key in wanted}
        row["experiments"] = {
            key: one
            for key, one in row["experiments"].items()
            if isinstance(one, dict) and isinstance(one.get("runs"), dict) and one["runs"]
        }


def _keep_key_frames(annotations: Json) -> None:
    """Take out of frames the features that have key frames, but not there."""
    listed = annotations.get("key_frame_feature_map") or {}
    _thin_out(annotations.get("frames"), {key: _key_frames(found) for key, found in listed.items()})
    for plane, group in (annotations.get("groups") or {}).items():
        of_plane = {
            key: _key_frames(found[plane])
            for key, found in listed.items()
            if isinstance(found, dict) and plane in found
        }
        _thin_out(group.get("frames"), of_plane)


def _key_frames(found: Any) -> set[str] | None:
    """Return the key frames that an entry lists, None when it lists no frames at all."""
    if isinstance(found, dict):
        flags = {frame: is_key for frame, is_key in found.items() if isinstance(is_key, bool)}
        return {frame for frame, is_key in flags.items() if is_key} if flags else None
    return {str(frame) for frame in found}


def _thin_out(frames: Any, listed: dict[str, set[str] | None]) -> None:
    for number, frame in (frames or {}).items():
        gone = {key for key, at in listed.items() if at is not None and number not in at}
        if isinstance(frame.get("objects"), dict):
            frame["objects"] = {key: one for key, one in frame["objects"].items() if key not in gone}
        if isinstance(frame.get("classifications"), list):
            kept = [one for one in frame["classifications"] if one.get("feature_id") not in gone]
            frame["classifications"] = kept
