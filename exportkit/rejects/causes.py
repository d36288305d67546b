"""Causes: the rejected lines of a lake, grouped by what was wrong with them."""

from __future__ import annotations

import os
import re
from dataclasses import asdict, dataclass
from typing import Any

from exportkit.commit import read_lake
from exportkit.rejects.reject_rows import parts_of_rejects, read_batches

__all__ = ["MAX_CAUSES", "Cause", "Causes", "causes_of"]

#: Causes that are told apart.
MAX_CAUSES = 1_000
#: What differs between two problems of one cause: numbers, and what is quoted.
_PARTICULARS = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|\d+")
_SHOWN = ("error", "problem", "reason", "json_path", "data_row_id", "source_uri", "line", "byte_offset")


@dataclass(slots=True)
class Cause:
    """Lines that were rejected for the same reason.

    Attributes
    ----------
    error : str
        Class of the error.
    problem : str
        What is wrong, with ``…`` for what differs from line to line.
    lines, bytes : int
        How many lines, and how long they are together.
    example : dict
        ``problem``, ``reason``, ``json_path``, ``data_row_id``, ``source_uri``, ``line`` and ``byte_offset``
        of one line.
    """

    error: str
    problem: str
    lines: int
    bytes: int
    example: dict[str, Any]


@dataclass(slots=True)
class Causes:
    """The rejects of a lake.

    Attributes
    ----------
    lines, bytes : int
        All rejected lines, and how long they are together.
    causes : list of Cause
        The most frequent first.
    others : int
        Lines of causes beyond `MAX_CAUSES`, which are not told apart.
    """

    lines: int
    bytes: int
    causes: list[Cause]
    others: int

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain values, as ``--json`` prints it."""
        return asdict(self)


def causes_of(lake: str | os.PathLike[str]) -> Causes:
    """Group the rejected lines of a lake by cause.

    Parameters
    ----------
    lake : str or path
        Directory of the lake.

    Returns
    -------
    Causes
        Counts, and the place of one example per cause.

    Raises
    ------
    FileNotFoundError
        There is no such directory.
    ReadError
        It holds no table ``rejects``, or a part of it is damaged.

    Notes
    -----
    Reads no line itself. Memory: a batch of rows, and at most `MAX_CAUSES` causes.
    """
    found = Causes(0, 0, [], 0)
    by_key: dict[tuple[str, str], Cause] = {}
    for part in parts_of_rejects(read_lake(lake)):
        for batch in read_batches(part, (*_SHOWN, "byte_length")):
            for row in batch.to_pylist():
                _count(found, by_key, row)
    found.causes = sorted(by_key.values(), key=lambda one: (-one.lines, one.error, one.problem))
    return found


def _count(found: Causes, by_key: dict[tuple[str, str], Cause], row: dict[str, Any]) -> None:
    length = row.get("byte_length") or 0
    found.lines += 1
    found.bytes += length
    key = (row.get("error") or "", _PARTICULARS.sub("…", row.get("problem") or ""))
    cause = by_key.get(key)
    if cause is None:
        if len(by_key) >= MAX_CAUSES:
            found.others += 1
            return
        example = {name: row.get(name) for name in _SHOWN if name != "error"}
        cause = by_key[key] = Cause(*key, lines=0, bytes=0, example=example)
    cause.lines += 1
    cause.bytes += length
