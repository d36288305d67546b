"""Arrangements: the order in which the rows of a long line are put together.

Takes the rows of a line's tables; gives row numbers in the order in which the line has them: label by label,
in it plane by plane, frame by frame, object by object, each question with its parent object. Works on numbers
only, some tens of bytes per row.

Theory of operation
-------------------
A long line is written front to back without holding its rows, so their order is computed first, on arrays.
There are three kinds of numbers:

- a *row* is a position in the rows of a table, as they were read (``object_rows``, ``answer_rows``);
- a *unit* is one place that holds features: a label itself, a plane itself, a frame, or a moment. Units are
  sorted by label, plane, frame and moment, so that those of one label are a range;
- a *rank* is a position in the written order of all objects: by label, plane, frame and position.

An answer belongs to the object of least rank with the same label, plane, frame and object id
(`_parent_ranks`). Where ids are not enough, the row's ``extra`` is marked with the position of the object,
which then takes the place of the id. Answers are sorted by unit and by the rank of their parent. Any range of
objects therefore has a range of answers, which ``np.searchsorted`` finds.

Example: a label with a question of its own, and two frames. ``-`` is null::

    objects   row 0: frame 2, id b, position 0        answers   row 0: frame 2, object b
              row 1: frame 1, id b, position 0                  row 1: frame 1, object a
              row 2: frame 1, id a, position 1                  row 2: frame -, object -

    units                 0: the label itself   1: frame 1   2: frame 2
    object_rows           1 2 0        rank 0 is row 1, rank 1 is row 2, rank 2 is row 0
    object_units          1 1 2
    answer_rows           2 1 0
    answer_units          0 1 2
    answer_parent_ranks  -1 1 2        the object at rank 1 is row 2, the `a` of frame 1
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from exportkit.json_text import read_json
from exportkit.rebuild.line_rows import LineRows
from exportkit.rebuild.sorted_runs import group_starts
from exportkit.tables.cells import Ints

__all__ = ["NULL", "Arrangement", "Units", "arrange", "codes_of", "group_chunks", "ints_of"]

#: Stands for null in arrays of numbers.
NULL = np.iinfo(np.int64).min
_LAST = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Units:
    """The places that hold features: entry `i` of the arrays is unit `i`; sorted.

    Attributes
    ----------
    labels : ndarray of int64
        Index of the label within its line.
    planes : ndarray of int64
        Numbers into `plane_names`, -1 for no plane.
    frames, moments : ndarray of int64
        Frame and timestamp in milliseconds, `NULL` for none.
    plane_names : sequence of str
        Names of the planes.
    """

    labels: Ints
    planes: Ints
    frames: Ints
    moments: Ints
    plane_names: Sequence[str]

    def plane_of(self, unit: int) -> str | None:
        """Return the name of the plane of a unit."""
        code = int(self.planes[unit])
        return None if code == -1 else self.plane_names[code]


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The objects and answers of a line in order.

    Attributes
    ----------
    units : Units
        All places that hold features.
    object_rows, object_units : ndarray of int64, shape (objects,)
        By rank: the row of the object, and its unit.
    answer_rows, answer_units, answer_parent_ranks : ndarray of int64, shape (answers,)
        By unit and parent: the row of the answer, its unit, and the rank of its parent object; -1 where its
        parent is the unit itself or a relationship.
    """

    units: Units
    object_rows: Ints
    object_units: Ints
    answer_rows: Ints
    answer_units: Ints
    answer_parent_ranks: Ints


@dataclass(frozen=True, slots=True)
class _Keys:
    """Of each row of a table: where it stands, and the hash of an object's id."""

    labels: Ints
    planes: Ints
    frames: Ints
    moments: Ints
    positions: Ints
    ids: Ints


def arrange(objects: LineRows, answers: LineRows) -> Arrangement:
    """Return the order of the objects and answers of a line."""
    planes: dict[str, int] = {}
    object_keys = _keys(objects, "feature_id", planes)
    answer_keys = _keys(answers, "object_feature_id", planes)
    object_rows = np.lexsort(
        (object_keys.positions, object_keys.frames, object_keys.planes, object_keys.labels)
    )
    rank_of_row = np.empty_like(object_rows)
    rank_of_row[object_rows] = np.arange(len(object_rows))
    parent_ranks = _parent_ranks(object_keys, rank_of_row, answer_keys, _marked(answers))
    units, unit_of_row = _units(object_keys, answer_keys, list(planes))
    object_units, answer_units = unit_of_row[: len(object_rows)], unit_of_row[len(object_rows) :]
    answer_rows = np.lexsort((parent_ranks, answer_units))
    return Arrangement(
        units,
        object_rows,
        object_units[object_rows],
        answer_rows,
        answer_units[answer_rows],
        parent_ranks[answer_rows],
    )


def ints_of(rows: LineRows, column: str) -> Ints:
    """Return a column of whole numbers, `NULL` where it is null."""
    found = [np.zeros(0, dtype=np.int64)]
    for batch in rows.batches():
        if column in batch.schema.names:
            filled = batch.column(column).cast(pa.int64()).fill_null(NULL)
            found.append(filled.to_numpy(zero_copy_only=False))
        else:
            found.append(np.full(batch.num_rows, NULL))
    return np.concatenate(found)


