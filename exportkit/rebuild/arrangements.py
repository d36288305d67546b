"""Arrangements: in which order the rows of a long line are put together.

Takes the rows of a line's tables, gives row numbers in the order in which a line has them: label by label,
and in it plane by plane, frame by frame, object by object, each question with the object it hangs on. Works
on numbers only, some tens of bytes a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from exportkit.json_text import read_json
from exportkit.rebuild.line_rows import LineRows

__all__ = ["NULL", "Arrangement", "Units", "arrange", "chunks", "codes_of", "ints_of"]

Ints = npt.NDArray[np.int64]

#: Stands for null in arrays of numbers.
NULL = np.iinfo(np.int64).min
_LAST = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Units:
    """Where features stand: entry i is a label, a plane of it, a frame, a moment; sorted.

    Planes are numbers in `plane_names`, -1 for none; frames and moments are `NULL` for none.
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
    """The objects and questions of a line in order.

    Attributes
    ----------
    units : Units
        All places that hold features.
    objects, object_units : ndarray of int64
        Row numbers of the objects in order, and the unit of each.
    questions, question_units, question_ranks : ndarray of int64
        Row numbers of the answers in order, the unit of each, and the position in `objects` of the object
        it hangs on; -1 for one that hangs on the unit itself or on a relationship.
    """

    units: Units
    objects: Ints
    object_units: Ints
    questions: Ints
    question_units: Ints
    question_ranks: Ints


@dataclass(frozen=True, slots=True)
class _Keys:
    labels: Ints
    planes: Ints
    frames: Ints
    moments: Ints
    positions: Ints
    names: Ints


