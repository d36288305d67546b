"""Connections: a DuckDB in memory that sees the tables of a lake under their names."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from exportkit.errors import ReadError, needing
from exportkit.lakes import TableParts
from exportkit.place import Place

if TYPE_CHECKING:
    import duckdb

__all__ = ["connected", "reading_sql"]


def connected(tables: Iterable[TableParts]) -> duckdb.DuckDBPyConnection:
    """Return a new database with one view per table.

    Raises
    ------
    MissingDependencyError
        DuckDB is not installed.
    """
    with needing("SQL", "DuckDB", extra="duckdb"):
        import duckdb  # noqa: PLC0415 - an optional dependency
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    for parts in tables:
        if _is_read_by_duckdb(parts):
            files = ", ".join("'" + file.replace("'", "''") + "'" for file in parts.files)
            rows = f"select * from read_parquet([{files}], hive_partitioning = false)"  # noqa: S608 - a path, quoted
            with reading_sql(f"the parts of {parts.table}", os.path.dirname(parts.files[0])):  # noqa: PTH120 - text
                connection.execute(f"create view {parts.table} as {rows}")
        else:
            connection.register(parts.table, parts.dataset())
    return connection


@contextmanager
def reading_sql(what: str, path: str) -> Iterator[None]:
    """Turn what DuckDB says of a lake's files, and not of a query, into a `ReadError`."""
    import duckdb  # noqa: PLC0415 - an optional dependency

    try:
        yield
    except duckdb.Error as error:
        reason = str(error).partition("\n")[0]
        raise ReadError(f"DuckDB cannot read {what}: {reason}", place=Place(path)) from None


def _is_read_by_duckdb(parts: TableParts) -> bool:
    """Whether DuckDB knows the format, and takes no path for a pattern; Arrow reads for it otherwise."""
    return parts.format == "parquet" and not any(set("*?[{") & set(file) for file in parts.files)
