"""Labels of Export V1 as CSV, which the platform gave beside JSON.

Takes blocks of bytes; gives each record as the label that the JSON of the same export has: ``Label`` and
other nested fields are JSON text in their cell, times are milliseconds, an empty cell is an absent field.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from exportkit.errors import DecodeError
from exportkit.json_text import JsonTextError, read_json
from exportkit.legacy.first_look import V1_NAMES, V1_PAIR
from exportkit.place import Place

__all__ = ["is_csv", "read_csv"]

_DELIMITERS = ",;\t"
#: Cells that hold JSON, or a word that is none (``Skip``).
_NESTED = frozenset(
    {"Label", "Reviews", "Masks", "DataRow Metadata", "Media Attributes", "Agreement", "Benchmark Agreement"}
    | {"Seconds to Label", "Has Open Issues"}
)
_TIMES = frozenset({"Created At", "Updated At"})
_FLAGS = {"true": True, "false": False}
_MILLISECONDS = re.compile(r"\d{11,14}(?:\.0+)?")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Characters of a cell: as many as memory holds, like a label in JSON.
_LARGEST_CELL = 2**31 - 1


def is_csv(head: bytes) -> bool:
    """Return whether an input that starts with `head` is an Export V1 as CSV, by its first line."""
    names = set(_header(head)[1])
    return not V1_NAMES.isdisjoint(names) and names >= {"Label"} and len(names & (V1_NAMES | V1_PAIR)) > 2  # noqa: PLR2004 - no text has three by chance


def read_csv(blocks: Iterable[bytes], source_uri: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield the labels with their places; `line` is that on which the record ends.

    Raises
    ------
    DecodeError
        A record has more cells than the header, or is broken or no UTF-8.
    """
    lines = _Lines(blocks)
    names: list[str] = []
    records: Iterator[list[str]] = iter(())
    while True:
        try:
            if not names:
                delimiter, names = _header(next(lines, "").encode())
                records = csv.reader(lines, delimiter=delimiter, strict=True)
            with _large_cells():
                cells = next(records, None)
        except (csv.Error, UnicodeDecodeError) as error:
            raise DecodeError(f"broken CSV: {error}", place=Place(source_uri, lines.count)) from None
        if cells is None:
            return
        place = Place(source_uri, lines.count)
        if len(cells) > len(names):
            problem = f"the record has {len(cells)} cells, and the header {len(names)}"
            raise DecodeError(problem, place=place)
        label = {name: _value(name, cell) for name, cell in zip(names, cells, strict=False) if cell}
        if label:
            yield place, label


class _Lines(Iterator[str]):
    """The lines of some blocks with their ends; `count` is the number of the last one given."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._found = _lines(blocks)
        self.count = 0

    def __next__(self) -> str:
        self.count += 1
        return next(self._found)


def _lines(blocks: Iterable[bytes]) -> Iterator[str]:
    held: list[bytes] = []
    for block in blocks:
        *ended, rest = block.split(b"\n")
        for line in ended:
            yield b"".join((*held, line, b"\n")).decode()
            held = []
        held.append(rest)
    last = b"".join(held).decode()
    if last:
        yield last


@contextmanager
def _large_cells() -> Iterator[None]:
    """Let the module take large cells, and the rest of the program what it had set."""
    before = csv.field_size_limit(_LARGEST_CELL)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _header(head: bytes) -> tuple[str, list[str]]:
    """Return the delimiter and the names in the first line of `head`."""
    line = head.partition(b"\n")[0].decode("utf-8-sig", "replace").strip()
    try:
        found = [(one, next(csv.reader([line], delimiter=one), [])) for one in _DELIMITERS]
    except csv.Error:
        return ",", []
    return max(found, key=lambda one: len(one[1]))


def _value(name: str, cell: str) -> Any:
    """Return what the JSON of the export has for a cell."""
    if name in _TIMES and _MILLISECONDS.fullmatch(cell):
        moment = _EPOCH + timedelta(milliseconds=int(float(cell)))
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if name == "Skipped":
        return _FLAGS.get(cell.lower(), cell)
    if name not in _NESTED:
        return cell
    try:
        return read_json(cell)
    except (JsonTextError, RecursionError):
        return cell
