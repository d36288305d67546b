"""Parts: rows without what nobody asked for, as if the export had never held it.

Works on rows as they are decoded, in two steps: `select` leaves projects, runs and frames out, `strip` the
fields that are switched off. Between the two, labels can still be judged by their details.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from exportkit.flatten.features import KeyFrames, key_frames_by_frame
from exportkit.rows import Row
from exportkit.rows.features import Annotations, Frame
from exportkit.rows.structs import Label, Project, Run
from exportkit.select.params import Parts

__all__ = ["labels_of", "projects_of", "runs_of", "select", "strip"]

_NOTHING: frozenset[str] = frozenset()


def projects_of(row: Row) -> Iterable[Project]:
    """Return the projects of a row."""
    return (row.projects or {}).values()


def runs_of(row: Row) -> Iterator[Run]:
    """Yield the model runs of a row."""
    for experiment in (row.experiments or {}).values():
        yield from (experiment.runs or {}).values()


def labels_of(row: Row) -> Iterator[Label]:
    """Yield the labels and predictions of a row, in the order of the line."""
    for project in projects_of(row):
        yield from project.labels or ()
    for run in runs_of(row):
        yield from run.labels or ()
        yield from run.predictions or ()


def select(rows: Sequence[Row], parts: Parts) -> None:
    """Leave out projects, model runs and interpolated frames that are not wanted."""
    for row in rows:
        if parts.project_ids is not None:
            _select_projects(row, parts.project_ids)
        if parts.model_run_ids is not None:
            _select_runs(row, parts.model_run_ids)
        if parts.key_frames_only:
            for label in labels_of(row):
                if label.annotations is not None:
                    _keep_key_frames(label.annotations)


def _select_projects(row: Row, wanted: frozenset[str]) -> None:
    if row.projects:
        row.projects = _only(row.projects, wanted)
    _select_left(row, "projects", wanted)


def _select_runs(row: Row, wanted: frozenset[str]) -> None:
    """Leave out runs, and experiments of which no run stays."""
    kept = {}
    for key, experiment in (row.experiments or {}).items():
        if experiment.runs:
            experiment.runs = _only(experiment.runs, wanted)
        _select_left(experiment, "runs", wanted)
        if experiment.runs or isinstance(_left(experiment, "runs"), dict):
            kept[key] = experiment
    if row.experiments:
        row.experiments = kept
    _select_left(row, "experiments", _NOTHING)


def _only(members: dict[str, Any], wanted: frozenset[str]) -> dict[str, Any]:
    return {key: member for key, member in members.items() if key in wanted}


def _left(owner: Any, key: str) -> Any:
    """Return what could not be understood of a field; None for specialised structs, whose fields all fit."""
    return (owner.extra_ or {}).get(key) if _has(type(owner), "extra_") else None


def _select_left(owner: Any, key: str, wanted: frozenset[str]) -> None:
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


def strip(rows: Sequence[Row], parts: Parts) -> None:
    """Empty the fields that are switched off."""
    off = parts.off
    of_row, of_data_row = off.get("Row", _NOTHING), off.get("DataRow", _NOTHING)
    of_project, of_run, of_label = (off.get(name, _NOTHING) for name in ("Project", "Run", "Label"))
    for row in rows:
        _empty(row, of_row)
        _empty_fields(row.data_row, of_data_row)
        left = _left(row, "data_row")
        if isinstance(left, dict) and not of_data_row.isdisjoint(left):
            _put_left(row, "data_row", {key: one for key, one in left.items() if key not in of_data_row})
        if of_project:
            for project in projects_of(row):
                _empty(project, of_project)
        if of_run:
            for run in runs_of(row):
                _empty(run, of_run)
        if of_label:
            for label in labels_of(row):
                _empty(label, of_label)


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
