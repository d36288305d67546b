"""Scans: the public function that gives a polars LazyFrame over an export or a lake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from exportkit.commit import read_lake
from exportkit.errors import needing
from exportkit.lakes import lake_of, refuse_lakes
from exportkit.options import TableOptions, complete, takes
from exportkit.pipeline import SourceLike, make_options, refuse_conversion

if TYPE_CHECKING:
    import polars as pl

__all__ = ["scan"]


@takes(TableOptions)
def scan(source: SourceLike, table: str, **options: Unpack[TableOptions]) -> pl.LazyFrame:
    """Return one table as a polars LazyFrame, from an export or from a lake that exportkit wrote.

    Nothing is read before the frame is collected. Of an export, only the columns that the query needs are
    made, rows that a filter drops are dropped batch by batch, and reading ends with the last row that is
    needed (``head``, ``limit``). Each use of the frame reads the export again.

    Parameters
    ----------
    source : str, path, binary stream, or iterable of these or of rows
        The export, as for `to_parquet`; or the directory that `to_parquet` or `to_arrow` wrote, whose
        files polars then reads itself.
    table : str
        Name of the table.
    **options : TableOptions
        As `exportkit.options` declares them. Those that select what is converted are refused for a lake, and
        the others change nothing there.

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
    OptionError
        Another option is none of the values that it accepts.
    ValueError
        The options select what to convert, and the lake is converted already.
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
    with needing("scan", "polars", extra="polars"):
        import polars as pl  # noqa: F401, PLC0415 - an optional dependency: is it there?

        from exportkit.scanning import lazy_frames  # noqa: PLC0415 - imports polars
    asked = complete(TableOptions, options)
    lake = lake_of(source)
    if lake is not None:
        refuse_conversion(make_options(**asked))
        return lazy_frames.over_parts(read_lake(lake).table(table))
    refuse_lakes(source)
    return lazy_frames.over_export(source, table, make_options(tables=[table], **asked))
