"""Blocks of decoded rows, and lines that could not become rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct, field

from exportkit.place import Source
from exportkit.rows.features import Relationship
from exportkit.rows.placed_labels import PlacedLabel
from exportkit.rows.structs import Row

__all__ = ["Fragment", "Reject", "RowBlock"]


class Fragment(Struct, frozen=True):
    """What a fragment of a long row depends on in the rest of the row.

    Attributes
    ----------
    emits : frozenset of str
        The tables whose rows this fragment makes; others are made from other fragments.
    position : int
        Position of its first item in the list or object that it is cut from.
    label_position, label_index : int
        Position of its first label among its siblings, and that label's ordinal on the line.
    latest : mapping of str to int or None
        By project, the position of the newest label.
    selected : mapping of str to str or None
        By project, the label that consensus selected.
    container : str or None
        Shape of the label's annotations, where the fragment does not show it.
    media_type : str or None
        What the annotations of the whole row say of its media type.
    key_frames : callable or None
        Gives the key frames of a plane of the label.
    relationships : sequence of Relationship
        The label's relationships, which its objects may repeat.
    """

    emits: frozenset[str]
    position: int = 0
    label_position: int = 0
    label_index: int = 0
    latest: Mapping[str, int | None] = field(default_factory=dict)
    selected: Mapping[str, str | None] = field(default_factory=dict)
    container: str | None = None
    media_type: str | None = None
    key_frames: Callable[[str | None], Any] | None = None
    relationships: tuple[Relationship, ...] = ()


class RowBlock(Struct, frozen=True):
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
    fragment : Fragment or None
        Set where the one row is a fragment of a long one.
    labels : list of PlacedLabel or None
        The labels of the rows, where a selection judged them; None where all are kept.
    """

    source: Source
    rows: list[Row]
    lines: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    offsets: npt.NDArray[np.int64] | None
    fragment: Fragment | None = None
    labels: list[PlacedLabel] | None = None

    @property
    def ids(self) -> list[str]:
        """The data row id of each row."""
        return [row.data_row.id for row in self.rows]


class Reject(Struct, frozen=True):
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
    raw : bytes or None
        The line itself; None where it is kept elsewhere.
    data_row_id : str or None
        Data row, where it could still be read.
    raw_uri : str or None
        Name of the file that holds the line instead.
    reason : str or None
        What the platform says of the data row, in an entry of its error stream.
    """

    line: int
    byte_offset: int | None
    byte_length: int
    error: str
    problem: str
    json_path: str | None
    raw: bytes | None
    data_row_id: str | None = None
    raw_uri: str | None = None
    reason: str | None = None
