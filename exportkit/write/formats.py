"""Formats: what every file format offers a writer, and which there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import pyarrow as pa
from msgspec import Struct

from exportkit.options import FormatName
from exportkit.write import arrow_ipc, parquet
from exportkit.write.write_options import Hints, WriteOptions

__all__ = ["FORMATS", "Format", "OpenPart"]


class OpenPart(Protocol):
    """One file that is being written; see `ParquetPart` for the parameters."""

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
    open_part : type of OpenPart
        Begins a file.
    stored_schema : callable
        Takes the declared schema and hints, returns the types that `OpenPart.write` takes.
    """

    open_part: type[OpenPart]
    stored_schema: Callable[[pa.Schema, Hints], pa.Schema]


FORMATS: dict[FormatName, Format] = {
    "parquet": Format(parquet.ParquetPart, parquet.stored_schema),
    "arrow": Format(arrow_ipc.ArrowPart, arrow_ipc.stored_schema),
}
