"""Options of writing: how large groups and parts grow, and what is worth keeping beside each column."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

__all__ = ["PLAIN", "ColumnHint", "Hints", "WriteOptions"]


class ColumnHint(Struct, frozen=True):
    """What is worth writing for one column; formats that cannot do it leave it out.

    Attributes
    ----------
    dictionary : bool
        Few distinct values repeat: store each once a row group. Off by default, because trying it on unique
        ids costs time and gains nothing.
    statistics : bool
        Keep smallest and largest value of each page and row group. Off for wide text and vectors.
    bloom : bool
        Keep a bloom filter a row group, so that a look-up of one id skips groups without it: 128 KiB and
        less than a millisecond for 100 000 ids of 24 characters, which is 10 % of that column's bytes.
    rises : bool
        Whole numbers that mostly go up from row to row: their differences are stored. For the lines of the
        `objects` of videos that takes a third of the time and a fiftieth of the bytes.
    """

    dictionary: bool = False
    statistics: bool = True
    bloom: bool = False
    rises: bool = False


#: The hint of a column that has none.
PLAIN = ColumnHint()

#: Column name to hint; a column that is not named is `PLAIN`.
Hints = Mapping[str, ColumnHint]


class WriteOptions(Struct, frozen=True):
    """How much is gathered before it is written.

    Attributes
    ----------
    row_group_rows : int
        Rows that make a row group; small groups take longer to write than all else together.
    row_group_bytes : int
        Arrow bytes that make a row group before the rows do: bounds memory for wide rows.
    gathered_bytes : int
        Arrow bytes that all tables together may have waiting for their row groups; above it the largest is
        written as it is. Bounds memory where many tables fill slowly.
    part_bytes : int
        Written bytes after which the next row group opens a new part file.
    compression_level : int
        Level of zstd, 1 to 22. Level 3 takes 48 % more encoding time than 1.

    Raises
    ------
    ValueError
        A number is below 1, or the level above 22.
    """

    row_group_rows: int = 100_000
    row_group_bytes: int = 32 * 2**20
    gathered_bytes: int = 48 * 2**20
    part_bytes: int = 256 * 2**20
    compression_level: int = 1

    def __post_init__(self) -> None:
        for name in ("row_group_rows", "row_group_bytes", "gathered_bytes", "part_bytes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more, not {getattr(self, name)}")
        if not 1 <= self.compression_level <= 22:  # noqa: PLR2004 - the levels zstd knows
            raise ValueError(f"compression_level must be 1 to 22, not {self.compression_level}")
