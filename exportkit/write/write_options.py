"""Write options: sizes of row groups and parts, and for each column what is stored beside its values."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from exportkit.options import BATCH_ROWS, COMPRESSION_LEVEL

__all__ = ["PLAIN", "ColumnHint", "Hints", "WriteOptions"]

MIB = 1024 * 1024


class ColumnHint(Struct, frozen=True):
    """What is stored for one column beside its values; a format that cannot store it leaves it out.

    Attributes
    ----------
    dictionary : bool
        Few distinct values repeat: store each once per row group. Off by default, because it costs time and
        saves nothing where values are unique.
    statistics : bool
        Store the smallest and largest value of each page and row group. Off for wide text and vectors.
    bloom : bool
        Store a bloom filter per row group, so that a look-up of one id skips groups without it. For 100 000
        ids of 24 characters it takes less than a millisecond and 128 KiB, 10 % of that column's bytes.
    rises : bool
        Whole numbers that mostly go up from row to row: store their differences. For `line` in the `objects`
        of videos that takes a third of the time and a fiftieth of the bytes.
    """

    dictionary: bool = False
    statistics: bool = True
    bloom: bool = False
    rises: bool = False


#: The hint of a column that has none.
PLAIN = ColumnHint()

#: Hints by column name; a column without one is `PLAIN`.
Hints = Mapping[str, ColumnHint]


class WriteOptions(Struct, frozen=True):
    """How much a writer gathers before it writes.

    Attributes
    ----------
    row_group_rows : int
        Rows of a row group; small groups take longer to write than everything else together.
    row_group_bytes : int
        Arrow bytes of a row group, where they are reached before the rows: bounds memory for wide rows.
    gathered_bytes : int
        Arrow bytes that all tables together may gather; above it the table with most writes its row group.
        Bounds memory where many tables fill slowly.
    part_bytes : int
        Written bytes after which the next row group begins a new part.
    compression_level : int
        Level of zstd, 1 to 22. Level 3 takes 48 % more encoding time than 1.

    Raises
    ------
    ValueError
        A number is below 1, or the level above 22.
    """

    row_group_rows: int = BATCH_ROWS
    row_group_bytes: int = 32 * MIB
    gathered_bytes: int = 48 * MIB
    part_bytes: int = 256 * MIB
    compression_level: int = COMPRESSION_LEVEL

    def __post_init__(self) -> None:
        for name in ("row_group_rows", "row_group_bytes", "gathered_bytes", "part_bytes"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 or more, not {getattr(self, name)}")
        if not 1 <= self.compression_level <= 22:  # noqa: PLR2004 - the levels zstd knows
            raise ValueError(f"compression_level must be 1 to 22, not {self.compression_level}")