def codes_of(rows: LineRows, column: str, codes: dict[str, int]) -> Ints:
    """Return a column of few different strings as `codes`, which learns new ones; -1 where it is null."""
    found = [np.zeros(0, dtype=np.int64)]
    for texts in _texts(rows, column):
        coded = pc.dictionary_encode(texts)
        numbers = [codes.setdefault(text, len(codes)) for text in coded.dictionary.to_pylist()]
        at = coded.indices.fill_null(len(numbers)).to_numpy(zero_copy_only=False)
        found.append(np.array([*numbers, -1], dtype=np.int64)[at])
    return np.concatenate(found)


def group_chunks(groups: Ints, max_rows: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of rows (start, stop) of at most `max_rows` rows that split no group of equal neighbours.

    A group of more rows is a range of its own.
    """
    begin = end = 0
    for stop in [*np.flatnonzero(group_starts([groups]))[1:].tolist(), len(groups)]:
        if stop - begin > max_rows and end > begin:
            yield begin, end
            begin = end
        end = stop
    if end > begin:
        yield begin, end


def _keys(rows: LineRows, id_column: str, planes: dict[str, int]) -> _Keys:
    return _Keys(
        ints_of(rows, "label_index"),
        codes_of(rows, "plane", planes),
        ints_of(rows, "frame"),
        ints_of(rows, "timestamp_ms"),
        ints_of(rows, "position"),
        _hashes(rows, id_column),
    )


def _texts(rows: LineRows, column: str) -> Iterator[pa.Array]:
    for batch in rows.batches():
        if column in batch.schema.names:
            yield batch.column(column).cast(pa.string())
        else:
            yield pa.nulls(batch.num_rows, pa.string())


def _hashes(rows: LineRows, column: str) -> Ints:
    """Return ids as numbers of 64 bits; the modules that use the order compare the ids themselves again."""
    texts = (text for array in _texts(rows, column) for text in array.to_pylist())
    return np.fromiter((NULL if text is None else hash(text) for text in texts), np.int64)


def _marked(answers: LineRows) -> dict[int, Sequence[object]]:
    """Return by row the marks that name a parent by its array and position, and not by its id."""
    found: dict[int, Sequence[object]] = {}
    first = 0
    for texts in _texts(answers, "extra"):
        marked = pc.fill_null(pc.match_substring(texts, '"$holder"'), fill_value=False)
        for at in np.flatnonzero(marked.to_numpy(zero_copy_only=False)).tolist():
            extra = read_json(texts[at].as_py())
            mark = extra.get("$holder") if isinstance(extra, dict) else None
            if isinstance(mark, list) and mark:
                found[first + at] = mark
        first += len(texts)
    return found


def _parent_ranks(
    objects: _Keys, rank_of_row: Ints, answers: _Keys, marked: dict[int, Sequence[object]]
) -> Ints:
    """Return by answer row the rank of its parent object, -1 where it has none."""
    ranks = _first_ranks(
        (objects.labels, objects.planes, objects.frames, objects.ids),
        rank_of_row,
        (answers.labels, answers.planes, answers.frames, answers.ids),
    )
    ranks[answers.ids == NULL] = -1
    if marked:
        positions = np.full(len(ranks), NULL)
        for row, mark in marked.items():
            positions[row] = mark[1] if mark[0] == "objects" else NULL
        by_position = _first_ranks(
            (objects.labels, objects.planes, objects.frames, objects.positions),
            rank_of_row,
            (answers.labels, answers.planes, answers.frames, positions),
        )
        rows = np.array(sorted(marked), dtype=np.int64)
        ranks[rows] = np.where(positions[rows] == NULL, -1, by_position[rows])
    return ranks


def _first_ranks(keys: tuple[Ints, ...], ranks: Ints, wanted: tuple[Ints, ...]) -> Ints:
    """Return for each row of `wanted` the least rank among the rows with equal keys, -1 where there are none.

    A join by sorting: keys and wanted rows are sorted together, within equal keys by rank and wanted rows
    last. Every row then takes the first row of its group, which is a wanted row only where no key is equal.
    """
    count = len(ranks)
    columns = [np.concatenate(pair) for pair in zip(keys, wanted, strict=True)]
    order = np.lexsort((np.concatenate((ranks, np.full(len(wanted[0]), _LAST))), *columns))
    starts = np.where(group_starts([column[order] for column in columns]), np.arange(len(order)), 0)
    leaders = np.empty_like(order)
    leaders[order] = order[np.maximum.accumulate(starts)]
    found = leaders[count:]
    return np.where(found < count, np.append(ranks, -1)[np.minimum(found, count)], -1)


def _units(objects: _Keys, answers: _Keys, plane_names: Sequence[str]) -> tuple[Units, Ints]:
    """Return all units, sorted, and the unit of each object row and then of each answer row."""
    columns = [
        np.concatenate(pair)
        for pair in (
            (objects.labels, answers.labels),
            (objects.planes, answers.planes),
            (objects.frames, answers.frames),
            (objects.moments, answers.moments),
        )
    ]
    order = np.lexsort(tuple(reversed(columns)))
    columns = [column[order] for column in columns]
    starts = group_starts(columns)
    unit_of_row = np.empty_like(order)
    unit_of_row[order] = np.cumsum(starts) - 1
    labels, planes, frames, moments = (column[starts] for column in columns)
    return Units(labels, planes, frames, moments, plane_names), unit_of_row
