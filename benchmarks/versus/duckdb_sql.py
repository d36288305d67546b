"""DuckDB with a hand-written schema: one typed `read_json` into a temporary table, then one `COPY` per table.

The `objects` table alone is copied straight from `read_json`, without staging, from types that hold nothing
else. Both one thread and two are measured: which of them is faster depends on the export.

Where the comparison favours DuckDB:

- its schema is cut to the keys that this export fills and to the levels of its answers, as by an author who
  knows them all (with types for the whole catalogue, staging images takes six times as long);
- fields nobody knows are dropped (`extra` and `payload` are always null), a line that is no JSON ends the
  job, key frames are understood in the list form only, performance objects are not compared;
- rows come in no order, `label_index` counts within the project, `byte_offset` is missing, and `objects`
  without staging has no `line`.

Where it favours exportkit: DuckDB holds the staged lines in memory (it would spill to disk with a
limit), and makes a single file per table.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import duckdb

from benchmarks.versus.duckdb_queries import queries
from benchmarks.versus.duckdb_views import sql_type, views
from benchmarks.versus.line_types import all_columns, look_at, object_columns

__all__ = ["convert"]

#: DuckDB's own default; its buffers are a multiple of it.
MAX_LINE_BYTES = 16 * 2**20
PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 100_000"


def convert(
    source: Path,
    destination: Path,
    *,
    tables: Collection[str] | None = None,
    threads: int = 2,
    max_line_bytes: int = MAX_LINE_BYTES,
) -> dict[str, int]:
    """Write the tables of an export as Parquet files and return their rows.

    Parameters
    ----------
    source : Path
        An NDJSON file.
    destination : Path
        Directory; one file per table.
    tables : collection of str, optional
        Which tables; every table that has rows when not given.
    threads : int
        Threads of DuckDB.
    max_line_bytes : int
        `maximum_object_size` of `read_json`; longer lines are refused.
    """
    alone = tables is not None and set(tables) == {"objects"}
    known = look_at(source)
    known = known._replace(keys=known.keys - {"classifications"}) if alone else known
    connection = duckdb.connect(config={"threads": threads})
    connection.execute("SET TimeZone = 'UTC'")
    columns = object_columns(known) if alone else all_columns(known)
    typed = ", ".join(f"\"{name}\": '{sql_type(type_)}'" for name, type_ in columns.items())
    lines = f"""read_json('{source}', format = 'newline_delimited', columns = {{{typed}}},
        maximum_object_size = {max_line_bytes})"""
    if alone:
        connection.execute(f"CREATE TEMP VIEW lines AS SELECT *, NULL::BIGINT AS line FROM {lines}")
    else:
        connection.execute(f"CREATE TEMP TABLE staged AS SELECT * FROM {lines}")
        connection.execute("CREATE TEMP VIEW lines AS SELECT *, rowid + 1 AS line FROM staged")
    for name, query in views(known).items():
        # Views over views of nested answers take seconds to plan: each level of answers stands as a table.
        kind = "TABLE" if known.levels > 1 and name.startswith("answers_") else "VIEW"
        connection.execute(f"CREATE TEMP {kind} {name} AS {query}")
    # The staged lines keep their order, which numbers them; the tables may lose it, to be written faster.
    connection.execute("SET preserve_insertion_order = false")
    rows = {}
    for name, query in queries(known, staged=not alone).items():
        if tables is None or name in tables:
            counted = connection.execute(
                f"COPY ({query}) TO '{destination / name}.parquet' ({PARQUET})"
            ).fetchone()
            rows[name] = counted[0] if counted else 0
    return rows
