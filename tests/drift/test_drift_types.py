"""Type drift: what the data dictionary says of each type is true of every column of the type."""

from __future__ import annotations

import io
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import exportkit
from exportkit.tables import TABLES
from exportkit.tables.drift import DRIFT, Drift
from exportkit.tables.paths import source_path
from oracle import rows_equal

#: Columns that are made of more than one field, or take more than their type says.
OTHERWISE = {
    ("data_rows", "exif_rotation"),  # digits too
    ("data_rows", "data_row_id"),  # nothing is a row without it
    ("metadata", "value_string"),
    ("metadata", "value_number"),
    ("metadata", "value_timestamp"),  # each takes the values of its kind
    ("segments", "span_start"),
    ("segments", "span_end"),  # both or none
    ("objects", "message_id"),
    ("objects", "parent_message_id"),
    ("classifications", "message_id"),  # only what is part of a conversation, as kind or key say, has them
}
#: Fields that mean nothing without these beside them.
SIBLINGS = {
    "bounding_box": {"top": 1.0, "left": 2.0, "height": 3.0, "width": 4.0},
    "point": {"x": 1.0, "y": 2.0},
}


class Field(NamedTuple):
    """A column that is filled out of one field, and where that field stands."""

    table: str
    column: str
    type: str
    steps: tuple[str, ...]

    def line(self, text: str) -> bytes:
        """Return a line that holds a JSON text in the field, and little else."""
        line: dict[str, Any] = {"data_row": {"id": "d"}}
        here: Any = line
        for step, after in zip(self.steps, (*self.steps[1:], None), strict=True):
            name = step.removesuffix("[]")
            inner: Any = "@VALUE@" if after is None else {}
            if after is not None and step in SIBLINGS:
                inner = dict(SIBLINGS[step])
            here[name] = [here.get(name, inner)] if step.endswith("[]") else here.get(name, inner)
            if after is None:
                here[name] = inner
            here = here[name][0] if step.endswith("[]") else here[name]
        return json.dumps(line).replace('"@VALUE@"', text).encode()


def fields() -> list[Field]:
    found = []
    for table in TABLES.values():
        for column in table.columns:
            path = source_path(table, column)
            known = {one for drift in DRIFT for one in drift.types}
            skipped = column.json or column.name == "data_row_id" or (table.name, column.name) in OTHERWISE
            if path is None or skipped or str(column.type) not in known:
                continue
            plain = path.removeprefix("$.").replace("..", ".").replace("*_answer", "radio_answer")
            steps = tuple(re.sub(r"\*$", "key", step.replace("[*]", "[]")) for step in plain.split("."))
            found.append(Field(table.name, column.name, str(column.type), steps))
    return found


FIELDS = fields()
BY_TYPE: dict[str, Drift] = {name: drift for drift in DRIFT for name in drift.types}


def rows_of(line: bytes) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for table, batch in exportkit.iter_batches(io.BytesIO(line)):
        found.setdefault(table, []).extend(batch.to_pylist())
    return found


def shown(text: str, column_type: str) -> Any:
    """Return the value of a JSON text in the terms of a column."""
    value = json.loads(text)
    if column_type.startswith("timestamp"):
        moment = datetime.fromisoformat(value.replace("000Z", "Z"))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return {"float64": float, "int64": int, "int32": int}.get(column_type, lambda one: one)(value)


def test_nearly_every_column_of_one_field_is_tried() -> None:
    assert len(FIELDS) > 100
    assert {field.type for field in FIELDS} == set(BY_TYPE)
    assert {field.table for field in FIELDS} == set(TABLES) - {"segments", "key_frames", "rejects"}


@pytest.mark.parametrize("field", FIELDS, ids=lambda one: f"{one.table}.{one.column}")
def test_what_a_column_takes_is_in_it_and_not_in_extra(field: Field) -> None:
    for spellings in BY_TYPE[field.type].taken:
        for text in spellings.examples:
            [row] = rows_of(field.line(text))[field.table]
            assert (row[field.column], row["extra"]) == (shown(text, field.type), None), text


@pytest.mark.parametrize("field", FIELDS, ids=lambda one: f"{one.table}.{one.column}")
def test_what_a_column_does_not_take_is_in_extra_with_a_null_in_the_column(field: Field) -> None:
    for spellings in BY_TYPE[field.type].left:
        for text in spellings.examples:
            [row] = rows_of(field.line(text))[field.table]
            assert row[field.column] is None, text
            kept = (row["extra"] or "") + (row.get("payload") or "") + (row.get("media_attributes") or "")
            assert re.sub(r"\s", "", text) in re.sub(r"\s", "", kept), (text, row)


def test_every_example_comes_back_out_of_the_tables(tmp_path: Path) -> None:
    lines = [
        field.line(text)
        for field in FIELDS
        for spellings in (*BY_TYPE[field.type].taken, *BY_TYPE[field.type].left)
        for text in spellings.examples
    ]
    report = exportkit.to_arrow(io.BytesIO(b"\n".join(lines)), tmp_path / "lake")
    assert (report.data_rows, report.rejects) == (len(lines), 0)
    back = io.BytesIO()
    exportkit.to_ndjson(tmp_path / "lake", back)
    for given, found in zip(lines, back.getvalue().splitlines(), strict=True):
        assert rows_equal(given, found), given
