"""Lines: all rows of one line, out of all tables, as the line that they were.

Takes records by table, gives the line; rows whose owner is not there any more are left out and counted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from exportkit.rebuild.labels import TABLES_BELOW, label_of
from exportkit.rebuild.records import Record
from exportkit.rebuild.sections import Holder, line_without_labels

__all__ = ["array_key", "holder_of", "line_of"]


def line_of(records: Mapping[str, Sequence[Record]]) -> tuple[dict[str, Any], int]:
    """Return a line, and the number of its rows that are left out because their owner is missing.

    Parameters
    ----------
    records : mapping of str to sequence of dict
        The rows of every table that belong to the line; of ``data_rows`` there is one.
    """
    line, homes = line_without_labels(records)
    below = {table: by_label(records[table]) for table in TABLES_BELOW}
    left_out = 0
    arrays: dict[Holder, list[Any]] = {}
    for label in sorted(records["labels"], key=lambda one: one["position"]):
        rows = {table: found.pop(label["label_index"], ()) for table, found in below.items()}
        holder = holder_of(label)
        if holder in homes:
            built, lost = label_of(label, rows)
            arrays.setdefault(holder, []).append(built)
            left_out += lost
        else:
            left_out += 1 + sum(map(len, rows.values()))
    for holder, labels in arrays.items():
        homes[holder][array_key(holder)] = labels
    return line, left_out + sum(len(rows) for found in below.values() for rows in found.values())


def by_label(records: Iterable[Record]) -> dict[int, list[Record]]:
    """Return rows by the label they belong to."""
    found: dict[int, list[Record]] = defaultdict(list)
    for record in records:
        found[record["label_index"]].append(record)
    return found


def holder_of(label: Record) -> Holder:
    """Return which array a label stands in."""
    return label["origin"], label.get("project_id"), label.get("experiment_id"), label.get("model_run_id")


def array_key(holder: Holder) -> str:
    """Return the key of the array that labels of one origin stand in."""
    return "predictions" if holder[0] == "prediction" else "labels"
