"""One block through all tables that were asked for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

import numpy as np

from exportkit.flatten.answers import answer_columns
from exportkit.flatten.data_rows import (
    attachment_columns,
    data_row_columns,
    embedding_columns,
    metadata_columns,
)
from exportkit.flatten.feature_sets import FeatureSet
from exportkit.flatten.gathering import Columns
from exportkit.flatten.labels import LabelSet
from exportkit.flatten.leftovers import LeftoverColumns
from exportkit.flatten.objects import object_columns
from exportkit.flatten.projects import model_run_columns, project_columns, workflow_columns
from exportkit.flatten.spans import key_frame_columns, relationship_columns, segment_columns
from exportkit.place import Source
from exportkit.rows import Reject, RowBlock
from exportkit.tables.cells import Attribute, Same, TableBlock

__all__ = ["flatten", "reject_block"]

#: What the rows of a table are made from.
Given = TypeVar("Given")

_OF_ROWS = {
    "data_rows": data_row_columns,
    "attachments": attachment_columns,
    "metadata": metadata_columns,
    "embeddings": embedding_columns,
    "projects": project_columns,
    "workflow_history": workflow_columns,
    "model_runs": model_run_columns,
}
_OF_LABELS = frozenset({"labels", "segments", "key_frames"})
_OF_FEATURES = {
    "objects": object_columns,
    "classifications": answer_columns,
    "relationships": relationship_columns,
}


def flatten(block: RowBlock, wanted: Collection[str]) -> Iterator[TableBlock]:
    """Yield the rows that `block` adds to each wanted table; tables without rows are left out."""
    if not block.rows:
        return
    if block.fragment is not None:
        wanted = block.fragment.emits.intersection(wanted)
    for name, columns_of in _OF_ROWS.items():
        if name in wanted:
            yield from _table(name, columns_of, block)
    if not _OF_LABELS.isdisjoint(wanted) or not _OF_FEATURES.keys().isdisjoint(wanted):
        labels = LabelSet(block)
        if labels.labels:
            yield from _flatten_labels(labels, wanted)


def _flatten_labels(labels: LabelSet, wanted: Collection[str]) -> Iterator[TableBlock]:
    if not _OF_FEATURES.keys().isdisjoint(wanted):
        features = FeatureSet(labels)
        for name, columns_of in _OF_FEATURES.items():
            if name in wanted:
                yield from _table(name, columns_of, features)
    for name, spans_of in (("segments", segment_columns), ("key_frames", key_frame_columns)):
        if name in wanted or (name == "key_frames" and "labels" in wanted):
            length, columns = spans_of(labels)
            if length and name in wanted:
                yield TableBlock(name, length, columns)
    if "labels" in wanted:
        yield from _table("labels", LabelSet.columns, labels)


def _table(
    name: str, columns_of: Callable[[Given, LeftoverColumns], tuple[int, Columns]], source: Given
) -> Iterator[TableBlock]:
    """Yield the rows of a table with their leftovers, where there are any rows."""
    leftovers = LeftoverColumns(name)
    length, columns = columns_of(source, leftovers)
    if length:
        yield TableBlock(name, length, columns, leftovers.counts)


def reject_block(rejects: list[Reject], source: Source) -> TableBlock:
    """Return the rows of the table ``rejects``."""
    return TableBlock(
        "rejects",
        len(rejects),
        {
            "data_row_id": lambda: Attribute(rejects, "data_row_id"),
            "source_uri": lambda: Same(source.uri),
            "byte_offset": lambda: Attribute(rejects, "byte_offset"),
            "byte_length": lambda: Attribute(rejects, "byte_length"),
            "error": lambda: Attribute(rejects, "error"),
            "problem": lambda: Attribute(rejects, "problem"),
            "json_path": lambda: Attribute(rejects, "json_path"),
            "reason": lambda: Attribute(rejects, "reason"),
            "raw": lambda: Attribute(rejects, "raw"),
            "raw_uri": lambda: Attribute(rejects, "raw_uri"),
            "export_id": lambda: Same(source.export_id),
            "line": lambda: np.array([one.line for one in rejects], dtype=np.int64),
        },
    )
