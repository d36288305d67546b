"""Long lines: a line with more rows than are held in memory, written piece by piece.

Takes the rows of one line, gives its text in pieces: label by label, and a long label some objects, frames,
moments or features at a time. Held whole: what belongs to the data row itself, the questions and
relationships of one label as a whole, and one frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from exportkit.json_text import write_json
from exportkit.rebuild.arrangements import Arrangement, arrange, codes_of, ints_of
from exportkit.rebuild.labels import TABLES_BELOW, label_of
from exportkit.rebuild.line_rows import LineRows
from exportkit.rebuild.lines import array_key, holder_of
from exportkit.rebuild.long_labels import LabelRows, LongLabel
from exportkit.rebuild.pieces import Streams, array_of
from exportkit.rebuild.records import Record
from exportkit.rebuild.sections import Holder, line_without_labels

__all__ = ["LONG_TABLES", "LongLine"]

Ints = npt.NDArray[np.int64]

#: Tables whose rows are not held as a whole.
LONG_TABLES = ("labels", *TABLES_BELOW)
#: Rows that are made records at a time.
CHUNK_ROWS = 2_048


class LongLine:
    """One line, out of rows that may lie in temporary files.

    Parameters
    ----------
    rows : mapping of str to LineRows
        The rows of all tables.
    most : int
        Rows that are made records at a time.

    Attributes
    ----------
    left_out : int
        Rows without an owner; complete when all pieces are drawn.
    """

    def __init__(self, rows: Mapping[str, LineRows], most: int = CHUNK_ROWS) -> None:
        self._rows = rows
        self._most = most
        self._arrangement: Arrangement = arrange(rows["objects"], rows["classifications"])
        self._by_label = {name: _by_label(rows[name]) for name in ("relationships", "segments", "key_frames")}
        self.left_out = sum(rows[name].count for name in LONG_TABLES)

    def pieces(self) -> Iterator[bytes]:
        """Yield the text of the line."""
        small = {name: rows.records() for name, rows in self._rows.items() if name not in LONG_TABLES}
        line, homes = line_without_labels(small)
        streams = Streams()
        for numbers, holder in self._arrays():
            if holder in homes:
                labels = (self._label(record) for record in self._labels(numbers))
                homes[holder][array_key(holder)] = streams.place(array_of(labels))
        yield from streams.written(line)

    def _arrays(self) -> list[tuple[Ints, Holder]]:
        """Return, for each array of labels, the row numbers of its labels in order, and its holder."""
        labels = self._rows["labels"]
        codes = [
            codes_of(labels, name, {}) for name in ("model_run_id", "experiment_id", "project_id", "origin")
        ]
        order = np.lexsort((ints_of(labels, "position"), *codes))
        turns = np.zeros(len(order), dtype=np.bool_)
        for code in codes:
            turns[1:] |= code[order][1:] != code[order][:-1]
        arrays = [numbers for numbers in np.split(order, np.flatnonzero(turns)) if len(numbers)]
        return [(numbers, holder_of(labels.records_at(numbers[:1])[0])) for numbers in arrays]

    def _labels(self, numbers: Ints) -> Iterator[Record]:
        for start in range(0, len(numbers), self._most):
            yield from self._rows["labels"].records_at(numbers[start : start + self._most])

    def _label(self, label: Record) -> Iterator[bytes]:
        below = self._rows_of(label["label_index"])
        count = below.count
        self.left_out -= 1 + count
        if count > self._most:
            long = LongLabel(label, below, self._most)
            yield from long.pieces()
            self.left_out += long.lost
        else:
            built, lost = label_of(label, below.records())
            yield write_json(built)
            self.left_out += lost

    def _rows_of(self, index: int) -> LabelRows:
        units = np.searchsorted(self._arrangement.units.labels, [index, index + 1])
        numbers, groups = {}, {}
        for name, found in self._by_label.items():
            start, stop = np.searchsorted(found.labels, [index, index + 1])
            numbers[name], groups[name] = found.numbers[start:stop], found.groups[start:stop]
        return LabelRows(self._rows, self._arrangement, (int(units[0]), int(units[1])), numbers, groups)


@dataclass(frozen=True, slots=True)
class _ByLabel:
    """Row numbers sorted by label and group, with both."""

    numbers: Ints
    labels: Ints
    groups: Ints


def _by_label(rows: LineRows) -> _ByLabel:
    """Sort the rows of a table by label, and those of one member of a label's annotations together."""
    labels, groups = ints_of(rows, "label_index"), codes_of(rows, "feature_id", {})
    if rows.table == "segments":
        planes = codes_of(rows, "plane", {})
        groups = np.where(planes == -1, groups, -1 - planes)
    order = np.lexsort((groups, labels))
    return _ByLabel(order, labels[order], groups[order])
