"""Pruning: rows without the content that nobody asked for, as if the export had never held it.

Works on decoded rows, in two steps. `leave_out` removes what stands around labels, so that the walk over
the labels gives those that stay. `empty_details` works on the labels of that walk; between the two, a label
policy can judge labels by details that no table shows.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from exportkit.flatten import KeyFrames, key_frames_by_frame
from exportkit.rows import Row
from exportkit.rows.features import Annotations, Frame
from exportkit.rows.placed_labels import PlacedLabel, model_runs_of, projects_of
from exportkit.select.params import Content

__all__ = ["empty_details", "leave_out", "leave_out_frames"]

_NOTHING: frozenset[str] = frozenset()


def leave_out(rows: Sequence[Row], content: Content) -> None:
    """Leave out of rows what holds no label that stays: sections, projects, model runs, predictions, frames.

    Afterwards the rows hold exactly the labels that the content asks for, so that labels are walked after it.
    """
    off = content.off
    of_row, of_data_row, of_run = (off.get(name, _NOTHING) for name in ("Row", "DataRow", "Run"))
    for row in rows:
        _empty(row, of_row)
        _empty_data_row(row, of_data_row)
        if content.project_ids is not None:
            _keep_projects(row, content.project_ids)
        if content.model_run_ids is not None:
            _keep_model_runs(row, content.model_run_ids)
        if of_run:
            for run in model_runs_of(row):
                _empty(run, of_run)


def leave_out_frames(labels: Iterable[PlacedLabel]) -> None:
    """Leave out of labels the features of frames that no person set."""
    for one in labels:
        if one.label.annotations is not None:
            _keep_key_frames(one.label.annotations)


def empty_details(rows: Sequence[Row], labels: Iterable[PlacedLabel], content: Content) -> None:
    """Empty the details of projects and labels that are switched off; a label policy has read them by now."""
    of_project, of_label = content.off.get("Project", _NOTHING), content.off.get("Label", _NOTHING)
    if of_project:
        for row in rows:
            for project in projects_of(row):
                _empty(project, of_project)
    if of_label:
        for one in labels:
            _empty(one.label, of_label)


def _keep_projects(row: Row, wanted: frozenset[str]) -> None:
    if row.projects:
        row.projects = _only(row.projects, wanted)
    _keep_in_leftovers(row, "projects", wanted)


def _keep_model_runs(row: Row, wanted: frozenset[str]) -> None:
    """Leave out model runs, and experiments that keep no run."""
    kept = {}
    for key, experiment in (row.experiments or {}).items():
        if experiment.runs:
            experiment.runs = _only(experiment.runs, wanted)
        _keep_in_leftovers(experiment, "runs", wanted)
        if experiment.runs or isinstance(_left(experiment, "runs"), dict):
            kept[key] = experiment
    if row.experiments:
        row.experiments = kept
    _keep_in_leftovers(row, "experiments", _NOTHING)


def _only(members: dict[str, Any], wanted: frozenset[str]) -> dict[str, Any]:
    return {key: member for key, member in members.items() if key in wanted}


def _left(owner: Any, key: str) -> Any:
    """Return what could not be understood of a field; None for specialised structs, whose fields all fit."""
    return (owner.extra_ or {}).get(key) if _has(type(owner), "extra_") else None


def _keep_in_leftovers(owner: Any, key: str, wanted: frozenset[str]) -> None:
    left = _left(owner, key)
    if isinstance(left, dict):
        _put_left(owner, key, _only(left, wanted))


def _put_left(owner: Any, key: str, value: Any) -> None:
    """Keep `value` as what is left of a field; nothing, where it is empty."""
    others = {name: left for name, left in owner.extra_.items() if name != key}
    owner.extra_ = ({**others, key: value} if value else others) or None


def _keep_key_frames(annotations: Annotations) -> None:
    if annotations.frames:
        _thin_out(annotations.frames, key_frames_by_frame(annotations, None))
    for plane, group in (annotations.groups or {}).items():
        if group.frames:
            _thin_out(group.frames, key_frames_by_frame(annotations, plane))


def _thin_out(frames: Mapping[int, Frame], key_frames: KeyFrames | None) -> None:
    """Leave out of each frame the features that list key frames, but not this one."""
    if key_frames is None:
        return
    for number, frame in frames.items():
        if frame.objects:
            flags = key_frames.flags((number,), (len(frame.objects),), frame.objects)
            if False in flags:
                pairs = zip(frame.objects.items(), flags, strict=True)
                frame.objects = {key: one for (key, one), flag in pairs if flag is not False}
        if frame.classifications:
            ids = [one.feature_id or "" for one in frame.classifications]
            flags = key_frames.flags((number,), (len(ids),), ids)
            if False in flags:
                asked = zip(frame.classifications, flags, strict=True)
                frame.classifications = [one for one, flag in asked if flag is not False]


def _empty_data_row(row: Row, fields: frozenset[str]) -> None:
    _empty_fields(row.data_row, fields)
    left = _left(row, "data_row")
    if isinstance(left, dict) and not fields.isdisjoint(left):
        _put_left(row, "data_row", {key: one for key, one in left.items() if key not in fields})


def _empty(owner: Any, fields: frozenset[str]) -> None:
    _empty_fields(owner, fields)
    if _has(type(owner), "extra_") and owner.extra_ and not fields.isdisjoint(owner.extra_):
        owner.extra_ = {key: one for key, one in owner.extra_.items() if key not in fields} or None


def _empty_fields(owner: Any, fields: frozenset[str]) -> None:
    for field in _held(owner.__class__, fields):
        setattr(owner, field, None)


@lru_cache(maxsize=256)
def _held(struct: Hashable, fields: frozenset[str]) -> tuple[str, ...]:
    """Return which of the fields a struct has: specialised structs pass over those that were not needed."""
    return tuple(field for field in sorted(fields) if _has(struct, field))


def _has(struct: Any, field: str) -> bool:
    known: Collection[str] = struct.__struct_fields__
    return field in known
