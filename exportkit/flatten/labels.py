"""The table ``labels``, and what of a label the tables below it repeat."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np

from exportkit.flatten.extras import compact_json, extras_of, sections_column
from exportkit.flatten.gathering import Columns
from exportkit.flatten.leftovers import LeftoverColumns
from exportkit.native import attributes
from exportkit.rows import NO_RAW, PlacedLabel, RowBlock, placed_labels
from exportkit.rows.features import Annotations
from exportkit.rows.structs import SHARED_PERFORMANCE
from exportkit.tables.cells import NULLS, Attribute, Cells, Coded, Ints, Lists, Same
from exportkit.tables.instants import newest_of, parse_timestamp

__all__ = ["LabelSet", "container", "creation_moments", "is_derived"]

_DERIVED = re.compile("derived:[0-9a-f]{24}")
_NOTHING = Annotations()


class LabelSet:
    """The labels and predictions of a block, with what each table below a label repeats of them.

    `labels` and `placed` hold the labels that are kept, one entry per label: a ``label_at`` is a position in
    them. Columns are attributes of the entries, read by compiled code. Labels that are not kept are looked at
    once more, where the newest label of a project is looked for.
    """

    def __init__(self, block: RowBlock) -> None:
        self.block = block
        #: Leftovers found while flattening, by label: merged into ``labels.extra``.
        self.leftovers: dict[int, dict[str, Any]] = {}
        self._all = _all_labels(block)
        self.placed = [one for one in self._all if one.is_kept]
        self.labels = [one.label for one in self.placed]

    @cached_property
    def row_numbers(self) -> Ints:
        """The row of each label, as an array."""
        return _numbers(self.placed, "row_at")

    @cached_property
    def lines(self) -> Ints:
        """The line of each label."""
        return self.block.lines[self.row_numbers]

    @cached_property
    def index_numbers(self) -> Ints:
        """The ordinal of each label on its line."""
        return _numbers(self.placed, "index")

    @cached_property
    def data_row_ids(self) -> list[str]:
        """The data row of each label."""
        return list(map(self.block.ids.__getitem__, self.row_numbers.tolist()))

    @cached_property
    def ids(self) -> list[str]:
        """The id of each label, a derived one where the export gives none."""
        given = attributes.values(self.labels, "id") or [None] * len(self.labels)
        return [self._derived_id(at) if one is None else one for at, one in enumerate(given)]

    @cached_property
    def project_ids(self) -> list[str | None]:
        """The project of each label, None below a model run."""
        return attributes.values(self.placed, "project_id") or [None] * len(self.placed)

    def _derived_id(self, at: int) -> str:
        one = self.placed[at]
        parts = (
            self.data_row_ids[at], one.origin, one.project_id or "",
            one.experiment_id or "", one.model_run_id or "", str(one.position),
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

    @cached_property
    def origins(self) -> list[str]:
        """What kind of list each label stands in."""
        return attributes.values(self.placed, "origin") or []

    def keys(self, label_at: Ints) -> Columns:
        """Return the common columns of rows that belong to the labels at `label_at`."""
        return {
            "data_row_id": lambda: Coded(label_at, self.data_row_ids),
            "project_id": lambda: Coded(label_at, self.project_ids),
            "label_id": lambda: Coded(label_at, self.ids),
            "label_index": lambda: self.index_numbers[label_at],
            "origin": lambda: Coded(label_at, self.origins),
            "export_id": lambda: Same(self.block.source.export_id),
            "line": lambda: self.lines[label_at],
        }

    def columns(self, leftovers: LeftoverColumns) -> tuple[int, Columns]:
        """Return the number of rows of the table ``labels`` and its columns."""
        labels, placed = self.labels, self.placed
        nothing: list[Any] = [None] * len(labels)
        details = attributes.values(labels, "label_details") or nothing
        first = attributes.values(labels, "performance_details") or nothing
        second = attributes.values(labels, "performance_details_v2") or nothing
        leading = [one or other for one, other in zip(first, second, strict=True)]
        return len(labels), {
            "data_row_id": lambda: self.data_row_ids,
            "project_id": lambda: self.project_ids,
            "label_id": lambda: self.ids,
            "label_index": lambda: self.index_numbers,
            "origin": lambda: self.origins,
            "experiment_id": lambda: Attribute(placed, "experiment_id"),
            "model_run_id": lambda: Attribute(placed, "model_run_id"),
            "position": lambda: Attribute(placed, "position"),
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
            "benchmark_id": lambda: Attribute(first, "benchmark_id"),
            "has_open_issues": lambda: Attribute(labels, "has_open_issues"),
            "view_label": lambda: Attribute(labels, "view_label"),
            "other_row_data": lambda: Attribute(labels, "other_row_data"),
            "frames_url": lambda: Attribute(labels, "frames_url"),
            "class_masks": self._class_masks,
            "z_order": lambda: Attribute(labels, "z_order"),
            "extra": lambda: leftovers.column(self._extras()),
            "export_id": lambda: Same(self.block.source.export_id),
            "line": lambda: self.lines,
        }

    def _sections(self) -> Cells:
        names = ("label_details", "performance_details", "performance_details_v2")
        return sections_column(self.labels, names)

    def _class_masks(self) -> Cells:
        raws = attributes.values(self.labels, "class_masks")
        if raws is None or raws.count(NO_RAW) == len(raws):
            return NULLS
        return [compact_json(raw) for raw in raws]

    def _planes(self) -> Cells:
        groups = [one.groups for one in self.annotations]
        if not any(groups):
            return NULLS
        keys = [key for group in groups if group for key in group]
        names = [plane.name for group in groups if group for plane in group.values()]
        counts = np.array([len(group) if group else 0 for group in groups], dtype=np.int64)
        return Lists(counts, {"key": keys, "name": names}, counts > 0)

    def _is_selected(self) -> Cells:
        details = attributes.values(attributes.values(self.placed, "project") or [], "project_details") or []
        if not self.block.fragment and attributes.values(details, "selected_label_id") is None:
            return NULLS
        selected = [(one.label.id, self._selected(one)) for one in self.placed]
        return [None if wanted is None else label_id == wanted for label_id, wanted in selected]

    def _selected(self, one: PlacedLabel) -> str | None:
        """Return the label that consensus selected in the project of a label."""
        project, fragment = one.project, self.block.fragment
        if project is None:
            return None
        if project.project_details is not None and project.project_details.selected_label_id is not None:
            return project.project_details.selected_label_id
        return fragment.selected.get(one.project_id or "") if fragment else None

    def _is_latest(self) -> Cells:
        """Return of each label whether it is the newest of its line and project; None where none is dated."""
        if self.block.fragment is None and not any(one.position for one in self._all):
            self._note_only_labels()
        else:
            for (_, project_id), group in groupby(self._all, key=_row_and_project):
                if project_id is not None:
                    self._note_latest(project_id, list(group))
        return Attribute(self.placed, "is_latest")

    def _note_only_labels(self) -> None:
        """Note labels that are alone in their project and row, as most are: each is the newest."""
        for one, moment in zip(self._all, creation_moments(self._all), strict=True):
            if moment is not None and one.project_id is not None:
                one.is_latest = True

    def _note_latest(self, project_id: str, labels: list[PlacedLabel]) -> None:
        """Note which of all labels of one project and row is the newest."""
        moments = creation_moments(labels)
        winner = self._newest(project_id, labels, moments)
        for one, moment in zip(labels, moments, strict=True):
            one.is_latest = None if winner is None or moment is None else one.position == winner

    def _newest(
        self, project_id: str, labels: list[PlacedLabel], moments: list[datetime | None]
    ) -> int | None:
        """Return the position of the newest label of a project, which may stand in another fragment."""
        fragment = self.block.fragment
        if fragment is not None and project_id in fragment.latest:
            return fragment.latest[project_id]
        winner = newest_of(moments)
        return None if winner is None else labels[winner].position

    def _extras(self) -> Sequence[Mapping[str, Any] | None]:
        for at, label_id in enumerate(attributes.values(self.labels, "id") or ()):
            if label_id is not None and is_derived(label_id):
                self.leave(at, "id", value=label_id)
        first = attributes.values(self.labels, "performance_details")
        second = attributes.values(self.labels, "performance_details_v2")
        if first is not None and second is not None:
            for name in SHARED_PERFORMANCE:
                self._note_differing(name, first, second)
        return extras_of(self.labels, self.leftovers)

    def _note_differing(self, name: str, first: list[Any], second: list[Any]) -> None:
        """Keep for extra the values of a field of both performance objects where the second differs."""
        given, given_again = attributes.values(first, name), attributes.values(second, name)
        if given_again is None or given_again == given:
            return
        for at, value in enumerate(given_again):
            before = first[at] and getattr(first[at], name)
            if first[at] is not None and value is not None and value != before:
                self.leave(at, "performance_details_v2", name, value=value)


def creation_moments(labels: Sequence[PlacedLabel]) -> list[datetime | None]:
    """Return when each label was made, None where that is not known."""
    details = attributes.values([one.label for one in labels], "label_details") or []
    dates = attributes.values(details, "created_at") or [None] * len(labels)
    return [None if date is None else parse_timestamp(date) for date in dates]


def _numbers(placed: list[PlacedLabel], name: str) -> Ints:
    return np.array(attributes.values(placed, name) or [], dtype=np.int64)


def _all_labels(block: RowBlock) -> list[PlacedLabel]:
    """Return the labels of a block as the selection judged them, or as they stand where it did not."""
    if block.labels is not None:
        return block.labels
    if block.fragment is None:
        return list(placed_labels(block.rows))
    first_index, first_position = block.fragment.label_index, block.fragment.label_position
    return list(placed_labels(block.rows, first_index=first_index, first_position=first_position))


def _row_and_project(one: PlacedLabel) -> tuple[int, str | None]:
    return one.row_at, one.project_id


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
