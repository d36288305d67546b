"""Labels of a block: gathered once in the order of the lines, and the table of them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import chain, compress, groupby
from typing import Any

import numpy as np

from exportkit.flatten.columns import Columns, runs
from exportkit.flatten.extras import compact_json, extra_column, sections_column
from exportkit.native import attributes
from exportkit.rows import RowBlock
from exportkit.rows.features import Annotations
from exportkit.rows.structs import SHARED_PERFORMANCE, Experiment, Label, Project, Row
from exportkit.tables.cells import NULLS, Attribute, Cells, Coded, Ints, Lists, Same
from exportkit.tables.instants import newest_of, parse_timestamp

__all__ = ["LabelSet", "is_derived"]

_DERIVED = re.compile("derived:[0-9a-f]{24}")
_NOTHING = Annotations()


class Homes:
    """Where labels stand, in projects of rows or in runs of experiments: parallel lists, an entry a home."""

    def __init__(self) -> None:
        self.rows: list[int] = []
        self.labels: list[list[Label]] = []
        self.origins: list[str] = []
        self.projects: list[Project | None] = []
        self.project_ids: list[str | None] = []
        self.experiment_ids: list[str | None] = []
        self.run_ids: list[str | None] = []

    def add_projects(self, rows: list[int], projects: list[Project], ids: list[str]) -> None:
        """Add the projects that have labels; `rows` says which row each stands in."""
        labels = attributes.values(projects, "labels") or []
        at = [number for number, some in enumerate(labels) if some]
        self.rows.extend(map(rows.__getitem__, at))
        self.labels.extend(map(labels.__getitem__, at))
        self.origins.extend(["project"] * len(at))
        self.projects.extend(map(projects.__getitem__, at))
        self.project_ids.extend(map(ids.__getitem__, at))
        self.experiment_ids.extend([None] * len(at))
        self.run_ids.extend([None] * len(at))

    def add_experiments(self, row: int, experiments: Mapping[str, Experiment]) -> None:
        """Add the runs of a row that have labels or predictions."""
        for experiment_id, experiment in experiments.items():
            for run_id, run in (experiment.runs or {}).items():
                for labels, origin in ((run.labels, "model_run"), (run.predictions, "prediction")):
                    if labels:
                        self.rows.append(row)
                        self.labels.append(labels)
                        self.origins.append(origin)
                        self.projects.append(None)
                        self.project_ids.append(None)
                        self.experiment_ids.append(experiment_id)
                        self.run_ids.append(run_id)


def homes_of(rows: list[Row]) -> Homes:
    """Return where rows have labels, in the order of the lines."""
    homes = Homes()
    if runs(rows, "experiments") is None:
        found = runs(rows, "projects")
        if found is not None:
            homes.add_projects(found.owners().tolist(), found.items, found.keys)
        return homes
    for number, row in enumerate(rows):
        projects = row.projects or {}
        homes.add_projects([number] * len(projects), list(projects.values()), list(projects))
        homes.add_experiments(number, row.experiments or {})
    return homes


class LabelSet:
    """The labels and predictions of a block, with what each table below a label repeats of them."""

    def __init__(self, block: RowBlock) -> None:
        self.block = block
        #: Leftovers found while flattening, by label: merged into ``labels.extra``.
        self.leftovers: dict[int, dict[str, Any]] = {}
        #: Whether each is the newest, where that has to be known before others are left out.
        self._latest: list[bool | None] | None = None
        self._gather()
        if block.kept_labels is not None:
            self._keep(block.kept_labels)

    def _gather(self) -> None:
        """Take up the labels of every home in turn: projects, then the runs of experiments, of each row."""
        homes = homes_of(self.block.rows)
        counts = np.array(list(map(len, homes.labels)), dtype=np.int64)
        starts = np.cumsum(counts) - counts
        fragment = self.block.fragment
        self.labels = list(chain.from_iterable(homes.labels))
        spread = np.repeat(np.arange(len(counts), dtype=np.int64), counts)
        order = np.arange(len(self.labels), dtype=np.int64)
        self.positions = (order - starts[spread] + (fragment.label_position if fragment else 0)).tolist()
        rows = np.array(homes.rows, dtype=np.int64)
        firsts = np.searchsorted(rows[spread], rows)  # the first label of the row of each home
        self.indexes = (order - firsts[spread] + (fragment.label_index if fragment else 0)).tolist()
        #: Whether no project of a row has a second label, nor another piece of a long row one.
        self._are_alone = fragment is None and len(counts) == len(self.labels)
        each = spread.tolist()
        self.rows = list(map(homes.rows.__getitem__, each))
        self.origins = list(map(homes.origins.__getitem__, each))
        self.projects = list(map(homes.projects.__getitem__, each))
        self.project_ids = list(map(homes.project_ids.__getitem__, each))
        self.experiment_ids = list(map(homes.experiment_ids.__getitem__, each))
        self.run_ids = list(map(homes.run_ids.__getitem__, each))

    def _keep(self, wanted: Sequence[bool]) -> None:
        """Leave out the labels that are not wanted; the others stay what they are among all."""
        self._latest = list(compress(self._find_latest(), wanted))
        columns: tuple[list[Any], ...] = (
            self.labels, self.rows, self.projects, self.project_ids, self.experiment_ids, self.run_ids,
            self.origins, self.indexes, self.positions,
        )  # fmt: skip
        for column in columns:
            column[:] = compress(column, wanted)

    @cached_property
    def row_numbers(self) -> Ints:
        """The row of each label, as an array."""
        return np.array(self.rows, dtype=np.int64)

    @cached_property
    def lines(self) -> Ints:
        """The line of each label."""
        return self.block.lines[self.row_numbers]

    @cached_property
    def index_numbers(self) -> Ints:
        """The ordinal of each label on its line, as an array."""
        return np.array(self.indexes, dtype=np.int64)

    @cached_property
    def data_row_ids(self) -> list[str]:
        """The data row of each label."""
        ids = self.block.ids
        return [ids[row] for row in self.rows]

    @cached_property
    def ids(self) -> list[str]:
        """The id of each label, a derived one where the export gives none."""
        given = attributes.values(self.labels, "id") or [None] * len(self.labels)
        return [self._derived_id(at) if one is None else one for at, one in enumerate(given)]

    def _derived_id(self, at: int) -> str:
        parts = (
            self.data_row_ids[at], self.origins[at], self.project_ids[at] or "",
            self.experiment_ids[at] or "", self.run_ids[at] or "", str(self.positions[at]),
        )  # fmt: skip
        return "derived:" + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]

    @cached_property
    def annotations(self) -> list[Annotations]:
        """What each label says."""
        return [
            one or _NOTHING
            for one in attributes.values(self.labels, "annotations") or [None] * len(self.labels)
        ]

    def leave(self, at: int, *path: str, value: Any) -> None:
        """Keep `value`, which no table holds, for the extra of label `at` under `path`."""
        held = self.leftovers.setdefault(at, {})
        for key in path[:-1]:
            held = held.setdefault(key, {})
        held[path[-1]] = value

    def keys(self, owners: Ints) -> Columns:
        """Return the common columns of rows whose labels are `owners` (positions in this set)."""
        return {
            "data_row_id": lambda: Coded(owners, self.data_row_ids),
            "project_id": lambda: Coded(owners, self.project_ids),
            "label_id": lambda: Coded(owners, self.ids),
            "label_index": lambda: self.index_numbers[owners],
            "origin": lambda: Coded(owners, self.origins),
            "export_id": lambda: Same(self.block.source.export_id),
            "line": lambda: self.lines[owners],
        }

    def columns(self) -> Columns:
        """Return the columns of the table ``labels``."""
        labels = self.labels
        nothing: list[Any] = [None] * len(labels)
        details = attributes.values(labels, "label_details") or nothing
        first = attributes.values(labels, "performance_details") or nothing
        second = attributes.values(labels, "performance_details_v2") or nothing
        leading = [one or other for one, other in zip(first, second, strict=True)]
        return {
            "data_row_id": lambda: self.data_row_ids,
            "project_id": lambda: self.project_ids,
            "label_id": lambda: self.ids,
            "label_index": lambda: self.indexes,
            "origin": lambda: self.origins,
            "experiment_id": lambda: self.experiment_ids,
            "model_run_id": lambda: self.run_ids,
            "position": lambda: self.positions,
            "label_kind": lambda: Attribute(labels, "label_kind"),
            "version": lambda: Attribute(labels, "version"),
            "container": lambda: [container(one) for one in self.annotations],
            "sections": self._sections,
            "created_at": lambda: Attribute(details, "created_at"),
            "updated_at": lambda: Attribute(details, "updated_at"),
            "content_last_updated_at": lambda: Attribute(details, "content_last_updated_at"),
            "created_by": lambda: Attribute(details, "created_by"),
            "reviews": lambda: [one and compact_json(one.reviews) for one in details],
            "seconds_to_create": lambda: Attribute(first, "seconds_to_create"),
            "seconds_to_label": lambda: Attribute(second, "seconds_to_label"),
            "seconds_to_review": lambda: Attribute(leading, "seconds_to_review"),
            "seconds_to_rework": lambda: Attribute(second, "seconds_to_rework"),
            "seconds_total": lambda: Attribute(second, "seconds_total"),
            "skipped": lambda: Attribute(leading, "skipped"),
            "benchmark_reference_label": lambda: Attribute(leading, "benchmark_reference_label"),
            "benchmark_score": lambda: Attribute(leading, "benchmark_score"),
            "consensus_score": lambda: Attribute(leading, "consensus_score"),
            "planes": self._planes,
            "is_selected": self._is_selected,
            "is_latest": self._is_latest,
            "z_order": lambda: Attribute(labels, "z_order"),
            "extra": self._extra,
            "export_id": lambda: Same(self.block.source.export_id),
            "line": lambda: self.lines,
        }

    def _sections(self) -> Cells:
        names = ("label_details", "performance_details", "performance_details_v2")
        return sections_column(self.labels, names)

    def _planes(self) -> Cells:
        groups = [one.groups for one in self.annotations]
        if not any(groups):
            return NULLS
        keys = [key for group in groups if group for key in group]
        names = [plane.name for group in groups if group for plane in group.values()]
        counts = np.array([len(group) if group else 0 for group in groups], dtype=np.int64)
        return Lists(counts, {"key": keys, "name": names}, counts > 0)

    def _selected(self, at: int) -> str | None:
        """Return the label that consensus selected in the project of a label."""
        project, fragment = self.projects[at], self.block.fragment
        if project is None:
            return None
        if project.project_details is not None and project.project_details.selected_label_id is not None:
            return project.project_details.selected_label_id
        return fragment.selected.get(self.project_ids[at] or "") if fragment else None

    def _is_selected(self) -> Cells:
        details = attributes.values(self.projects, "project_details") or []
        if not self.block.fragment and attributes.values(details, "selected_label_id") is None:
            return NULLS
        wanted = [self._selected(at) for at in range(len(self.labels))]
        pairs = zip(wanted, self.labels, strict=True)
        return [None if one is None else label.id == one for one, label in pairs]

    def _is_latest(self) -> Cells:
        return self._find_latest() if self._latest is None else self._latest

    def _find_latest(self) -> list[bool | None]:
        """Return of each label whether it is the newest of its line and project; None where none is dated."""
        details = attributes.values(self.labels, "label_details") or []
        dates: list[str | None] = attributes.values(details, "created_at") or [None] * len(self.labels)
        moments = [
            None if text is None or project is None else parse_timestamp(text)
            for text, project in zip(dates, self.projects, strict=True)
        ]
        if self._are_alone:
            return [None if moment is None else True for moment in moments]
        latest: list[bool | None] = [None] * len(moments)
        for start, stop in self._groups():
            winner = self._newest(self.project_ids[start], start, moments[start:stop])
            if winner is not None:
                for at in range(start, stop):
                    latest[at] = None if moments[at] is None else self.positions[at] == winner
        return latest

    def _groups(self) -> Iterator[tuple[int, int]]:
        """Yield where the labels of each line and project begin and end."""
        start = 0
        for home, labels in groupby(zip(self.rows, self.project_ids, strict=True)):
            stop = start + sum(1 for _ in labels)
            if home[1] is not None:
                yield start, stop
            start = stop

    def _newest(self, project_id: str | None, start: int, moments: list[datetime | None]) -> int | None:
        """Return the position of the newest label of a project, whose labels begin at `start`."""
        fragment = self.block.fragment
        if fragment is not None and project_id is not None and project_id in fragment.latest:
            return fragment.latest[project_id]
        winner = newest_of(moments)
        return None if winner is None else self.positions[start + winner]

    def _extra(self) -> Cells:
        for at, label_id in enumerate(attributes.values(self.labels, "id") or ()):
            if label_id is not None and is_derived(label_id):
                self.leave(at, "id", value=label_id)
        first = attributes.values(self.labels, "performance_details")
        second = attributes.values(self.labels, "performance_details_v2")
        if first is not None and second is not None:
            for name in SHARED_PERFORMANCE:
                self._note_differing(name, first, second)
        return extra_column(self.labels, self.leftovers)

    def _note_differing(self, name: str, first: list[Any], second: list[Any]) -> None:
        """Keep for extra the values of a field of both performance objects where the second differs."""
        given, given_again = attributes.values(first, name), attributes.values(second, name)
        if given_again is None or given_again == given:
            return
        for at, value in enumerate(given_again):
            before = first[at] and getattr(first[at], name)
            if first[at] is not None and value is not None and value != before:
                self.leave(at, "performance_details_v2", name, value=value)


def is_derived(label_id: str) -> bool:
    """Return whether an id looks like one that a label without any was given."""
    return label_id.startswith("derived:") and _DERIVED.fullmatch(label_id) is not None


def container(annotations: Annotations) -> str:
    """Return which of the container shapes the keys of `annotations` make."""
    if annotations.groups is not None:
        return "dicom"
    if annotations.timestamp is not None:
        return "audio"
    if (
        annotations.frames is not None
        or annotations.segments is not None
        or annotations.key_frame_feature_map is not None
    ):
        return "video"
    return "flat"
