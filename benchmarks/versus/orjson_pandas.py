"""orjson and pandas: a loop over lines, rows as dictionaries, one data frame per table at the end.

Favours it: fields without a column are dropped and derived columns are missing (see `walking`); a table has
only the columns that this export fills; errors end the job. Favours exportkit: one thread, and every row
stands in memory as a dictionary before the frame is made.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from pathlib import Path

import orjson
import pandas as pd

from benchmarks.versus.walking import Rows, walk

__all__ = ["convert"]


def convert(
    source: Path, destination: Path, *, tables: Collection[str] | None = None, threads: int = 1
) -> dict[str, int]:
    """Write the tables of an export as Parquet files and return their rows; `threads` is not used."""
    del threads
    rows: Rows = defaultdict(list)
    with source.open("rb") as file:
        for number, line in enumerate(file, start=1):
            walk(orjson.loads(line), number, rows)
    counts = {}
    for name in list(rows):
        frame = pd.DataFrame(rows.pop(name))
        if tables is not None and name not in tables:
            continue
        for column in frame.columns.intersection(TIMES):
            frame[column] = pd.to_datetime(frame[column], format="ISO8601", utc=True)
        frame.to_parquet(destination / f"{name}.parquet", compression="zstd", compression_level=1)
        counts[name] = len(frame)
    return counts


#: Columns of timestamps, in any table.
TIMES = ["created_at", "updated_at", "last_activity_at", "content_last_updated_at"]
