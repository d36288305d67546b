"""Formats: what every file format offers, and which there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import pyarrow as pa
from msgspec import Struct

from exportkit.options import FormatName
from exportkit.write import arrow_ipc, parquet
from exportkit.write.options import Hints, WriteOptions

__all__ = ["FORMATS", "Format", "FormatName", "OpenPart"]


class OpenPart(Protocol):
    """One file in the making; see `ParquetPart` for the parameters."""

    def __init__(
        self, stream: Any, schema: pa.Schema, *, hints: Hints, options: WriteOptions, first_group_rows: int
    ) -> None: ...

    def write(self, group: pa.Table) -> None:
        """Write rows in the types of `Format.stored_schema`, as one row group."""

    def close(self) -> None:
        """Complete the file; the stream stays open."""

    def abort(self) -> None:
        """Write nothing more."""


class Format(Struct, frozen=True):
    """One file format.

    Attributes
    ----------
    suffix : str
        Ending of its files, without the dot.
    open_part : type of OpenPart
        Begins a file.
    stored_schema : callable
        Declared schema and hints to the types in which columns must come.
    read_schema : callable
        Open file to its schema; for checking before rows are appended.
    """

    suffix: str
    open_part: type[OpenPart]
    stored_schema: Callable[[pa.Schema, Hints], pa.Schema]
    read_schema: Callable[[Any], pa.Schema]


FORMATS: dict[str, Format] = {
    "parquet": Format("parquet", parquet.ParquetPart, parquet.stored_schema, parquet.read_schema),
    "arrow": Format("arrow", arrow_ipc.ArrowPart, arrow_ipc.stored_schema, arrow_ipc.read_schema),
}
