"""Part reader: one part, Parquet or Arrow IPC, read a little at a time.

Takes the path of a part, gives a reader with record batches out of any of its chunks (row groups, or record
batches of Arrow IPC). Does not know what rows mean, nor which parts there are.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from exportkit.errors import ReadError
from exportkit.lakes.part_names import format_of
from exportkit.lakes.part_schemas import reading
from exportkit.place import Place

__all__ = ["KEY_COLUMNS", "PartReader", "open_part"]

#: What every row of every table has: which line it belongs to.
KEY_COLUMNS = ("export_id", "line")
#: Bytes that are read from a column at a time.
READ_BYTES = 64 * 1024


class PartReader(Protocol):
    """What reads one part file."""

    path: Path
    #: Names of its columns.
    names: list[str]
    #: Rows of each chunk.
    chunk_rows: list[int]

    def keys(self, chunk: int) -> pa.Table:
        """Return the columns ``export_id`` and ``line`` of a chunk."""

    def batches(self, chunk: int, columns: Sequence[str], batch_rows: int) -> Iterator[pa.RecordBatch]:
        """Yield the rows of a chunk in order, at most `batch_rows` at a time."""

    def close(self) -> None:
        """Close the file."""


def open_part(path: str | os.PathLike[str]) -> PartReader:
    """Return a reader of a part file.

    Raises
    ------
    ReadError
        It cannot be read, or its rows do not say which line they belong to.
    """
    path = Path(path)
    with reading(path):
        reader: PartReader = ParquetPart(path) if format_of(path.name) == "parquet" else ArrowPart(path)
    for name in KEY_COLUMNS:
        if name not in reader.names:
            reader.close()
            raise ReadError(f"the part has no column {name!r}", place=Place(str(path)))
    return reader


class ParquetPart:
    """Reads a Parquet file page by page."""

    def __init__(self, path: Path) -> None:
        self.path = path
        source = pa.OSFile(os.fsencode(path))  # text would have to be UTF-8
        try:
            self._file = pq.ParquetFile(
                source, read_dictionary=["export_id"], pre_buffer=False, buffer_size=READ_BYTES
            )
        except KeyError:
            raise ReadError("the part has no column 'export_id'", place=Place(str(path))) from None
        self.names: list[str] = self._file.schema_arrow.names
        groups = self._file.metadata
        self.chunk_rows = [groups.row_group(at).num_rows for at in range(groups.num_row_groups)]

    def keys(self, chunk: int) -> pa.Table:
        with reading(self.path):
            return self._file.read_row_group(chunk, columns=list(KEY_COLUMNS), use_threads=False)

    def batches(self, chunk: int, columns: Sequence[str], batch_rows: int) -> Iterator[pa.RecordBatch]:
        with reading(self.path):
            yield from self._file.iter_batches(
                batch_size=batch_rows, row_groups=[chunk], columns=list(columns), use_threads=False
            )

    def close(self) -> None:
        self._file.close(force=True)


class ArrowPart:
    """Reads an Arrow IPC file, one of its record batches at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._source = pa.OSFile(os.fsencode(path))
        try:
            file = pa.ipc.open_file(self._source)
            self.names: list[str] = file.schema.names
            self.chunk_rows = [
                self._read(at, KEY_COLUMNS[-1:]).num_rows for at in range(file.num_record_batches)
            ]
        except BaseException:
            self._source.close()
            raise

    def _read(self, chunk: int, columns: Sequence[str]) -> pa.RecordBatch:
        fields = [at for at, name in enumerate(self.names) if name in columns]
        options = pa.ipc.IpcReadOptions(included_fields=fields, use_threads=False)
        return pa.ipc.open_file(self._source, options=options).get_batch(chunk)

    def keys(self, chunk: int) -> pa.Table:
        with reading(self.path):
            return pa.Table.from_batches([self._read(chunk, KEY_COLUMNS)])

    def batches(self, chunk: int, columns: Sequence[str], batch_rows: int) -> Iterator[pa.RecordBatch]:
        with reading(self.path):
            batch = self._read(chunk, columns)
        for start in range(0, batch.num_rows, batch_rows):
            yield batch.slice(start, batch_rows)

    def close(self) -> None:
        self._source.close()
