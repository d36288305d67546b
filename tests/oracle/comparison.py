"""Comparison: takes rows of the product and of the oracle, says where they differ.

Rows compare by value: JSON columns parsed, instants as instants, a null and an empty list as the same, and
`extra`, `payload`, `media_attributes` and `value_json` without nulls and empty containers, since
equal lines may differ in those. The order of rows within a line is free; the order of lines is not looked
at here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from oracle.columns import IDENTITY, JSON_COLUMNS, Tables, empty_tables
from oracle.equality import canonical
from oracle.leftover import JsonObject, without_empties

__all__ = ["differences", "rows_of_batches", "without_nulls"]

#: The oracle does not foretell these: wording, and where a long line is put.
FREE = {"rejects": {"problem", "json_path", "raw_uri"}}
#: Nor what `extra` says of an answer whose question hangs on a feature that its id does not name.
MARKS = frozenset({"$holder", "$parent", "$key"})
EMPTY_IS_NULL = frozenset({"extra", "payload", "media_attributes", "value_json"})


def rows_of_batches(batches: Iterable[tuple[str, Any]]) -> Tables:
    """Return the rows of record batches by table, JSON columns parsed: the product's output as the oracle's.

    Parameters
    ----------
    batches : iterable of (str, pyarrow.RecordBatch)
        As ``exportkit.iter_batches`` gives them.
    """
    tables = empty_tables()
    for table, batch in batches:
        for row in batch.to_pylist():
            for column in JSON_COLUMNS[table]:
                if row.get(column) is not None:
                    row[column] = json.loads(row[column])
            tables[table].append(row)
    return tables


def differences(expected: Tables, actual: Tables, *, limit: int = 20) -> list[str]:
    """Return what differs, one sentence a cell, at most `limit`; nothing when the tables say the same."""
    found = _differences(expected, actual)
    return [sentence for sentence, _ in zip(found, range(limit), strict=False)]


def without_nulls(table: str, row: JsonObject) -> JsonObject:
    """Return a row in the form in which rows compare: only columns that say something."""
    kept = {}
    for column, value in row.items():
        shown = value
        if column == "extra" and table == "classifications" and value is not None:
            shown = without_empties({key: item for key, item in value.items() if key not in MARKS})
        elif column in EMPTY_IS_NULL:
            shown = without_empties(value)
        elif isinstance(value, list) and not value and column not in JSON_COLUMNS[table]:
            shown = None
        if shown is not None and column not in FREE.get(table, ()):
            kept[column] = shown
    return kept


def _differences(expected: Tables, actual: Tables) -> Iterator[str]:
    for table in sorted(expected.keys() | actual.keys()):
        wanted = _sorted(table, expected.get(table, []))
        got = _sorted(table, actual.get(table, []))
        if len(wanted) != len(got):
            yield f"{table}: expected {len(wanted)} rows, got {len(got)}"
        for one, other in zip(wanted, got, strict=False):
            yield from _cells(table, without_nulls(table, one), without_nulls(table, other))


def _sorted(table: str, rows: list[JsonObject]) -> list[JsonObject]:
    """Return rows in an order that depends on nothing but what they say."""
    keys = ("export_id", "line", *IDENTITY[table])

    def order(row: JsonObject) -> tuple[list[tuple[bool, str]], str]:
        return [(row[key] is not None, str(row[key]).rjust(20)) for key in keys], repr(
            without_nulls(table, row)
        )

    return sorted(rows, key=order)


def _cells(table: str, wanted: JsonObject, got: JsonObject) -> Iterator[str]:
    spot = ", ".join(f"{key} {wanted[key]!r}" for key in ("line", *IDENTITY[table]) if key in wanted)
    for column in sorted(wanted.keys() | got.keys()):
        one, other = wanted.get(column), got.get(column)
        if _comparable(one) != _comparable(other):
            yield f"{table} ({spot}): {column} should be {one!r}, is {other!r}"


def _comparable(value: Any) -> Any:
    if isinstance(value, datetime | bytes | None):
        return value
    return canonical(value)
