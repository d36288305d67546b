"""Tables of where a data row stands: ``projects``, ``workflow_history``, ``model_runs``."""

from __future__ import annotations

from typing import Any

import numpy as np

from exportkit.flatten.data_rows import row_keys
from exportkit.flatten.extras import compact_json, extras_of, merged, sections_column
from exportkit.flatten.gathering import Columns, children
from exportkit.flatten.leftovers import LeftoverColumns
from exportkit.native import attributes
from exportkit.rows import RowBlock
from exportkit.rows.structs import Run
from exportkit.tables.cells import Attribute, Coded

__all__ = ["model_run_columns", "project_columns", "workflow_columns"]

_NO_RUN = Run()


def project_columns(block: RowBlock, leftovers: LeftoverColumns) -> tuple[int, Columns]:
    """Return the number of rows of the table ``projects`` and its columns."""
    found = children(block.rows, "projects")
    if found is None:
        return 0, {}
    ids, projects = found.keys, found.items
    details: list[Any] = attributes.values(projects, "project_details") or [None] * len(projects)
    return len(ids), {
        **row_keys(block, found.parent_at()),
        "project_id": lambda: ids,
        "project_name": lambda: Attribute(projects, "name"),
        "ontology_id": lambda: Attribute(details, "ontology_id"),
        "task_id": lambda: Attribute(details, "task_id"),
        "task_name": lambda: Attribute(details, "task_name"),
        "batch_id": lambda: Attribute(details, "batch_id"),
        "batch_name": lambda: Attribute(details, "batch_name"),
        "workflow_status": lambda: Attribute(details, "workflow_status"),
        "priority": lambda: Attribute(details, "priority"),
        "selected_label_id": lambda: Attribute(details, "selected_label_id"),
        "consensus_expected_label_count": lambda: Attribute(details, "consensus_expected_label_count"),
        "project_tags": lambda: [compact_json(one.project_tags) for one in projects],
        "sections": lambda: sections_column(projects, ("project_details",)),
        "extra": lambda: leftovers.column(extras_of(projects)),
    }


def workflow_columns(block: RowBlock, leftovers: LeftoverColumns) -> tuple[int, Columns]:
    """Return the number of rows of the table ``workflow_history`` and its columns."""
    found = children(block.rows, "projects")
    details = None if found is None else attributes.values(found.items, "project_details")
    histories = None if details is None else children(details, "workflow_history")
    if found is None or histories is None:
        return 0, {}
    of_projects, steps, ids = histories.parent_at(), histories.items, found.keys
    first = block.fragment.position if block.fragment else 0
    return len(steps), {
        **row_keys(block, found.parent_at()[of_projects]),
        "project_id": lambda: Coded(of_projects, ids),
        "position": lambda: first + histories.positions(),
        "action": lambda: Attribute(steps, "action"),
        "created_at": lambda: Attribute(steps, "created_at"),
        "created_by": lambda: Attribute(steps, "created_by"),
        "previous_task_id": lambda: Attribute(steps, "previous_task_id"),
        "previous_task_name": lambda: Attribute(steps, "previous_task_name"),
        "next_task_id": lambda: Attribute(steps, "next_task_id"),
        "next_task_name": lambda: Attribute(steps, "next_task_name"),
        "extra": lambda: leftovers.column(extras_of(steps)),
    }


def model_run_columns(block: RowBlock, leftovers: LeftoverColumns) -> tuple[int, Columns]:
    """Return the number of rows of the table ``model_runs`` and its columns.

    An experiment's own leftovers stand on its first run; a run's stand under its key in ``runs``.
    """
    owners: list[int] = []
    experiments: list[tuple[str, str | None]] = []
    run_ids: list[str | None] = []
    runs: list[Run] = []
    extras: list[dict[str, Any]] = []
    for number, row in enumerate(block.rows):
        for experiment_id, experiment in (row.experiments or {}).items():
            found: dict[Any, Run] = {**experiment.runs} if experiment.runs else {None: _NO_RUN}
            for order, (run_id, run) in enumerate(found.items()):
                owners.append(number)
                experiments.append((experiment_id, experiment.name))
                run_ids.append(run_id)
                runs.append(run)
                extras.append(_extra(experiment.extra_ if order == 0 else None, run_id, run))
    return len(runs), {
        **row_keys(block, np.array(owners, dtype=np.int64)),
        "experiment_id": lambda: [one for one, _ in experiments],
        "experiment_name": lambda: [name for _, name in experiments],
        "model_run_id": lambda: run_ids,
        "model_run_name": lambda: Attribute(runs, "name"),
        "run_data_row_id": lambda: Attribute(runs, "run_data_row_id"),
        "data_split": lambda: [one.split if one.data_split is None else one.data_split for one in runs],
        "extra": lambda: leftovers.column(extras),
    }


def _extra(of_experiment: dict[str, Any] | None, run_id: str | None, run: Run) -> dict[str, Any]:
    own = dict(run.extra_ or {})
    if run.split is not None and run.data_split is not None and run.split != run.data_split:
        own["split"] = run.split
    return merged(of_experiment, {"runs": {run_id: own}} if own else None)
