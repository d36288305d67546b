"""Scans: the public function that gives a polars LazyFrame over an export or a lake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from exportkit.errors import MissingDependencyError
from exportkit.lakes import is_lake, read_snapshot
from exportkit.pipeline import MAX_COMPRESSION_RATIO, MAX_REJECTS, OnBadRow, SourceLike
from exportkit.select import Filters, LabelPolicy, Params, Selection, make_selection

if TYPE_CHECKING:
    import polars as pl

__all__ = ["scan"]


def scan(
    source: SourceLike,
    table: str,
    *,
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
) -> pl.LazyFrame:
    """Return one table as a polars LazyFrame, from an export or from a lake that exportkit wrote.

    Nothing is read before the frame is collected. Of an export, only the columns that the query needs are
    made, rows that a filter drops are dropped batch by batch, and reading ends with the last row that is
    needed (``head``, ``limit``). Each use of the frame reads the export again.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these
        The export, as for `to_parquet`; or the directory that `to_parquet` or `to_arrow` wrote, whose
        files polars then reads itself.
    table : str
        Name of the table.
    params, filters, labels, redact, redact_key : optional
        Parts, data rows and labels to convert, and columns to disguise, as for `to_parquet`; not for a lake.
    on_bad_row : {"reject", "raise", "skip"}
        What happens to a line that cannot become a row. This and the options below say how an export is
        read, and nothing for a lake.
    max_rejects : int or None
        Bad lines after which the run stops with an error.
    max_compression_ratio : float or None
        Times that compressed input may expand; None for any number.
    export_id : str, optional
        Name of the input in the table.
    batch_rows : int
        Rows made at a time, about.

    Returns
    -------
    polars.LazyFrame
        The rows in input order, in the types of `schema`.

    Raises
    ------
    MissingDependencyError
        polars is not installed.
    TableError
        The table does not exist, or the lake does not hold it.
    ValueError
        Another option is none of its values, or chooses what to convert where all is converted already.
    ReadError
        While it is collected: the source is no export, is damaged, or has more than `max_rejects` bad lines;
        or it is a stream that cannot seek, and has been read before.
    DecodeError
        While it is collected: a line cannot become a row and `on_bad_row` is ``"raise"``.

    Examples
    --------
    >>> import exportkit, polars as pl
    >>> objects = exportkit.scan("export.ndjson", "objects")
    >>> boxes = objects.filter(pl.col("bbox_width") > 0).select("name", "bbox_width")
    >>> boxes.collect().columns
    ['name', 'bbox_width']
    """
    try:
        import polars as pl  # noqa: F401, PLC0415 - an optional guest: is it there?

        from exportkit.scanning import lazy_frames  # noqa: PLC0415 - imports the guest
    except ModuleNotFoundError as error:
        if error.name != "polars":
            raise
        raise MissingDependencyError("scan needs polars", hint="pip install 'exportkit[polars]'") from None
    selection = make_selection(
        params=params, filters=filters, labels=labels, redact=redact, redact_key=redact_key
    )
    if is_lake(source):
        if selection != Selection():
            raise ValueError(
                "a lake is converted already: filter the frame instead of choosing what to convert"
            )
        return lazy_frames.over_parts(read_snapshot(source).table(table))  # type: ignore[arg-type]  # a lake is a path
    return lazy_frames.over_export(
        source, table, batch_rows=batch_rows, selection=selection,
        on_bad_row=on_bad_row, max_rejects=max_rejects, export_id=export_id,
        max_compression_ratio=max_compression_ratio,
    )  # fmt: skip
