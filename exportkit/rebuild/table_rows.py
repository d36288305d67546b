"""Table rows: the rows of a table as plain dictionaries.

Takes record batches; gives for each row the columns that are not null, with values as a line holds them:
timestamps are ISO strings, lists and structs are Python's. A column whose type is not the declared one
(another program wrote the part) is cast.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from exportkit.batch import arrow_schema
from exportkit.errors import TableError
from exportkit.place import Place
from exportkit.tables import Table, pick_table
from exportkit.tables.types import ColumnType, Scalar

__all__ = ["RowBatch", "TableRow", "by_position", "columns_to_read"]

#: The columns of one row that are not null.
TableRow = dict[str, Any]

#: Columns that are derived from other columns, or repeat them.
_DERIVED = {
    "data_rows": {"media_type", "export_version", "source_uri", "byte_offset", "byte_length"},
    "labels": {"is_selected", "is_latest"},
    "objects": {"is_key_frame", "coordinate_unit"},
    "classifications": {"answer_path"},
    "segments": {"unit"},
    "rejects": {
        "source_uri",
        "byte_offset",
        "byte_length",
        "error",
        "problem",
        "json_path",
        "reason",
        "extra",
    },
}
#: Columns that every table repeats from its label or its data row.
_REPEATED = {"data_row_id", "project_id", "label_id", "origin"}
_OWN = {
    "data_rows": {"data_row_id"},
    "projects": {"project_id"},
    "workflow_history": {"project_id"},
    "labels": {"project_id", "label_id", "origin"},
}


def columns_to_read(table: Table) -> list[str]:
    """Return the columns from which lines are built, without the keys."""
    left = _DERIVED.get(table.name, set()) | (_REPEATED - _OWN.get(table.name, set())) | {"export_id", "line"}
    return [column.name for column in table.columns if column.name not in left]


def by_position(rows: Iterable[TableRow]) -> list[TableRow]:
    """Return rows in the order of the array that they came from."""
    return sorted(rows, key=lambda row: row["position"])


class RowBatch:
    """Some rows of one table, converted to dictionaries on first use.

    Parameters
    ----------
    table : str
        Name of the table.
    arrow : pyarrow.RecordBatch
        The rows.
    path : Path, optional
        The part that holds them, for errors.
    """

    def __init__(self, table: str, arrow: pa.RecordBatch, path: Path | None = None) -> None:
        self.table = table
        self.arrow = arrow
        self._place = None if path is None else Place(str(path))
        self.path = path
        self._rows: list[TableRow] | None = None

    @property
    def rows(self) -> list[TableRow]:
        """All rows; they live as long as the batch.

        Raises
        ------
        TableError
            A column cannot be cast to its declared type, or has nulls although its declaration allows none.
        """
        if self._rows is None:
            self._rows = self._make()
        return self._rows

    def _make(self) -> list[TableRow]:
        declared = {column.name: column for column in pick_table(self.table).columns}
        names: list[str] = []
        values: list[list[Any]] = []
        for name, array in zip(self.arrow.schema.names, self.arrow.columns, strict=True):
            column = declared.get(name)
            if column is None or name in {"export_id", "line"}:
                continue
            if array.null_count and not column.null:
                raise TableError(f"column {name!r} of {self.table} has nulls", place=self._place)
            if array.null_count < len(array):
                names.append(name)
                values.append(self._values(name, array, column.type))
        if not names:
            return [{} for _ in range(self.arrow.num_rows)]
        return [
            {name: value for name, value in zip(names, row, strict=True) if value is not None}
            for row in zip(*values, strict=True)
        ]

    def _values(self, name: str, array: pa.Array, declared: ColumnType) -> list[Any]:
        wanted = arrow_schema(self.table).field(name).type
        if isinstance(declared, Scalar) and array.type != wanted:
            try:
                array = array.cast(wanted)
            except pa.ArrowException:
                problem = f"column {name!r} of {self.table} is {array.type} and not {wanted}"
                raise TableError(problem, place=self._place) from None
        return values_of(array)


def values_of(array: pa.Array) -> list[Any]:
    """Return an array as Python values, in the fastest way for its type."""
    kind = array.type
    if pa.types.is_timestamp(kind):
        return iso_strings(array)
    if (pa.types.is_floating(kind) or pa.types.is_integer(kind)) and not array.null_count:
        numbers: list[Any] = array.to_numpy().tolist()
        return numbers
    if pa.types.is_list(kind) and pa.types.is_struct(kind.value_type):
        return struct_lists(array)
    values: list[Any] = array.to_pylist()
    return values


def struct_lists(array: pa.Array) -> list[Any]:
    """Return lists of structs, each struct without its nulls."""
    flat = array.flatten()
    names = [field.name for field in array.type.value_type]
    fields = [values_of(flat.field(at)) for at in range(len(names))]
    if flat.null_count == 0 and all(flat.field(at).null_count == 0 for at in range(len(names))):
        structs = [dict(zip(names, item, strict=True)) for item in zip(*fields, strict=True)]
    else:
        structs = [
            {name: value for name, value in zip(names, item, strict=True) if value is not None}
            for item in zip(*fields, strict=True)
        ]
    lists: list[Any] = []
    at = 0
    for count in array.value_lengths().to_pylist():
        lists.append(None if count is None else structs[at : at + count])
        at += count or 0
    return lists


def iso_strings(array: pa.Array) -> list[str | None]:
    """Return timestamps as exports write them: with milliseconds, or microseconds where they need them."""
    instants = array.cast(pa.timestamp("us")).to_numpy(zero_copy_only=False)
    texts = np.datetime_as_string(instants, unit="us").tolist()
    return [None if text == "NaT" else f"{text.removesuffix('000')}+00:00" for text in texts]
