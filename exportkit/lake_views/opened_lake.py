"""Opened lake: the public face of a directory that exportkit wrote."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from exportkit.commit import read_lake
from exportkit.errors import ReadError, TableError
from exportkit.lake_views.connections import connected, reading_sql
from exportkit.lake_views.views import VIEWS
from exportkit.lake_views.wide_answers import wide_sql
from exportkit.lakes import Snapshot, is_lake, open_storage, refuse_unknown_columns
from exportkit.place import Place
from exportkit.scanning import scan
from exportkit.tables import pick_table

if TYPE_CHECKING:
    import duckdb

__all__ = ["Lake", "lake"]


class Lake:
    """The tables that exportkit wrote into a directory.

    It is a path itself (``os.fspath``), so that whatever takes the directory takes the lake. Tables are found
    when they are asked for; SQL sees the files that were there at the first query.

    Parameters
    ----------
    path : str or path
        The directory.

    Attributes
    ----------
    path : Path
        The directory.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._made: set[str] = set()

    def __fspath__(self) -> str:
        return str(self.path)

    def __repr__(self) -> str:
        return f"<Lake {str(self.path)!r}: {', '.join(self.tables)}>"

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables it holds, empty ones too."""
        return self._snapshot().tables

    @property
    def views(self) -> tuple[str, ...]:
        """Names of the views that can be made of its tables."""
        return tuple(name for name, view in VIEWS.items() if not set(view.tables).difference(self.tables))

    def schema(self, table: str) -> pa.Schema:
        """Return the Arrow schema of a table, as it was written."""
        return self._snapshot().table(table).read_schema()

    def table(
        self,
        name: str,
        *,
        columns: Sequence[str] | None = None,
        filter: Any = None,  # noqa: A002 - as pyarrow calls it
    ) -> pa.Table:
        """Return a table or a view, whole.

        Parameters
        ----------
        name : str
            Name of a table; or of a view, which needs DuckDB.
        columns : sequence of str, optional
            Columns to read, in this order; all when left out.
        filter : pyarrow.compute.Expression, optional
            Rows to keep, such as ``pc.field("line") > 3``; row groups that cannot hold one are not read.

        Returns
        -------
        pyarrow.Table
            The rows of all parts, in the order of writing; of a view, in any order.

        Raises
        ------
        TableError
            There is no such table, view or column, or the lake does not hold it.
        MissingDependencyError
            A view is named, and DuckDB is not installed.
        """
        if name in VIEWS:
            with reading_sql(f"the tables of the view {name!r}", str(self.path)):
                found = pa.table(self.sql(f"from {name}"))
            found = found if filter is None else found.filter(filter)
            refuse_unknown_columns(name, columns or (), found.schema)
            return found if columns is None else found.select([*columns])
        parts = self._snapshot().table(name)
        rows = parts.dataset()
        refuse_unknown_columns(name, columns or (), rows.schema)
        with parts.reading():
            found = rows.to_table(columns=None if columns is None else [*columns], filter=filter)
        return found.replace_schema_metadata(rows.schema.metadata)

    def scan(self, table: str) -> Any:
        """Return a table as a `polars.LazyFrame`; see `exportkit.scan`."""
        return scan(self.path, table)

    def sql(self, query: str) -> Any:
        """Return the result of a query in DuckDB's SQL.

        A query may name every table of the lake and the views `boxes`, `answers_wide`,
        `answers_by_frame`, `tracks` and `label_times`. Timestamps are in UTC.

        Parameters
        ----------
        query : str
            One SELECT.

        Returns
        -------
        duckdb.DuckDBPyRelation
            Not run yet: show it, fetch it, go on from it, or hand it to ``pa.table`` or ``pl.DataFrame``.

        Raises
        ------
        MissingDependencyError
            DuckDB is not installed.
        TableError
            A view is named whose tables or columns the lake does not hold.
        ReadError
            A part is damaged, or has other columns or types than a table has.
        duckdb.Error
            The query is wrong, or a part proves to be damaged when it runs; the message is DuckDB's.
        """
        if self._connection is None:
            snapshot = self._snapshot()
            self._connection = connected([snapshot.table(name) for name in snapshot.tables])
        for name in VIEWS:
            if name not in self._made and re.search(rf"\b{name}\b", query, re.IGNORECASE):
                self._make(name, self._connection)
        return self._connection.sql(query)

    def _snapshot(self) -> Snapshot:
        return read_lake(self.path)

    def _make(self, name: str, connection: duckdb.DuckDBPyConnection) -> None:
        """Create a view when a query first names it, so that nothing is read for other views."""
        view = VIEWS[name]
        for table in view.tables:
            if table not in self.tables:
                problem = f"the view {name!r} needs the table {table!r}, which the lake does not hold"
                raise TableError(problem, hint=f"convert again with tables {', '.join(view.tables)}")
            written = self.schema(table).names
            if lacking := [one.name for one in pick_table(table).columns if one.name not in written]:
                problem = f"the view {name!r} needs all columns of {table}; {lacking[0]!r} is not there"
                raise TableError(problem, hint="convert again without choosing columns")
        with reading_sql(f"the tables of the view {name!r}", str(self.path)):
            connection.execute(f"create view {name} as {view.sql or wide_sql(connection)}")
        self._made.add(name)


def lake(path: str | os.PathLike[str]) -> Lake:
    """Open a directory that `to_parquet` or `to_arrow` wrote.

    Parameters
    ----------
    path : str or path
        The directory.

    Returns
    -------
    Lake
        Its tables as Arrow tables (`Lake.table`) and polars frames (`Lake.scan`), and SQL over them
        (`Lake.sql`). Nothing is read yet but the names of files.

    Raises
    ------
    FileNotFoundError
        There is no such directory.
    ReadError
        It holds no table, or is a URL of anything but a file.

    Examples
    --------
    >>> import exportkit
    >>> report = exportkit.to_parquet("export.ndjson", "opened-lake/")
    >>> opened = exportkit.lake("opened-lake/")
    >>> opened.table("labels", columns=["label_id", "created_by"]).num_rows == report.rows["labels"]
    True
    >>> opened.sql("select count(*) > 0 as has_boxes from boxes").fetchall()
    [(True,)]
    """
    shown = open_storage(path, error=ReadError).shown
    if not Path(shown).is_dir():
        raise FileNotFoundError(f"there is no directory {shown}")
    if not is_lake(shown):
        hint = "exportkit.to_parquet writes one; exportkit.scan reads an export itself"
        raise ReadError("no table of exportkit lies here", place=Place(shown), hint=hint)
    return Lake(shown)
