"""Options of a conversion: what a caller asked for, checked and made ready before any work."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol, Unpack

from msgspec import Struct

from exportkit.errors import ReadError, UnknownNameError, Wording
from exportkit.options import ConversionOptions, OnBadRow, OnBadSource, SelectOptions, complete, only
from exportkit.pipeline.resources import SIZES, Sizes
from exportkit.select import Selection, make_selection
from exportkit.tables import TABLES, pick_table
from exportkit.tables.spelling import nearest_name

__all__ = ["Options", "make_options"]

MIB = 2**20


class BadLines(Protocol):
    """What is counted of bad lines."""

    @property
    def first_rejects(self) -> Sequence[str]:
        """Messages of the first few."""

    @property
    def bad_lines(self) -> int:
        """Lines that could not become rows."""


class Options(Struct, frozen=True):
    """What to convert, how to treat bad lines, and how much to hold.

    Attributes
    ----------
    columns : mapping of str to tuple of str
        The wanted tables in their order, each with its wanted columns in the table's order.
    on_bad_row : {"reject", "raise", "skip"}
        What happens to a line that cannot become a row.
    on_bad_source : {"raise", "skip"}
        What happens to a source of which not one line can be read.
    max_rejects : int or None
        Bad lines after which the run stops; None for no limit.
    max_compression_ratio : float or None
        Times that compressed input may expand before it is taken for a bomb; None for any number.
    export_id : str or None
        Name of the input in the tables; None: made from its identity.
    batch_rows, batch_bytes : int
        Rows, or estimated bytes, that make a record batch.
    held_bytes : int
        Bytes of input after which every table gives what it has: bounds memory where estimates do not.
    max_line_bytes : int
        Lines above this are converted in fragments.
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
    on_bad_row: OnBadRow
    on_bad_source: OnBadSource
    max_rejects: int | None
    max_compression_ratio: float | None
    export_id: str | None
    batch_rows: int
    batch_bytes: int
    held_bytes: int
    max_line_bytes: int
    block_bytes: int
    chunk_bytes: int
    max_held_line_bytes: int | None
    selection: Selection
    max_raw_bytes: int = 16 * MIB

    def check_rejects(self, counts: BadLines) -> None:
        """Stop a run with more bad lines than it may have.

        Raises
        ------
        ReadError
            There are more than `max_rejects`.
        """
        if self.max_rejects is None or counts.bad_lines <= self.max_rejects:
            return
        first = f"; the first: {counts.first_rejects[0]}" if counts.first_rejects else ""
        raise ReadError(
            f"more than {self.max_rejects} lines could not become rows{first}",
            hint=Wording("is this an Export V2 file? raise {max_rejects} to go on all the same"),
        )


def make_options(sizes: Sizes = SIZES, **asked: Unpack[ConversionOptions]) -> Options:
    """Return checked options of a conversion that holds so much.

    Raises
    ------
    UnknownNameError
        A table or column does not exist.
    TypeError
        There is no such option.
    OptionError
        A value is none that its option accepts.
    """
    whole = complete(ConversionOptions, asked)
    return Options(
        columns=chosen_columns(whole["tables"], whole["columns"]),
        on_bad_row=whole["on_bad_row"],
        on_bad_source=whole["on_bad_source"],
        max_rejects=whole["max_rejects"],
        max_compression_ratio=whole["max_compression_ratio"],
        export_id=whole["export_id"],
        batch_rows=whole["batch_rows"],
        selection=make_selection(**only(SelectOptions, whole)),
        **sizes.of_conversion(),
    )


def chosen_columns(
    tables: Collection[str] | str | None, columns: Mapping[str, Sequence[str]] | None
) -> dict[str, tuple[str, ...]]:
    """Return the wanted tables with their wanted columns, in the order of the declarations."""
    asked = {tables} if isinstance(tables, str) else None if tables is None else set(tables)
    some = {name: (of,) if isinstance(of, str) else of for name, of in (columns or {}).items()}
    for name in [*(asked or ()), *some]:
        pick_table(name)
    if asked is not None and (stray := sorted(set(some) - asked)):
        raise UnknownNameError(
            f"columns are named for table {stray[0]!r}, which is not among the wanted tables",
            hint=Wording("add it to {tables}, or leave {tables} out"),
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
            raise UnknownNameError(f"table {name!r} has no column {one!r}", hint=hint)
    return tuple(one for one in known if one in asked)
