"""What users call to read tables out of an export."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Unpack

from exportkit.errors import OptionError
from exportkit.options import BatchOptions, ConversionOptions, TableOptions, complete, only, shown, takes

if TYPE_CHECKING:
    import pyarrow as pa

    from exportkit.pipeline import BatchIterator, SourceLike
    from exportkit.scanning import TableReader

__all__ = ["iter_batches", "open_reader", "read_table", "schema"]


@takes(BatchOptions)
def iter_batches(source: SourceLike, **options: Unpack[BatchOptions]) -> BatchIterator:
    """Return an iterator over the record batches of an export with the names of their tables.

    Batches are made while they are drawn. Those of one table come in input order; batches of different
    tables are interleaved.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these or of rows
        The export, as for `to_parquet`; or the directory of a lake, which gives the rows that it holds.
    **options : BatchOptions
        As `exportkit.options` declares them.

    Returns
    -------
    BatchIterator
        Pairs of a table's name and a `pyarrow.RecordBatch` in the schema that `schema` gives; tables without
        rows yield nothing. Its ``report`` says what was done with every line so far, and is complete when the
        iterator is exhausted; ``close()`` gives up the rest.

    Raises
    ------
    TableError
        A table or column does not exist.
    OptionError
        Another option is none of the values that it accepts.
    FileNotFoundError
        While batches are drawn: the source does not exist.
    ReadError
        While batches are drawn: the source is no export, is damaged, or has more than `max_rejects` bad
        lines.
    DecodeError
        While batches are drawn: a line cannot become a row and `on_bad_row` is ``"raise"``.

    Warns
    -----
    ExportkitWarning
        Once, at the end: lines were rejected, or there were fields or kinds beyond the catalogue.

    Notes
    -----
    Memory: up to `batch_rows` rows per table, whatever the size of the export.

    Examples
    --------
    >>> import exportkit
    >>> batches = exportkit.iter_batches("export.ndjson", tables=["labels"])
    >>> sum(batch.num_rows for _, batch in batches) == batches.report.rows["labels"]
    True
    """
    from exportkit.pipeline import batches, make_options

    asked = complete(BatchOptions, options)
    return batches(source, make_options(**only(ConversionOptions, asked)), asked["progress"])


@takes(TableOptions)
def open_reader(
    source: SourceLike,
    table: str,
    *,
    columns: Sequence[str] | None = None,
    **options: Unpack[TableOptions],
) -> TableReader:
    """Return a reader that streams one table out of an export, as often as it is asked.

    Anything that takes an Arrow stream (``__arrow_c_stream__``) takes it: DuckDB, polars, pandas, DataFusion,
    deltalake. Each of them, and each ``for``, makes a pass of its own over the source.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these or of rows
        The export, as for `to_parquet`; or the directory of a lake, which gives the rows that it holds.
    table : str
        Name of the table.
    columns : sequence of str, or str, optional
        Columns to make, or the only one; all when left out.
    **options : TableOptions
        As `exportkit.options` declares them.

    Returns
    -------
    TableReader
        The rows in input order, read while they are drawn.

    Raises
    ------
    TableError
        The table or a column does not exist.
    OptionError
        Another option is none of the values that it accepts.
    ReadError
        While it is drawn: the source is no export, is damaged, or has more than `max_rejects` bad lines; or
        it is a stream that cannot seek, and has been read before.
    DecodeError
        While it is drawn: a line cannot become a row and `on_bad_row` is ``"raise"``.
    """
    from exportkit.batch import arrow_schema
    from exportkit.lakes import lake_of, refuse_lakes
    from exportkit.pipeline import batches, lake_schema, make_options
    from exportkit.scanning import Passes, TableReader
    from exportkit.tables import pick_table

    if isinstance(columns, Mapping):
        raise OptionError("columns", f"columns must be a list of names of {table}, not {shown(columns)}")
    conversion = make_options(
        tables=[pick_table(table).name],
        columns=None if columns is None else {table: columns},
        **complete(TableOptions, options),
    )
    lake, names = lake_of(source), conversion.columns[table]
    if lake is None:
        refuse_lakes(source)
    made = arrow_schema(table, names) if lake is None else lake_schema(lake, conversion, table)
    passes = Passes(source if lake is None else lake)

    def begin() -> Iterator[pa.RecordBatch]:
        return (batch for _, batch in batches(passes.begin(), conversion))

    return TableReader(made, begin)


@takes(TableOptions)
def read_table(
    source: SourceLike,
    table: str,
    *,
    columns: Sequence[str] | None = None,
    **options: Unpack[TableOptions],
) -> pa.Table:
    """Return one table of an export, whole.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these or of rows
        The export, as for `to_parquet`; or the directory of a lake, which gives the rows that it holds.
    table : str
        Name of the table.
    columns : sequence of str, or str, optional
        Columns to make, or the only one; all when left out.
    **options : TableOptions
        As `exportkit.options` declares them.

    Returns
    -------
    pyarrow.Table
        All rows in input order. Memory grows with them; `open_reader` streams.

    Raises
    ------
    FileNotFoundError
        The source does not exist.
    TableError
        The table or a column does not exist.
    OptionError
        Another option is none of the values that it accepts.
    ReadError
        The source is no export, is damaged, or has more than `max_rejects` bad lines.
    DecodeError
        A line cannot become a row and `on_bad_row` is ``"raise"``.
    """
    return open_reader(source, table, columns=columns, **options).read_all()


def schema(table: str | None = None) -> Any:
    """Return the Arrow schema of a table; of all tables, by name, without `table`.

    Parameters
    ----------
    table : str, optional
        Name of the table.

    Returns
    -------
    pyarrow.Schema or dict of str to pyarrow.Schema
        Columns in order. Field metadata tells meaning, unit and source; schema metadata names the table,
        its version and exportkit's.

    Raises
    ------
    TableError
        The table does not exist.
    """
    from exportkit.batch import arrow_schema
    from exportkit.tables import TABLES, pick_table

    if table is None:
        return {name: arrow_schema(name) for name in TABLES}
    return arrow_schema(pick_table(table).name)
