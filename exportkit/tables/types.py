"""Column types, named as Arrow names them, without Arrow."""

from __future__ import annotations

from typing import NamedTuple

__all__ = [
    "BINARY", "BOOL", "FLOAT64", "INT32", "INT64", "STRING", "TIMESTAMP",
    "ColumnType", "Field", "ListOf", "Scalar", "StructOf",
]  # fmt: skip


class Scalar(NamedTuple):
    """A type without children; `name` is Arrow's own name for it."""

    name: str

    def __str__(self) -> str:
        return self.name


class ListOf(NamedTuple):
    """A list of any length; `item_null` says whether an item may be null."""

    item: ColumnType
    item_null: bool = False

    def __str__(self) -> str:
        return f"list<{self.item}>"


class Field(NamedTuple):
    """A child of a struct."""

    name: str
    type: ColumnType
    null: bool = True


class StructOf(NamedTuple):
    """A struct with named children."""

    fields: tuple[Field, ...]

    def __str__(self) -> str:
        return f"struct<{', '.join(f'{field.name}: {field.type}' for field in self.fields)}>"


ColumnType = Scalar | ListOf | StructOf

STRING = Scalar("string")
BINARY = Scalar("binary")
BOOL = Scalar("bool")
INT32 = Scalar("int32")
INT64 = Scalar("int64")
FLOAT64 = Scalar("float64")
#: Microseconds since 1970 in UTC.
TIMESTAMP = Scalar("timestamp[us, UTC]")
