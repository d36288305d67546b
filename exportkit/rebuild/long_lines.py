"""Long lines: a line with more rows than are held in memory, written in chunks.

Takes the rows of one line; gives its text in chunks: label by label, and a long label some objects, frames,
moments or features at a time. Held whole: the rows of the data row itself, the relationships of one label,
the questions on that label itself, and one frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from exportkit.json_text import write_json
from exportkit.rebuild.annotations import TABLES_BELOW, label_of
from exportkit.rebuild.arrangements import Arrangement, arrange, codes_of, ints_of
from exportkit.rebuild.json_streams import TextStreams, array_of
from exportkit.rebuild.line_rows import LineRows
from exportkit.rebuild.long_labels import LabelRows, LongLabel
from exportkit.rebuild.sorted_runs import group_starts
from exportkit.rebuild.table_rows import TableRow
from exportkit.rebuild.whole_lines import LabelArray, array_key, array_of_label, line_without_labels
from exportkit.tables.cells import Ints

__all__ = ["LONG_TABLES", "LongLine"]

#: Tables whose rows are not held as a whole.
LONG_TABLES = ("labels", *TABLES_BELOW)
#: Rows that are converted to dictionaries at a time.
CHUNK_ROWS = 2_048


class LongLine:
    """One line, from rows that may lie in temporary files.

    Parameters
    ----------
    rows : mapping of str to LineRows
        The rows of all tables.
    chunk_rows : int
        Rows that are converted to dictionaries at a time.

    Attributes
    ----------
    left_out : int
        Rows whose parent is missing; complete when all chunks have been taken.
    """

    def __init__(self, rows: Mapping[str, LineRows], chunk_rows: int = CHUNK_ROWS) -> None:
        self._rows = rows
        self._chunk_rows = chunk_rows
        self._arrangement: Arrangement = arrange(rows["objects"], rows["classifications"])
        self._by_label = {name: _by_label(rows[name]) for name in ("relationships", "segments", "key_frames")}
        self.left_out = sum(rows[name].count for name in LONG_TABLES)

    def chunks(self) -> Iterator[bytes]:
        """Yield the text of the line."""
        small = {name: rows.rows() for name, rows in self._rows.items() if name not in LONG_TABLES}
        line, owners = line_without_labels(small)
        streams = TextStreams()
        for label_rows, array in self._arrays():
            if array in owners:
                labels = (self._label(label) for label in self._labels(label_rows))
                owners[array][array_key(array)] = streams.place(array_of(labels))
        yield from streams.written(line)

    def _arrays(self) -> list[tuple[Ints, LabelArray]]:
        """Return the arrays of labels, each with the row numbers of its labels in order."""
        labels = self._rows["labels"]
        codes = [
            codes_of(labels, name, {}) for name in ("model_run_id", "experiment_id", "project_id", "origin")
        ]
        order = np.lexsort((ints_of(labels, "position"), *codes))
        starts = np.flatnonzero(group_starts([code[order] for code in codes]))
        arrays = [numbers for numbers in np.split(order, starts) if len(numbers)]
        return [(numbers, array_of_label(labels.rows_at(numbers[:1])[0])) for numbers in arrays]

    def _labels(self, numbers: Ints) -> Iterator[TableRow]:
        for start in range(0, len(numbers), self._chunk_rows):
            yield from self._rows["labels"].rows_at(numbers[start : start + self._chunk_rows])

    def _label(self, label: TableRow) -> Iterator[bytes]:
        below = self._rows_of(label["label_index"])
        count = below.count
        self.left_out -= 1 + count
        if count > self._chunk_rows:
            long = LongLabel(label, below, self._chunk_rows)
            yield from long.chunks()
            self.left_out += long.orphans
        else:
            built, orphans = label_of(label, below.all_rows())
            yield write_json(built)
            self.left_out += orphans

    def _rows_of(self, label_index: int) -> LabelRows:
        units = np.searchsorted(self._arrangement.units.labels, [label_index, label_index + 1])
        numbers, groups = {}, {}
        for name, found in self._by_label.items():
            start, stop = np.searchsorted(found.labels, [label_index, label_index + 1])
            numbers[name], groups[name] = found.numbers[start:stop], found.groups[start:stop]
        return LabelRows(self._rows, self._arrangement, (int(units[0]), int(units[1])), numbers, groups)


@dataclass(frozen=True, slots=True)
class _ByLabel:
    """The row numbers of a table, sorted by label and group, and for each its label and group."""

    numbers: Ints
    labels: Ints
    groups: Ints


def _by_label(rows: LineRows) -> _ByLabel:
    """Sort the rows of a table by label, and within it by the member of the annotations that they are in."""
    labels, groups = ints_of(rows, "label_index"), codes_of(rows, "feature_id", {})
    if rows.table == "segments":
        planes = codes_of(rows, "plane", {})
        groups = np.where(planes == -1, groups, -1 - planes)
    order = np.lexsort((groups, labels))
    return _ByLabel(order, labels[order], groups[order])
