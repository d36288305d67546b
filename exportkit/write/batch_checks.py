"""Batch checks: whether a batch fits its declared schema, and its columns in the types that a file stores.

Takes batches as the pipeline makes them (strings may be dictionary arrays), gives batches of exactly the
stored types. Does not know files.
"""

from __future__ import annotations

import pyarrow as pa

from exportkit.errors import TableError

__all__ = ["check_batch", "to_types"]


def check_batch(batch: pa.RecordBatch, schema: pa.Schema, table: str) -> None:
    """Make sure that a batch has the columns of `schema`, in order; dictionary arrays count as their values.

    Raises
    ------
    TableError
        A column is missing, too many, of another type, or null where nulls are not allowed.
    """
    if batch.schema.names != schema.names:
        _refuse_names(batch.schema.names, schema.names, table)
    for field, column in zip(schema, batch.columns, strict=True):
        given = column.type
        if given != field.type and not (pa.types.is_dictionary(given) and given.value_type == field.type):
            raise TableError(f"column {field.name!r} of {table} is {given}, declared as {field.type}")
        if not field.nullable and column.null_count:
            raise TableError(
                f"column {field.name!r} of {table} holds {column.null_count} nulls, declared without"
            )


def _refuse_names(given: list[str], declared: list[str], table: str) -> None:
    for name in declared:
        if name not in given:
            raise TableError(f"column {name!r} of {table} is missing from a batch")
    for name in given:
        if name not in declared:
            raise TableError(f"column {name!r} of a batch is not declared for {table}")
    raise TableError(f"the columns of a batch of {table} are not in the declared order")


def to_types(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Return the batch with each column in the type of `schema`; columns that have it are not copied."""
    columns = [
        column if _is_stored_as(column, field.type) else _converted(column, field.type)
        for field, column in zip(schema, batch.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def _is_stored_as(column: pa.Array, wanted: pa.DataType) -> bool:
    if column.type != wanted:
        return False
    # Parquet has no null among the values of a dictionary.
    return not pa.types.is_dictionary(wanted) or not column.dictionary.null_count


def _converted(column: pa.Array, wanted: pa.DataType) -> pa.Array:
    if not pa.types.is_dictionary(wanted):
        return column.cast(wanted)
    if pa.types.is_dictionary(column.type):
        column = column.cast(wanted.value_type)
    return column.dictionary_encode()
