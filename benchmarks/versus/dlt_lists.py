"""dlt, with a generator that turns keyed dictionaries into lists.

dlt makes a child table of every nested list itself. Left to itself dlt makes columns of keys: 27 006
columns from five lines of a video export.

Where the comparison favours dlt: column names and types are its own, a table is one Parquet file with dlt's
default compression, keys of a row are joins over `_dlt_parent_id`, and derived columns are missing.

Where it favours exportkit: dlt infers and evolves a schema, keeps state between runs and loads to many
destinations; that is what its time goes to.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import dlt
import orjson

__all__ = ["convert"]

KEYED = {"projects", "frames", "segments", "key_frame_feature_map"}
#: How dlt's names of tables end, for each of ours.
ENDINGS = {
    "data_rows": ("lines",),
    "projects": ("lines__projects",),
    "workflow_history": ("__workflow_history",),
    "labels": ("__labels",),
    "objects": ("__objects",),
    "classifications": ("__classifications",),
    "segments": ("__segments__items",),
    "key_frames": ("__key_frame_feature_map__items",),
    "embeddings": ("embeddings__values",),
    "attachments": ("__attachments",),
    "metadata": ("__metadata_fields",),
}


def convert(
    source: Path, destination: Path, *, tables: Collection[str] | None = None, threads: int = 2
) -> dict[str, int]:
    """Load an export into Parquet files and return the rows of the tables that correspond to ours.

    A checklist's question is one row in dlt's tables, so `classifications` is left out where there are any.
    """
    del tables
    os.environ |= {
        "RUNTIME__DLTHUB_TELEMETRY": "false",
        "NORMALIZE__WORKERS": str(threads),
        "EXTRACT__WORKERS": str(threads),
    }
    pipeline = dlt.pipeline(
        "export",
        destination=dlt.destinations.filesystem(destination.resolve().as_uri()),
        dataset_name="tables",
        pipelines_dir=str(destination / "state"),
    )
    pipeline.run(dlt.resource(lines(source), name="lines"), loader_file_format="parquet")
    trace: Any = pipeline.last_trace
    counts: dict[str, int] = trace.last_normalize_info.row_counts
    wanted = {name: endings for name, endings in ENDINGS.items() if not split_differently(name, counts)}
    rows = {name: sum(counts[one] for one in counts if one.endswith(ends)) for name, ends in wanted.items()}
    return {name: count for name, count in rows.items() if count}


def split_differently(name: str, counts: dict[str, int]) -> bool:
    """Return whether dlt's grain differs: one row per checklist, and rows for its answers."""
    return name == "classifications" and any(one.endswith("__checklist_answers") for one in counts)


def lines(source: Path) -> Iterator[Any]:
    """Yield parsed lines without keyed dictionaries."""
    with source.open("rb") as file:
        for line in file:
            yield listed(orjson.loads(line))


def listed(value: Any) -> Any:
    """Return a value whose keyed dictionaries are lists of objects with a `key`."""
    if isinstance(value, list):
        return [listed(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        key: entries(item) if isinstance(item, dict) and (key in KEYED or key == "objects") else listed(item)
        for key, item in value.items()
    }


def entries(keyed: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the entries of a keyed dictionary."""
    return [
        {"key": key, **listed(item)} if isinstance(item, dict) else {"key": key, "items": item}
        for key, item in keyed.items()
    ]
