"""Small lines: takes the few fields that show a rule, gives the rows of one table, without shared columns."""

from __future__ import annotations

from typing import Any

from oracle.comparison import without_nulls
from oracle.tables import tables_of

__all__ = ["PLACE", "below_label", "one_label", "one_object", "rows_of"]

PLACE: dict[str, Any] = {"line": 1, "byte_offset": 0, "byte_length": 9, "export_id": "e", "source_uri": "s"}
COMMON = {"data_row_id": "d", "export_id": "e", "line": 1}


def rows_of(table: str, **line: Any) -> list[dict[str, Any]]:
    """Return the rows of one table, without nulls and the columns that every row of a line shares."""
    line.setdefault("data_row", {"id": "d"})
    rows = tables_of(line, **PLACE)[table]
    return [
        {key: value for key, value in without_nulls(table, row).items() if key not in COMMON} for row in rows
    ]


def below_label(table: str, **annotations: Any) -> list[dict[str, Any]]:
    """Return the rows of one table below the only label of a line, without the label's keys."""
    rows = rows_of(table, projects={"p": {"labels": [{"id": "l", "annotations": annotations}]}})
    keys = {"project_id": "p", "label_id": "l", "label_index": 0, "origin": "project"}
    assert all(row.items() >= keys.items() for row in rows)
    return [{key: value for key, value in row.items() if key not in keys} for row in rows]


def one_object(**fields: Any) -> dict[str, Any]:
    (row,) = below_label("objects", objects=[fields])
    del row["position"]
    return row


def one_label(**fields: Any) -> dict[str, Any]:
    (row,) = rows_of("labels", projects={"p": {"labels": [fields]}})
    return row
