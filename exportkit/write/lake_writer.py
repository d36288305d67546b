"""Lake writer: the record batches of every table of one worker into its part files.

Takes batches with the name of their table, gives the parts. Does not know other workers, nor when the run is
committed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Protocol, Self

import pyarrow as pa

from exportkit.lakes import PartFile, Staging
from exportkit.write.parallel import side_by_side
from exportkit.write.part_writer import PartWriter
from exportkit.write.raw_files import RawFiles
from exportkit.write.write_options import Hints, WriteOptions

__all__ = ["BatchSink", "LakeWriter"]


class BatchSink(Protocol):
    """Takes the batches of a run: a `LakeWriter`, or an `EncodingThread` in front of one."""

    def write(self, table: str, batch: pa.RecordBatch) -> None:
        """Take a batch of a table; batches of one table are written in the order they come."""

    def close(self) -> list[PartFile]:
        """Complete all parts and return them."""

    def abort(self) -> None:
        """Stop; nothing that was written is ever committed."""


class LakeWriter:
    """Write the batches of many tables; use it as a context so that an error leaves no open file.

    Parameters
    ----------
    staging : Staging
        Where the run gathers its parts.
    worker : int
        Ordinal of the writing worker in the run, from 0; no two may share one.
    hints : mapping of str to mapping of str to ColumnHint, optional
        For each table, hints for its columns.
    options : WriteOptions, optional
        Sizes and compression.
    closing_threads : int
        Tables that `close` completes at the same time; each encodes its last row group then. Use more than
        one where nothing else uses the cores.
    """

    def __init__(
        self,
        staging: Staging,
        *,
        worker: int = 0,
        closing_threads: int = 1,
        hints: Mapping[str, Hints] | None = None,
        options: WriteOptions | None = None,
    ) -> None:
        self._staging = staging
        self._worker = worker
        self._hints = hints or {}
        self._options = options or WriteOptions()
        self._closing_threads = closing_threads
        self._writers: dict[str, PartWriter] = {}
        self._raw_files: dict[str, RawFiles] = {}

    def write(self, table: str, batch: pa.RecordBatch) -> None:
        """Take a batch of a table; see `PartWriter.write`.

        When the tables together have gathered more than `WriteOptions.gathered_bytes`, the one with most
        writes its row group.
        """
        writer = self._writers.get(table)
        if writer is None:
            writer = self._writers[table] = PartWriter(
                self._staging,
                table,
                worker=self._worker,
                hints=self._hints.get(table),
                options=self._options,
            )
        writer.write(batch)
        if sum(one.gathered_bytes for one in self._writers.values()) > self._options.gathered_bytes:
            max(self._writers.values(), key=lambda one: one.gathered_bytes).write_gathered()

    def write_raw(self, table: str, chunks: Iterable[bytes]) -> str:
        """Write a value that is too long for a column; see `RawFiles.write`.

        Other threads may write batches meanwhile.
        """
        if table not in self._raw_files:
            self._raw_files[table] = RawFiles(self._staging, table, worker=self._worker)
        return self._raw_files[table].write(chunks)

    def close(self) -> list[PartFile]:
        """Complete all parts and return them, table by table in the order of the run's schemas.

        Raw files follow the parts of their table.
        """
        try:
            completed = side_by_side(PartWriter.close, self._writers.values(), self._closing_threads)
            closed = dict(zip(self._writers, completed, strict=True))
        except BaseException:
            self.abort()
            raise
        for table, raw in self._raw_files.items():
            closed[table] = [*closed.get(table, []), *raw.files]
        return [part for table in self._staging.schemas for part in closed.get(table, [])]

    def abort(self) -> None:
        """Stop all writers; nothing of theirs is ever committed."""
        for writer in self._writers.values():
            writer.abort()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()
