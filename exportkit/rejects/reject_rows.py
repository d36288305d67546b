"""Reject rows: the rows of the table ``rejects``, a few at a time, and the bytes of their lines.

Takes a lake's directory. Holds at most one chunk of one part; a line that lies in a file is not read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from exportkit.batch import arrow_schema
from exportkit.errors import ReadError
from exportkit.lakes import KEY_COLUMNS, Part, Snapshot, open_part, raw_file_beside, reading
from exportkit.pipeline import SELECTION_KEY
from exportkit.place import Place, without_signature
from exportkit.select import Fingerprint

__all__ = [
    "TABLE",
    "StoredReject",
    "columns_by_table",
    "fingerprint_of",
    "parts_of_rejects",
    "read_batches",
    "rows_of",
    "stored_rejects",
]

TABLE = "rejects"
#: Rows that are held at a time; each may hold a line of up to 16 MiB.
BATCH_ROWS = 64


@dataclass(frozen=True, slots=True)
class StoredReject:
    """One row of the table.

    Attributes
    ----------
    export_id, source_uri, line, byte_offset, byte_length
        As in the table.
    raw : bytes or Path or None
        The line, or the file that holds it; None where the lake does not have it.
    """

    export_id: str
    source_uri: str
    line: int
    byte_offset: int | None
    byte_length: int | None
    raw: bytes | Path | None


def parts_of_rejects(lake: Snapshot) -> tuple[Part, ...]:
    """Return the parts of the table, in the order of writing.

    Raises
    ------
    ReadError
        The lake holds no such table.
    """
    if TABLE not in lake.parts:
        hint = "name the directory that `exportkit convert` wrote; lakes without the table have no rejects"
        raise ReadError("the lake has no table 'rejects'", place=Place(lake.shown), hint=hint)
    return lake.parts[TABLE]


def columns_by_table(lake: Snapshot) -> dict[str, list[str]]:
    """Return the columns of each table that a lake has, as its first part has them."""
    return {table: parts[0].read_schema().names for table, parts in lake.parts.items()}


def fingerprint_of(part: Part) -> Fingerprint:
    """Return the fingerprint of the selection with which a part was written.

    Raises
    ------
    ReadError
        The part holds no such record.
    """
    try:
        return Fingerprint.from_bytes((part.read_schema().metadata or {}).get(SELECTION_KEY))
    except ValueError:
        raise ReadError(
            "the part does not say what was chosen when it was written", place=Place(part.path),
            hint="something else, or a later version of exportkit, wrote its metadata",
        ) from None  # fmt: skip


def rows_of(part: Part) -> int:
    """Return how many rows a part has."""
    with closing(open_part(part.path)) as reader:
        return sum(reader.chunk_rows)


def read_batches(part: Part, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a part in order, with those of `columns` that it has, or with all columns."""
    with closing(open_part(part.path)) as reader:
        chosen = [name for name in reader.names if columns is None or name in columns]
        for chunk in range(len(reader.chunk_rows)):
            for batch in reader.batches(chunk, chosen, BATCH_ROWS):
                yield _as_declared(batch, part)


def _as_declared(batch: pa.RecordBatch, part: Part) -> pa.RecordBatch:
    """Return a batch with the declared columns in their declared types; `ReadError` where they do not fit."""
    declared = arrow_schema(TABLE)
    for at, field in enumerate(batch.schema):
        if field.name in declared.names:
            with reading(Path(part.path)):
                column = batch.column(at).cast(declared.field(field.name).type)
                column.validate(full=True)
            batch = batch.set_column(at, field.with_type(column.type), column)
    if any(batch.column(name).null_count for name in KEY_COLUMNS if name in batch.schema.names):
        raise ReadError("a row has no export_id or no line", place=Place(part.path))
    return batch


def stored_rejects(part: Part, batch: pa.RecordBatch) -> Iterator[StoredReject]:
    """Yield the rows of a batch of a part."""
    for at in range(batch.num_rows):
        yield _stored_reject(part, {name: batch.column(name)[at].as_py() for name in batch.schema.names})


def _stored_reject(part: Part, row: dict[str, Any]) -> StoredReject:
    raw: bytes | Path | None = row.get("raw")
    name = row.get("raw_uri")
    if raw is None and name is not None:
        raw = raw_file_beside(Path(part.path).parent, name)
    return StoredReject(
        export_id=row["export_id"],
        source_uri=without_signature(row.get("source_uri") or ""),
        line=row["line"],
        byte_offset=row.get("byte_offset"),
        byte_length=row.get("byte_length"),
        raw=raw,
    )
