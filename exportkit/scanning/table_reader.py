"""Table readers: one table as an Arrow stream that can be asked for again and again.

Takes a schema and a function that begins a pass; gives every consumer of the Arrow PyCapsule interface a pass
of its own. Does not know what is read.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from weakref import WeakSet

import pyarrow as pa

__all__ = ["TableReader"]

Batches = Generator[pa.RecordBatch, None, None]


class TableReader:
    """One table of an export, read while it is drawn, once for everyone who asks.

    DuckDB (``from reader``), polars (``pl.DataFrame(reader)``), pandas (``DataFrame.from_arrow``),
    DataFusion, deltalake and pyarrow (``pa.table(reader)``) take it as it is. Each stream, each iteration and
    each `read_all` is a pass of its own over the source, from its beginning; nothing is read before the first
    batch is drawn. Passes over files may run side by side.

    Parameters
    ----------
    schema : pyarrow.Schema
        What every batch has.
    begin : callable
        Begins a pass: returns the batches of the table from the first on.

    Notes
    -----
    A binary stream that can seek is put back for each pass, and belongs to the pass that began last. Where it
    cannot seek (a pipe), the second pass ends with a `ReadError`. Memory: one batch for each pass under way.
    """

    def __init__(self, schema: pa.Schema, begin: Callable[[], Iterator[pa.RecordBatch]]) -> None:
        self._schema = schema
        self._begin = begin
        self._under_way: WeakSet[Batches] = WeakSet()
        self._is_closed = False

    @property
    def schema(self) -> pa.Schema:
        """Schema of the table."""
        return self._schema

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        """Return the batches of a new pass, lazily."""
        self._refuse_closed()
        batches = self._draw()
        self._under_way.add(batches)
        return batches

    def read_all(self) -> pa.Table:
        """Return all rows as one table, read in a new pass. Memory grows with them."""
        return pa.Table.from_batches([*self], schema=self._schema)

    def to_reader(self) -> pa.RecordBatchReader:
        """Return a new pass as a `pyarrow.RecordBatchReader`, which can be read once."""
        return pa.RecordBatchReader.from_batches(self._schema, iter(self))

    def __arrow_c_schema__(self) -> Any:
        return self._schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: Any = None) -> Any:
        return self.to_reader().__arrow_c_stream__(requested_schema)

    def close(self) -> None:
        """End the passes under way and begin no more; files they hold open are closed."""
        self._is_closed = True
        for batches in [*self._under_way]:
            with suppress(ValueError):  # it is being drawn in another thread, and ends with its batch
                batches.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        table = (self._schema.metadata or {}).get(b"table", b"a table").decode()
        return f"<TableReader of {table}: {len(self._schema)} columns>"

    def _draw(self) -> Batches:
        self._refuse_closed()
        for batch in self._begin():
            yield batch
            self._refuse_closed()

    def _refuse_closed(self) -> None:
        if self._is_closed:
            raise ValueError("the reader is closed")
