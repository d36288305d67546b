"""What users call to read tables out of an export."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from exportkit.errors import TableError
from exportkit.report import Report

if TYPE_CHECKING:
    import pyarrow as pa

    from exportkit.pipeline import OnBadRow, SourceLike
    from exportkit.report import Progress
    from exportkit.scanning import TableReader
    from exportkit.select import Filters, LabelPolicy, Params

__all__ = ["iter_batches", "open_reader", "read_table", "schema"]

#: As in `exportkit.pipeline`, which is too heavy to import for a default.
MAX_REJECTS = 10_000
MAX_COMPRESSION_RATIO = 1000.0


def iter_batches(
    source: SourceLike,
    *,
    tables: Sequence[str] | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
    params: Params | None = None,
    filters: Filters | None = None,
    labels: LabelPolicy = "all",
    redact: Mapping[str, str] | None = None,
    redact_key: str | bytes | None = None,
    on_bad_row: OnBadRow = "reject",
    max_rejects: int | None = MAX_REJECTS,
    max_compression_ratio: float | None = MAX_COMPRESSION_RATIO,
    export_id: str | None = None,
    batch_rows: int = 100_000,
    report: Report | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Iterator[tuple[str, pa.RecordBatch]]:
    """Yield the record batches of an export with the names of their tables, lazily.

    Batches of one table come in input order; batches of different tables are interleaved.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these
        The export, as for `to_parquet`.
    tables : sequence of str, optional
        Tables to yield; all fourteen when left out.
    columns : mapping of str to sequence of str, optional
        For each table named here the columns to make.
    params, filters, labels, redact, redact_key : optional
        Parts, data rows and labels to convert, and columns to disguise, as for `to_parquet`.
    on_bad_row : {"reject", "raise", "skip"}
        What happens to a line that cannot become a row.
    max_rejects : int or None
        Bad lines after which the run stops with an error.
    max_compression_ratio : float or None
        Times that compressed input may expand; None for any number.
    export_id : str, optional
        Name of the input in every table.
    batch_rows : int
        Rows of a batch, about: a batch ends with the block of lines that fills it.
    report : Report, optional
        Filled while batches are drawn, complete when the iterator is exhausted.
    progress : callable, optional
        Called with a `Progress` about ten times a second.

    Yields
    ------
    tuple of str and pyarrow.RecordBatch
        Table name and rows, in the schema that `schema` gives. Tables without rows yield nothing.

    Raises
    ------
    FileNotFoundError
        The source does not exist.
    ReadError
        The source is no export, is damaged, or has more than `max_rejects` bad lines.
    DecodeError
        A line cannot become a row and `on_bad_row` is ``"raise"``.
    TableError
        A table or column does not exist.
    ValueError
        Another option is none of its values.

    Warns
    -----
    ExportkitWarning
        Once, at the end: lines were rejected, or there were fields or kinds beyond the catalogue.

    Notes
    -----
    Memory: up to `batch_rows` rows a table, whatever the size of the export.
    """
    from exportkit.pipeline import batches, make_options, warned
    from exportkit.select import make_selection

    selection = make_selection(
        params=params, filters=filters, labels=labels, redact=redact, redact_key=redact_key
    )
    options = make_options(
        tables=tables, columns=columns, on_bad_row=on_bad_row, max_rejects=max_rejects,
        export_id=export_id, batch_rows=batch_rows, selection=selection,
        max_compression_ratio=max_compression_ratio,
    )  # fmt: skip
    counts = Report() if report is None else report
    return warned(batches(source, options, counts, progress), counts)


def open_reader(
    source: SourceLike,
    table: str,
    *,
    columns: Sequence[str] | None = None,
    params: Params | None = None,
    filters: Filters | None = None,
    labels: LabelPolicy = "all",
    redact: Mapping[str, str] | None = None,
    redact_key: str | bytes | None = None,
    on_bad_row: OnBadRow = "reject",
    max_rejects: int | None = MAX_REJECTS,
    max_compression_ratio: float | None = MAX_COMPRESSION_RATIO,
    export_id: str | None = None,
    batch_rows: int = 100_000,
) -> TableReader:
    """Return a reader that streams one table out of an export, as often as it is asked.

    Anything that takes an Arrow stream (``__arrow_c_stream__``) takes it: DuckDB, polars, pandas, DataFusion,
    deltalake. Each of them, and each ``for``, makes a pass of its own over the source.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these
        The export, as for `to_parquet`.
    table : str
        Name of the table.
    columns : sequence of str, optional
        Columns to make; all when left out.
    params, filters, labels, redact, redact_key : optional
        Parts, data rows and labels to convert, and columns to disguise, as for `to_parquet`.
    on_bad_row : {"reject", "raise", "skip"}
        What happens to a line that cannot become a row; ``"reject"`` counts it here, its row is in the
        table ``rejects``.
    max_rejects : int or None
        Bad lines after which the run stops with an error.
    max_compression_ratio : float or None
        Times that compressed input may expand; None for any number.
    export_id : str, optional
        Name of the input in the table.
    batch_rows : int
        Rows of a batch, about.

    Returns
    -------
    TableReader
        The rows in input order, read while they are drawn.

    Raises
    ------
    TableError
        The table or a column does not exist.
    ValueError
        Another option is none of its values.
    ReadError
        While it is drawn: the source is no export, is damaged, or has more than `max_rejects` bad lines; or
        it is a stream that cannot seek, and has been read before.
    DecodeError
        While it is drawn: a line cannot become a row and `on_bad_row` is ``"raise"``.
    """
    from exportkit.batch import arrow_schema
    from exportkit.scanning import Passes, TableReader

    passes = Passes(source)

    def begin() -> Iterator[pa.RecordBatch]:
        batches = iter_batches(
            passes.begin(), tables=[table], columns=None if columns is None else {table: columns},
            on_bad_row=on_bad_row, max_rejects=max_rejects, export_id=export_id, batch_rows=batch_rows,
            params=params, filters=filters, labels=labels, redact=redact, redact_key=redact_key,
            max_compression_ratio=max_compression_ratio,
        )  # fmt: skip
        return (batch for _, batch in batches)

    begin()  # reads nothing, and checks what was asked
    return TableReader(arrow_schema(table, None if columns is None else tuple(columns)), begin)


def read_table(
    source: SourceLike,
    table: str,
    *,
    columns: Sequence[str] | None = None,
    params: Params | None = None,
    filters: Filters | None = None,
    labels: LabelPolicy = "all",
    redact: Mapping[str, str] | None = None,
    redact_key: str | bytes | None = None,
    on_bad_row: OnBadRow = "reject",
    max_rejects: int | None = MAX_REJECTS,
    max_compression_ratio: float | None = MAX_COMPRESSION_RATIO,
    export_id: str | None = None,
) -> pa.Table:
    """Return one table of an export, whole.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these
        The export, as for `to_parquet`.
    table : str
        Name of the table.
    columns : sequence of str, optional
        Columns to make; all when left out.
    params, filters, labels, redact, redact_key : optional
        Parts, data rows and labels to convert, and columns to disguise, as for `to_parquet`.
    on_bad_row : {"reject", "raise", "skip"}
        What happens to a line that cannot become a row.
    max_rejects : int or None
        Bad lines after which the run stops with an error.
    max_compression_ratio : float or None
        Times that compressed input may expand; None for any number.
    export_id : str, optional
        Name of the input in the table.

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
    ValueError
        Another option is none of its values.
    ReadError
        The source is no export, is damaged, or has more than `max_rejects` bad lines.
    DecodeError
        A line cannot become a row and `on_bad_row` is ``"raise"``.
    """
    reader = open_reader(
        source, table, columns=columns, on_bad_row=on_bad_row, max_rejects=max_rejects, export_id=export_id,
        params=params, filters=filters, labels=labels, redact=redact, redact_key=redact_key,
        max_compression_ratio=max_compression_ratio,
    )  # fmt: skip
    return reader.read_all()


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
    from exportkit.tables import TABLES

    if table is None:
        return {name: arrow_schema(name) for name in TABLES}
    if not isinstance(table, str):
        raise TableError(f"a table is named by a string, not {type(table).__name__}")
    return arrow_schema(table)
