"""Part writer: the record batches of one table and one worker into part files.

Takes batches, gives row groups of a sensible size in files of a sensible size, in the order of the batches.
Nothing is visible to readers before the run is committed. Does not know other tables or workers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import pyarrow as pa

from exportkit.lakes import PartFile, Staging
from exportkit.write.batch_checks import check_batch, to_types
from exportkit.write.formats import FORMATS
from exportkit.write.part_file import OpenPartFile
from exportkit.write.write_options import ColumnHint, WriteOptions

__all__ = ["PartWriter"]


class PartWriter:
    """Write batches of one table into parts; use it as a context so that an error leaves no open file.

    Parameters
    ----------
    staging : Staging
        Where the run gathers its parts.
    table : str
        One of the tables of `staging`.
    worker : int
        Ordinal of the writing worker in the run, from 0; no two may share one.
    hints : mapping of str to ColumnHint, optional
        Hints by column name.
    options : WriteOptions, optional
        Sizes and compression.

    Notes
    -----
    Holds at most one row group of Arrow data (`WriteOptions.row_group_rows` and ``row_group_bytes``, plus the
    batch that fills it) and its encoded form.
    """

    def __init__(
        self,
        staging: Staging,
        table: str,
        *,
        worker: int = 0,
        hints: Mapping[str, ColumnHint] | None = None,
        options: WriteOptions | None = None,
    ) -> None:
        self._staging = staging
        self._table = table
        self._worker = worker
        self._hints = hints or {}
        self._options = options or WriteOptions()
        self._schema = staging.schema(table)
        self._stored_schema = FORMATS[staging.format_name].stored_schema(self._schema, self._hints)
        self._pending: list[pa.RecordBatch] = []
        self._pending_rows = 0
        self._pending_bytes = 0
        self._part: OpenPartFile | None = None
        self._parts: list[PartFile] = []
        self._closed = False

    def write(self, batch: pa.RecordBatch) -> None:
        """Take a batch; write a row group as soon as there are enough rows or bytes.

        A batch that is a row group by itself is written as one. Strings may come as dictionary arrays.

        Raises
        ------
        TableError
            The batch does not have the columns that were declared.
        WriteError
            The file cannot be written. After any error the writer is closed.
        ValueError
            The writer is closed.
        """
        with self._open_or_aborted():
            check_batch(batch, self._schema, self._table)
            if batch.num_rows:
                self._gather(to_types(batch, self._stored_schema))

    @property
    def gathered_bytes(self) -> int:
        """Arrow bytes that wait for their row group to become full."""
        return self._pending_bytes

    def write_gathered(self) -> None:
        """Write what waits as a row group, full or not.

        Raises
        ------
        WriteError
            The file cannot be written. The writer is closed then.
        """
        with self._open_or_aborted():
            self._write_group()

    def close(self) -> list[PartFile]:
        """Write what is pending and return all parts, whole, in the order they were written.

        A writer that got no rows has no part: the commit writes one for a table without rows.
        """
        with self._open_or_aborted():
            self._write_group()
            self._finish_part()
        self._closed = True
        return self._parts

    def begin_part(self, first_group_rows: int = 0) -> OpenPartFile:
        """Open the next part if none is open; a part without rows still holds the schema."""
        if not self._part:
            name = self._staging.name(self._worker, len(self._parts))
            self._part = OpenPartFile(
                self._staging,
                self._table,
                name,
                hints=self._hints,
                options=self._options,
                first_group_rows=first_group_rows,
            )
        return self._part

    def abort(self) -> None:
        """Stop without completing the file at hand; nothing of it is ever committed."""
        self._closed = True
        self._pending = []
        part, self._part = self._part, None
        if part:
            part.abort()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self._closed:
            self.abort()

    @contextmanager
    def _open_or_aborted(self) -> Iterator[None]:
        if self._closed:
            raise ValueError(f"the writer of {self._table} is closed")
        try:
            yield
        except BaseException:
            self.abort()
            raise

    def _gather(self, batch: pa.RecordBatch) -> None:
        self._pending.append(batch)
        self._pending_rows += batch.num_rows
        self._pending_bytes += batch.nbytes
        options = self._options
        if self._pending_rows >= options.row_group_rows or self._pending_bytes >= options.row_group_bytes:
            self._write_group()

    def _write_group(self) -> None:
        if not self._pending:
            return
        group = pa.Table.from_batches(self._pending, self._stored_schema)
        if len(self._pending) > 1:
            group = group.unify_dictionaries()
        self._pending, self._pending_rows, self._pending_bytes = [], 0, 0
        if self.begin_part(group.num_rows).write(group) >= self._options.part_bytes:
            self._finish_part()

    def _finish_part(self) -> None:
        if self._part:
            self._parts.append(self._part.close())
            self._part = None
