"""Stored rejects: the rows of the table ``rejects``, a few at a time, and the bytes of their lines.

Takes a lake's directory. Holds one chunk of one part at most; a line that lies in a file is not read here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from exportkit.errors import ReadError
from exportkit.pipeline.writing import SELECTION_KEY
from exportkit.place import Place, without_signature
from exportkit.rebuild.parts import open_part, parts_of, raw_file_of, reading
from exportkit.select import Fingerprint
from exportkit.tables import TABLES
from exportkit.write import FORMATS

__all__ = [
    "TABLE",
    "StoredReject",
    "parts_of_rejects",
    "read_batches",
    "record_of",
    "rows_of",
    "stored_rejects",
    "tables_of_lake",
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


def parts_of_rejects(lake: Path) -> list[Path]:
    """Return the part files of the table, in the order they were written.

    Raises
    ------
    FileNotFoundError
        There is no such directory.
    ReadError
        It holds no such table.
    """
    if not lake.is_dir():
        raise FileNotFoundError(2, "No such directory", str(lake))
    parts = parts_of(lake, TABLE)
    if not parts:
        hint = "name the directory that `exportkit convert` wrote; lakes without the table have no rejects"
        raise ReadError("the lake has no table 'rejects'", place=Place(str(lake)), hint=hint)
    return parts


def tables_of_lake(lake: Path) -> dict[str, list[str]]:
    """Return the columns of each table that a lake has, as its first part has them."""
    return {name: _schema_of(part).names for name in TABLES for part in parts_of(lake, name)[:1]}


def record_of(part: Path) -> Fingerprint:
    """Return what was chosen in the run that wrote a part.

    Raises
    ------
    ReadError
        The part does not say it in our words.
    """
    try:
        return Fingerprint.from_bytes((_schema_of(part).metadata or {}).get(SELECTION_KEY))
    except ValueError:
        raise ReadError(
            "the part does not say what was chosen when it was written", place=Place(str(part)),
            hint="its metadata were written by something else, or by a later version of exportkit",
        ) from None  # fmt: skip


def rows_of(part: Path) -> int:
    """Return how many rows a part has."""
    with closing(open_part(part)) as reader:
        return sum(reader.chunk_rows)


def _schema_of(part: Path) -> pa.Schema:
    with reading(part), part.open("rb") as file:
        return FORMATS[part.suffix.removeprefix(".")].read_schema(file)


def read_batches(part: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
    """Yield the rows of a part in order, with those of `columns` that it has; all of them without."""
    with closing(open_part(part)) as reader:
        chosen = [name for name in reader.names if columns is None or name in columns]
        for chunk in range(len(reader.chunk_rows)):
            yield from reader.batches(chunk, chosen, BATCH_ROWS)


def stored_rejects(part: Path, batch: pa.RecordBatch) -> Iterator[StoredReject]:
    """Yield the rows of a batch of a part."""
    for at in range(batch.num_rows):
        yield _stored_reject(part, {name: batch.column(name)[at].as_py() for name in batch.schema.names})


def _stored_reject(part: Path, row: dict[str, Any]) -> StoredReject:
    raw: bytes | Path | None = row.get("raw")
    name = row.get("raw_uri")
    if raw is None and name is not None:
        raw = raw_file_of(part.parent, name)
    return StoredReject(
        export_id=row["export_id"],
        source_uri=without_signature(row.get("source_uri") or ""),
        line=row["line"],
        byte_offset=row.get("byte_offset"),
        byte_length=row.get("byte_length"),
        raw=raw,
    )
