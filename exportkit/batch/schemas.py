"""Arrow schemas from the declarations, with unit, source and meaning as field metadata."""

from __future__ import annotations

from functools import cache

import pyarrow as pa

from exportkit._version import __version__
from exportkit.tables import Column, Table, pick_table
from exportkit.tables.paths import source_path
from exportkit.tables.types import ColumnType, ListOf, Scalar

__all__ = ["arrow_schema", "arrow_type"]

_SCALARS = {
    "string": pa.string(),
    "binary": pa.binary(),
    "bool": pa.bool_(),
    "int32": pa.int32(),
    "int64": pa.int64(),
    "float64": pa.float64(),
    "timestamp[us, UTC]": pa.timestamp("us", tz="UTC"),
}


def arrow_type(declared: ColumnType) -> pa.DataType:
    """Return the Arrow type of a declared type."""
    if isinstance(declared, Scalar):
        return _SCALARS[declared.name]
    if isinstance(declared, ListOf):
        # Parquet's name for it, so that a file has exactly this schema.
        return pa.list_(pa.field("element", arrow_type(declared.item), nullable=declared.item_null))
    return pa.struct([pa.field(one.name, arrow_type(one.type), nullable=one.null) for one in declared.fields])


def _field(table: Table, column: Column) -> pa.Field:
    about = {"meaning": column.meaning}
    if column.unit:
        about["unit"] = column.unit
    if (path := source_path(table, column)) is not None:
        about["source"] = path
    return pa.field(column.name, arrow_type(column.type), nullable=column.null, metadata=about)


@cache
def arrow_schema(name: str, columns: tuple[str, ...] | None = None) -> pa.Schema:
    """Return the Arrow schema of a table, with only the columns in `columns` if given.

    Raises
    ------
    TableError
        No table has this name.
    """
    table: Table = pick_table(name)
    about = {"table": table.name, "table_version": str(table.version), "exportkit_version": __version__}
    chosen = [one for one in table.columns if columns is None or one.name in columns]
    return pa.schema([_field(table, one) for one in chosen], metadata=about)
