"""Values that options accept: their types, for annotations and for checks."""

# No `from __future__ import annotations`: `TypedDict` compiles annotations that are strings.

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Literal, TypedDict

__all__ = [
    "BATCH_ROWS",
    "COMPRESSION_LEVEL",
    "MAX_COMPRESSION_RATIO",
    "Filters",
    "FormatName",
    "How",
    "LabelPolicy",
    "Mode",
    "OnBadRow",
    "OnBadSource",
    "Params",
]

#: Rows of a batch, and of a row group.
BATCH_ROWS = 100_000
#: Level of zstd.
COMPRESSION_LEVEL = 1
#: Times that compressed input may expand.
MAX_COMPRESSION_RATIO = 1000.0

FormatName = Literal["parquet", "arrow"]
How = Literal["hash", "omit", "strip_query", "keep"]
LabelPolicy = Literal["all", "latest", "latest_not_skipped", "selected", "benchmark"]
Mode = Literal["error", "overwrite", "append"]
OnBadRow = Literal["reject", "raise", "skip"]
OnBadSource = Literal["raise", "skip"]


class Params(TypedDict, total=False):
    """What a row shall hold; what is not named, or False, is left out.

    `project_ids` and `all_projects`, `model_run_ids` and `all_model_runs` belong to exports of several
    projects or model runs. Where none of the four is named, all projects and model runs of a row stay, as the
    export of a project holds that project without being asked.
    """

    attachments: bool
    metadata_fields: bool
    embeddings: bool
    data_row_details: bool
    project_details: bool
    label_details: bool
    performance_details: bool
    interpolated_frames: bool
    predictions: bool
    model_run_details: bool
    project_ids: Sequence[str]
    model_run_ids: Sequence[str]
    all_projects: bool
    all_model_runs: bool


class Filters(TypedDict, total=False):
    """Which data rows to convert: those that every filter keeps.

    A filter that looks at projects or labels keeps a data row when any of them fits.
    """

    last_activity_at: Sequence[str | datetime | None]
    label_created_at: Sequence[str | datetime | None]
    data_row_ids: Collection[str]
    global_keys: Collection[str]
    batch_ids: Collection[str]
    workflow_status: str | Collection[str]
    project_ids: Collection[str]
    dataset_ids: Collection[str]
    media_types: Collection[str]
    annotation_kinds: Collection[str]
    label_created_by: Collection[str]
    metadata: Mapping[str, str | float | bool | datetime | Collection[str | float | bool | datetime]]
