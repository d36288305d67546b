"""Lazy frames: polars reads an export as it reads a file.

Takes a source or the parts of a table, gives a LazyFrame. The only module that knows polars.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pyarrow as pa
from msgspec.structs import replace
from polars.io.plugins import register_io_source

from exportkit.batch import arrow_schema
from exportkit.lakes import TableParts
from exportkit.pipeline import Options, SourceLike, batches
from exportkit.scanning.passes import Passes
from exportkit.tables.declaration import LINE

__all__ = ["over_export", "over_parts"]


def over_parts(parts: TableParts) -> pl.LazyFrame:
    """Return the rows of a lake's table; polars reads the files itself.

    Raises
    ------
    ReadError
        The first part is damaged, or the parts are of two formats.
    """
    parts.read_schema()  # a damaged part is named here; what polars says of it later names none
    if parts.format == "parquet":
        return pl.scan_parquet([*parts.files], glob=False, hive_partitioning=False)
    return pl.scan_ipc([*parts.files], glob=False, hive_partitioning=False)


def over_export(source: SourceLike, table: str, options: Options) -> pl.LazyFrame:
    """Return the rows of an export's table, read when the frame is collected."""
    names, batch_rows = options.columns[table], options.batch_rows
    passes = Passes(source)

    def draw(
        with_columns: list[str] | None, predicate: pl.Expr | None, n_rows: int | None, batch_size: int | None
    ) -> Iterator[pl.DataFrame]:
        """Yield what polars asks for: these columns, of the first `n_rows` rows those that fit."""
        columns = names if with_columns is None else with_columns
        made = {table: tuple(name for name in names if name in (columns or [LINE.name]))}
        rows = min(batch_rows, batch_size or batch_rows, max(n_rows or batch_rows, 1))
        drawn = batches(passes.begin(), replace(options, columns=made, batch_rows=rows))
        for frame in _first(n_rows, drawn):
            # Rows that are only counted have their line: a selection of no column has no height either.
            chosen = frame.select(columns) if columns else frame.drop(LINE.name)
            yield chosen if predicate is None else chosen.filter(predicate)

    return register_io_source(draw, schema=_schema_of(arrow_schema(table)), is_pure=True)


def _first(n_rows: int | None, drawn: Iterator[tuple[str, pa.RecordBatch]]) -> Iterator[pl.DataFrame]:
    """Yield the frames of the first `n_rows` rows, all where it is None; draw no batch beyond them."""
    left = n_rows
    while left is None or left > 0:
        _, batch = next(drawn, (None, None))
        if batch is None:
            return
        frame = pl.DataFrame(batch if left is None else batch.slice(0, left))
        left = None if left is None else left - frame.height
        yield frame


def _schema_of(schema: pa.Schema) -> pl.Schema:
    return pl.DataFrame(schema.empty_table()).schema