def arrange(objects: LineRows, questions: LineRows) -> Arrangement:
    """Return the order of the objects and questions of a line."""
    planes: dict[str, int] = {}
    shown, asked = _keys(objects, "feature_id", planes), _keys(questions, "object_feature_id", planes)
    order = np.lexsort((shown.positions, shown.frames, shown.planes, shown.labels))
    ranks = np.empty_like(order)
    ranks[order] = np.arange(len(order))
    anchors = _anchors(shown, ranks, asked, _marked(questions))
    units, numbers = _units(shown, asked, list(planes))
    object_units, question_units = numbers[: len(ranks)], numbers[len(ranks) :]
    question_order = np.lexsort((anchors, question_units))
    return Arrangement(
        units,
        order,
        object_units[order],
        question_order,
        question_units[question_order],
        anchors[question_order],
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
    """Return a column of few strings as numbers, which `codes` learns; -1 where it is null."""
    found = [np.zeros(0, dtype=np.int64)]
    for texts in _texts(rows, column):
        coded = pc.dictionary_encode(texts)
        numbers = [codes.setdefault(text, len(codes)) for text in coded.dictionary.to_pylist()]
        at = coded.indices.fill_null(len(numbers)).to_numpy(zero_copy_only=False)
        found.append(np.array([*numbers, -1], dtype=np.int64)[at])
    return np.concatenate(found)


def chunks(groups: Ints, most: int) -> Iterator[tuple[int, int]]:
    """Yield ranges of rows (start, stop) of at most `most` rows that split no group of equal neighbours.

    A group of more rows is a range of its own.
    """
    begin = end = 0
    for stop in [*(np.flatnonzero(groups[1:] != groups[:-1]) + 1).tolist(), len(groups)]:
        if stop - begin > most and end > begin:
            yield begin, end
            begin = end
        end = stop
    if end > begin:
        yield begin, end


def _keys(rows: LineRows, name: str, planes: dict[str, int]) -> _Keys:
    return _Keys(
        ints_of(rows, "label_index"),
        codes_of(rows, "plane", planes),
        ints_of(rows, "frame"),
        ints_of(rows, "timestamp_ms"),
        ints_of(rows, "position"),
        _hashes(rows, name),
    )


def _texts(rows: LineRows, column: str) -> Iterator[pa.Array]:
    for batch in rows.batches():
        if column in batch.schema.names:
            yield batch.column(column).cast(pa.string())
        else:
            yield pa.nulls(batch.num_rows, pa.string())


def _hashes(rows: LineRows, column: str) -> Ints:
    """Return ids as numbers of 64 bits; what is built from them looks at the ids themselves again."""
    texts = (text for array in _texts(rows, column) for text in array.to_pylist())
    return np.fromiter((NULL if text is None else hash(text) for text in texts), np.int64)


def _marked(rows: LineRows) -> dict[int, Sequence[object]]:
    """Return, by row number, the places of the objects that are not named by their ids."""
    found: dict[int, Sequence[object]] = {}
    first = 0
    for texts in _texts(rows, "extra"):
        marked = pc.fill_null(pc.match_substring(texts, '"$holder"'), fill_value=False)
        for at in np.flatnonzero(marked.to_numpy(zero_copy_only=False)).tolist():
            extra = read_json(texts[at].as_py())
            mark = extra.get("$holder") if isinstance(extra, dict) else None
            if isinstance(mark, list) and mark:
                found[first + at] = mark
        first += len(texts)
    return found


def _anchors(shown: _Keys, ranks: Ints, asked: _Keys, marked: dict[int, Sequence[object]]) -> Ints:
    """Return the rank of the object that each question hangs on, -1 where there is none."""
    anchors = _first_ranks(
        (shown.labels, shown.planes, shown.frames, shown.names),
        ranks,
        (asked.labels, asked.planes, asked.frames, asked.names),
    )
    anchors[asked.names == NULL] = -1
    if marked:
        positions = np.full(len(anchors), NULL)
        for row, mark in marked.items():
            positions[row] = mark[1] if mark[0] == "objects" else NULL
        by_position = _first_ranks(
            (shown.labels, shown.planes, shown.frames, shown.positions),
            ranks,
            (asked.labels, asked.planes, asked.frames, positions),
        )
        rows = np.array(sorted(marked), dtype=np.int64)
        anchors[rows] = np.where(positions[rows] == NULL, -1, by_position[rows])
    return anchors


def _first_ranks(keys: tuple[Ints, ...], ranks: Ints, wanted: tuple[Ints, ...]) -> Ints:
    """Return the least rank among the rows with the keys of each wanted one, -1 where there are none."""
    count = len(ranks)
    columns = [np.concatenate(pair) for pair in zip(keys, wanted, strict=True)]
    order = np.lexsort((np.concatenate((ranks, np.full(len(wanted[0]), _LAST))), *columns))
    starts = np.where(_turns([column[order] for column in columns]), np.arange(len(order)), 0)
    leaders = np.empty_like(order)
    leaders[order] = order[np.maximum.accumulate(starts)]
    found = leaders[count:]
    return np.where(found < count, np.append(ranks, -1)[np.minimum(found, count)], -1)


def _units(shown: _Keys, asked: _Keys, plane_names: Sequence[str]) -> tuple[Units, Ints]:
    """Return all places of features, sorted, and the number of the place of each object and question."""
    columns = [
        np.concatenate(pair)
        for pair in (
            (shown.labels, asked.labels),
            (shown.planes, asked.planes),
            (shown.frames, asked.frames),
            (shown.moments, asked.moments),
        )
    ]
    order = np.lexsort(tuple(reversed(columns)))
    columns = [column[order] for column in columns]
    turns = _turns(columns)
    numbers = np.empty_like(order)
    numbers[order] = np.cumsum(turns) - 1
    labels, planes, frames, moments = (column[turns] for column in columns)
    return Units(labels, planes, frames, moments, plane_names), numbers


def _turns(columns: Sequence[Ints]) -> npt.NDArray[np.bool_]:
    """Return where sorted rows differ from the one before."""
    turns = np.zeros(len(columns[0]), dtype=np.bool_)
    turns[:1] = True
    for column in columns:
        turns[1:] |= column[1:] != column[:-1]
    return turns
