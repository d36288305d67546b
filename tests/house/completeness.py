"""Where columns and kinds have to be: in the lines that are drawn, in the oracle's rows of them, in goldens.

Gives the tables of the drawn lines twice, by the product and by the oracle, and for each table the files in
which a column of it is added.
"""

from __future__ import annotations

import io
import json
from functools import cache
from typing import Any

import exportkit
from oracle import Tables, rows_of_batches, tables_of_export
from oracle.goldens import GOLDENS
from strategies.drawn import drawn_lines

__all__ = [
    "DECLARED_IN",
    "DRAWN_IN",
    "READ_IN",
    "by_oracle",
    "by_product",
    "filled",
    "kinds_in",
    "of_goldens",
]

_ROW_TABLES = (
    "data_rows", "attachments", "metadata", "embeddings", "projects", "workflow_history", "model_runs",
)  # fmt: skip
_FEATURES = ("objects", "classifications", "relationships")
_SPANS = ("segments", "key_frames")
#: By table, the file that declares its columns, the one that draws their values, and the oracle's.
DECLARED_IN = {
    **dict.fromkeys((*_ROW_TABLES, "rejects"), "exportkit/tables/row_tables.py"),
    **dict.fromkeys(("labels", *_FEATURES, *_SPANS), "exportkit/tables/label_tables.py"),
}
DRAWN_IN = {
    **dict.fromkeys((*_ROW_TABLES, "labels"), "tests/strategies/rows.py"),
    **dict.fromkeys(_FEATURES, "tests/strategies/features.py"),
    **dict.fromkeys(_SPANS, "tests/strategies/annotations.py"),
    "rejects": "tests/strategies/lines.py",
}
READ_IN = {
    **dict.fromkeys((*_ROW_TABLES, "rejects"), "tests/oracle/tables.py"),
    **dict.fromkeys(("objects", "relationships"), "tests/oracle/objects.py"),
    **dict.fromkeys(_SPANS, "tests/oracle/annotations.py"),
    "labels": "tests/oracle/labels.py",
    "classifications": "tests/oracle/questions.py",
}


@cache
def by_product() -> Tables:
    """Return the tables that the product makes of the drawn lines."""
    return rows_of_batches(exportkit.iter_batches(io.BytesIO(drawn_lines()), export_id="e"))


@cache
def by_oracle() -> Tables:
    """Return the tables that the oracle makes of the drawn lines."""
    return tables_of_export(drawn_lines(), export_id="e", source_uri="stream:")


@cache
def of_goldens() -> Tables:
    """Return the rows of all goldens."""
    tables: Tables = {}
    for path in sorted(GOLDENS.glob("*.json")):
        for table, rows in json.loads(path.read_text("utf-8")).items():
            tables.setdefault(table, []).extend(rows)
    return tables


def filled(tables: Tables) -> set[tuple[str, str]]:
    """Return the columns that hold a value in some row; an empty list is none."""
    return {
        (table, column)
        for table, rows in tables.items()
        for row in rows
        for column, value in row.items()
        if value not in (None, [])
    }


def kinds_in(tables: Tables) -> set[Any]:
    """Return the annotation kinds of objects and relationships."""
    return {row.get("annotation_kind") for table in ("objects", "relationships") for row in tables[table]}
