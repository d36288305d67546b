"""What a caller can ask of a conversion, checked before any work."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, get_args

from msgspec import Struct, field

from exportkit.errors import ReadError, TableError
from exportkit.pipeline.memory_limits import SIZES
from exportkit.read import MAX_COMPRESSION_RATIO
from exportkit.report import Report
from exportkit.select import Selection
from exportkit.tables import TABLES, pick_table
from exportkit.tables.spelling import nearest_name

__all__ = [
    "MAX_COMPRESSION_RATIO",
    "MAX_REJECTS",
    "OnBadRow",
    "Options",
    "check_compression_ratio",
    "make_options",
]

OnBadRow = Literal["reject", "raise", "skip"]
#: Rejects after which a run stops: an input with more is not what it seems.
MAX_REJECTS = 10_000
MIB = 2**20


class Options(Struct, frozen=True):
    """What to convert, how to treat bad lines, and how much to hold.

    Attributes
    ----------
    columns : mapping of str to tuple of str
        The wanted tables in their order, each with its wanted columns in the table's order.
    on_bad_row : {"reject", "raise", "skip"}
        What happens to a line that cannot become a row.
    max_rejects : int or None
        Bad lines after which the run stops; None for no end.
    max_compression_ratio : float or None
        Times that compressed input may expand before it is taken for a bomb; None for any number.
    export_id : str or None
        Name of the input in the tables; None: made from its identity.
    batch_rows, batch_bytes : int
        Rows, or estimated bytes, that make a record batch.
    held_bytes : int
        Bytes of input after which every table gives what it has: bounds memory where estimates do not.
    max_line_bytes : int
        Lines above this are streamed piece by piece.
    block_bytes : int
        Bytes decoded at a time.
    chunk_bytes : int
        Bytes of members of a longer line that are converted at a time.
    selection : Selection
        Which rows, parts and labels are converted, and what of them is disguised.
    max_held_line_bytes : int or None
        Longer lines may not be held even where filters, params or label policies look at whole rows.
    max_raw_bytes : int
        Rejected lines above this lie in files of their own beside the table ``rejects``.
    """

    columns: Mapping[str, tuple[str, ...]]
    on_bad_row: OnBadRow = "reject"
    max_rejects: int | None = MAX_REJECTS
    max_compression_ratio: float | None = MAX_COMPRESSION_RATIO
    export_id: str | None = None
    batch_rows: int = 100_000
    batch_bytes: int = SIZES.batch_bytes
    held_bytes: int = SIZES.held_bytes
    max_line_bytes: int = SIZES.max_line_bytes
    block_bytes: int = SIZES.block_bytes
    max_raw_bytes: int = 16 * MIB
    chunk_bytes: int = SIZES.chunk_bytes
    max_held_line_bytes: int | None = None
    selection: Selection = field(default_factory=Selection)

    def check_rejects(self, report: Report) -> None:
        """Stop a run with more bad lines than it may have.

        Raises
        ------
        ReadError
            There are more than `max_rejects`.
        """
        if self.max_rejects is None or report.rejects + report.skipped <= self.max_rejects:
            return
        first = f"; the first: {report.first_rejects[0]}" if report.first_rejects else ""
        raise ReadError(
            f"more than {self.max_rejects} lines could not become rows{first}",
            hint="is this an Export V2 file? raise max_rejects to go on all the same",
        )


def make_options(
    *,
    tables: Collection[str] | str | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
    on_bad_row: str = "reject",
    max_rejects: int | None = MAX_REJECTS,
    max_compression_ratio: float | None = MAX_COMPRESSION_RATIO,
    export_id: str | None = None,
    batch_rows: int = 100_000,
    selection: Selection | None = None,
    **sizes: int | None,
) -> Options:
    """Return checked options.

    Raises
    ------
    TableError
        A table or column does not exist.
    ValueError
        Another option is none of its values, or a size is below 1.
    """
    if on_bad_row not in get_args(OnBadRow):
        raise ValueError(f"on_bad_row must be one of {', '.join(get_args(OnBadRow))}, not {on_bad_row!r}")
    if max_rejects is not None and max_rejects < 0:
        raise ValueError(f"max_rejects must be 0 or more, or None, not {max_rejects}")
    check_compression_ratio(max_compression_ratio)
    if export_id is not None and not export_id:
        raise ValueError("export_id must not be empty")
    for name, value in {"batch_rows": batch_rows, **sizes}.items():
        if value is not None and value < 1:
            raise ValueError(f"{name} must be 1 or more, not {value}")
    return Options(
        columns=chosen_columns(tables, columns),
        on_bad_row=on_bad_row,  # type: ignore[arg-type]  # checked above
        max_rejects=max_rejects,
        max_compression_ratio=max_compression_ratio,
        export_id=export_id,
        batch_rows=batch_rows,
        selection=selection or Selection(),
        **sizes,  # type: ignore[arg-type]  # the names of sizes are checked by the class
    )


def check_compression_ratio(ratio: float | None) -> None:
    """Refuse a limit that no compressed input keeps.

    Raises
    ------
    ValueError
        It is below 1.
    """
    if ratio is not None and not ratio >= 1:
        raise ValueError(f"max_compression_ratio must be 1 or more, or None, not {ratio:g}")


def chosen_columns(
    tables: Collection[str] | str | None, columns: Mapping[str, Sequence[str]] | None
) -> dict[str, tuple[str, ...]]:
    """Return the wanted tables with their wanted columns, in the order of the declarations."""
    asked = {tables} if isinstance(tables, str) else None if tables is None else set(tables)
    some = dict(columns or {})
    for name in [*(asked or ()), *some]:
        pick_table(name)
    if asked is not None and (stray := sorted(set(some) - asked)):
        raise TableError(
            f"columns are named for table {stray[0]!r}, which is not among the wanted tables",
            hint="add it to tables, or leave tables out",
        )
    wanted = asked if asked is not None else set(TABLES)
    return {name: _columns_of(name, some.get(name)) for name in TABLES if name in wanted}


def _columns_of(name: str, asked: Sequence[str] | None) -> tuple[str, ...]:
    known = tuple(column.name for column in TABLES[name].columns)
    if asked is None:
        return known
    for one in asked:
        if one not in known:
            near = nearest_name(one, known)
            hint = f"did you mean {near!r}?" if near else f"its columns are {', '.join(known)}"
            raise TableError(f"table {name!r} has no column {one!r}", hint=hint)
    return tuple(one for one in known if one in asked)
