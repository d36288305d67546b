"""Blocks of decoded rows, and lines that could not become rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from exportkit.place import Source
from exportkit.rows.structs import Row

__all__ = ["Reject", "RowBlock"]


@dataclass(frozen=True, slots=True)
class RowBlock:
    """Rows that stood together in the input, in input order.

    Attributes
    ----------
    source : Source
        The input they came from.
    rows : list of Row
        The rows.
    lines, lengths : ndarray of int64, shape (n,)
        Line number of each row, and its length in bytes without the line end.
    offsets : ndarray of int64, shape (n,), or None
        Byte offset of each row in the decompressed input; None in a JSON array, where it is not known.
    """

    source: Source
    rows: list[Row]
    lines: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int64] | None


@dataclass(frozen=True, slots=True)
class Reject:
    """One line that could not become a row, with why and where.

    Attributes
    ----------
    line, byte_offset, byte_length : int
        Place of the line; no offset in a JSON array.
    error : str
        Class name of the error.
    problem : str
        What is wrong; quotes at most one short scalar.
    json_path : str or None
        Where in the row.
    raw : bytes
        The line itself.
    data_row_id : str or None
        Data row, where it could still be read.
    """

    line: int
    byte_offset: int | None
    byte_length: int
    error: str
    problem: str
    json_path: str | None
    raw: bytes
    data_row_id: str | None = None
