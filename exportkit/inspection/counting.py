"""Counting: the tallies, periods and sums of each table, and the columns that they need."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from exportkit.inspection.tallies import Counted, GroupCounter, PeriodTally, Tally
from exportkit.tables import TABLES

__all__ = ["Counts"]

#: Every tally by name.
TALLIES = {
    "media_types": Counted("data_rows", ("media_type",)),
    "export_versions": Counted("data_rows", ("export_version",)),
    "datasets": Counted("data_rows", ("dataset_name",)),
    "row_sections": Counted("data_rows", ("sections",)),
    "project_sections": Counted("projects", ("sections",)),
    "label_sections": Counted("labels", ("sections",)),
    "attachments": Counted("attachments", ("type",)),
    "metadata": Counted("metadata", ("schema_name", "schema_kind")),
    "embeddings": Counted("embeddings", ("name", "dimensions", "is_custom", "has_vector")),
    "projects": Counted("projects", ("project_id", "project_name", "workflow_status")),
    "model_runs": Counted(
        "model_runs", ("experiment_id", "experiment_name", "model_run_id", "model_run_name", "data_split")
    ),
    "labels": Counted("labels", ("project_id", "experiment_id", "model_run_id", "origin", "skipped")),
    "label_states": Counted("labels", ("origin", "skipped")),
    "containers": Counted("labels", ("container",)),
    "selected": Counted("labels", ("is_selected",)),
    "creators": Counted("labels", ("created_by",)),
    "classes": Counted("objects", ("name", "annotation_kind")),
    "kinds": Counted("objects", ("annotation_kind",)),
    "object_frames": Counted("objects", ("is_in_frame", "is_key_frame")),
    "questions": Counted("classifications", ("name", "answer_type", "is_later_answer", "is_nested")),
    "answers": Counted("classifications", ("name", "answer_type", "answer_name")),
    "timed": Counted("classifications", ("is_timed",)),
    "relationships": Counted("relationships", ("annotation_kind", "direction")),
    "features": Counted("segments", ("is_later_span",)),
    "key_frames": Counted("key_frames", ("is_key_frame",)),
}  # fmt: skip
#: Table and column of every period.
PERIODS = {
    "created": ("data_rows", "created_at"),
    "last_activity": ("data_rows", "last_activity_at"),
    "labeled": ("labels", "created_at"),
}


def _video_frames(batch: pa.RecordBatch) -> pa.Array:
    """Return the number of frames of videos; null for other assets, such as DICOM series."""
    counts = batch.column("frame_count")
    is_video = pc.match_substring(batch.column("media_type"), "video")  # the only media type that is like it
    return pc.if_else(is_video, counts, pa.nulls(len(counts), counts.type))


def _video_seconds(batch: pa.RecordBatch) -> pa.Array:
    """Return the number of frames of videos divided by the frame rate; null if the rate is not positive."""
    rates = batch.column("frame_rate")
    positive = pc.greater(rates, pc.subtract(rates, rates))
    known = pc.if_else(positive, rates, pa.nulls(len(rates), pa.float64()))
    return pc.divide(pc.cast(_video_frames(batch), pa.float64(), safe=False), known)


#: Table and columns of every sum, and the values that are added up.
SUMS: dict[str, tuple[str, tuple[str, ...], Callable[[pa.RecordBatch], pa.Array]]] = {
    "video_frames": ("data_rows", ("media_type", "frame_count"), _video_frames),
    "video_seconds": ("data_rows", ("media_type", "frame_count", "frame_rate"), _video_seconds),
    "seconds_to_create": ("labels", ("seconds_to_create",), lambda batch: batch.column("seconds_to_create")),
}
#: The columns that identify a frame of a label and plane; its objects are neighbours.
FRAME_KEYS = ("export_id", "line", "label_index", "plane", "frame")
#: The columns of unknown fields and kinds; the pipeline counts them into the report.
UNKNOWNS = ("extra", "media_attributes", "payload")


class Counts:
    """Everything that is counted in one pass; the pass must make `columns`.

    Memory: the keys of the tallies, at most 10 000 each, whatever the size of the export.
    """

    def __init__(self) -> None:
        self.tallies = {name: Tally(counted) for name, counted in TALLIES.items()}
        self.periods = {name: PeriodTally() for name in PERIODS}
        self.sums: dict[str, float] = dict.fromkeys(SUMS, 0)
        self.frames = GroupCounter(FRAME_KEYS)

    @property
    def columns(self) -> dict[str, list[str]]:
        """The columns that are needed, by table; every table is a key."""
        needed: dict[str, set[str]] = {name: {"line"} for name in TABLES}
        for counted in TALLIES.values():
            needed[counted.table].update(counted.columns)
        for table, column in PERIODS.values():
            needed[table].add(column)
        for table, columns, _ in SUMS.values():
            needed[table].update(columns)
        needed["objects"].update(FRAME_KEYS)
        for name, declared in TABLES.items():
            needed[name].update(one.name for one in declared.columns if one.name in UNKNOWNS)
        return {name: sorted(columns) for name, columns in needed.items()}

    def add(self, table: str, batch: pa.RecordBatch) -> None:
        """Count a batch of a table."""
        for tally in self.tallies.values():
            if tally.counted.table == table:
                tally.add(batch)
        for name, (of, column) in PERIODS.items():
            if of == table:
                self.periods[name].add(batch.column(column))
        for name, (of, _, values) in SUMS.items():
            if of == table:
                self.sums[name] += _sum(values(batch))
        if table == "objects":
            self.frames.add(batch.filter(pc.is_valid(batch.column("frame"))))


def _sum(values: pa.Array) -> float:
    """Return the sum; 0 if there are no values, or if the sum is not finite."""
    if pa.types.is_integer(values.type):  # in two halves, since Arrow's sum of int64 wraps around
        halves = pc.shift_right(values, 32), pc.bit_wise_and(values, 2**32 - 1)
        high, low = (pc.sum(half).as_py() or 0 for half in halves)
        return int(high * 2**32 + low)
    found: Any = pc.sum(values).as_py()
    return found if found is not None and math.isfinite(found) else 0
