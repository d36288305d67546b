"""Plain `json` and pyarrow: a loop over lines, rows as dictionaries, record batches with a schema given.

Favours it: fields without a column are dropped and derived columns are missing (see `walking`); errors end
the job. Favours exportkit: one thread, and a loop that nobody has made fast; `orjson` instead of `json`
would gain a quarter of the time.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.versus.walking import Rows, walk
from exportkit.batch.schemas import arrow_schema
from exportkit.tables import TABLES

__all__ = ["convert"]

LINES_A_BATCH = 2_000
ROWS_A_BATCH = 100_000


def convert(
    source: Path, destination: Path, *, tables: Collection[str] | None = None, threads: int = 1
) -> dict[str, int]:
    """Write the tables of an export as Parquet files and return their rows; `threads` is for Arrow only."""
    pa.set_cpu_count(threads)
    writers: dict[str, pq.ParquetWriter] = {}
    counts = dict.fromkeys(tables or TABLES, 0)
    rows: Rows = defaultdict(list)
    with source.open("rb") as file:
        for number, line in enumerate(file, start=1):
            walk(json.loads(line), number, rows)
            if number % LINES_A_BATCH == 0 or len(rows["objects"]) >= ROWS_A_BATCH:
                write(rows, counts, writers, destination)
    write(rows, counts, writers, destination)
    for writer in writers.values():
        writer.close()
    return counts


def write(
    rows: Rows, counts: dict[str, int], writers: dict[str, pq.ParquetWriter], destination: Path
) -> None:
    """Write a batch of rows as a row group of each table and forget them."""
    for name in filter(counts.__contains__, rows):
        schema = pa.schema([field.with_nullable(True) for field in arrow_schema(name)])  # noqa: FBT003 - positional only
        batch = pa.RecordBatch.from_pylist(rows[name], schema=as_read(schema)).cast(schema)
        if name not in writers:
            path = destination / f"{name}.parquet"
            writers[name] = pq.ParquetWriter(path, schema, compression="zstd", compression_level=1)
        writers[name].write_batch(batch)
        counts[name] += batch.num_rows
    rows.clear()


def as_read(schema: pa.Schema) -> pa.Schema:
    """Return the schema with timestamps as the strings that JSON holds."""
    return pa.schema(
        [field.with_type(pa.string()) if pa.types.is_timestamp(field.type) else field for field in schema]
    )
