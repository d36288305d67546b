"""Long labels: a label with more rows than are converted to dictionaries at a time, written in chunks.

Takes the arranged rows of one label (`exportkit.rebuild.arrangements` explains units and ranks); gives its
text in chunks: some objects, frames, moments or features at a time. Held whole: its relationships, the
questions on the label itself, and one frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np

from exportkit.json_text import write_json
from exportkit.rebuild.annotations import Annotations, label_head
from exportkit.rebuild.arrangements import NULL, Arrangement, group_chunks
from exportkit.rebuild.classifications import attach_questions
from exportkit.rebuild.json_streams import Chunks, TextStreams, array_of, member, object_of_members
from exportkit.rebuild.line_rows import LineRows
from exportkit.rebuild.sorted_runs import group_starts
from exportkit.rebuild.source_objects import extra_of, merge
from exportkit.rebuild.table_rows import TableRow
from exportkit.tables.cells import Ints

__all__ = ["LabelRows", "LongLabel"]

Range = tuple[int, int]
#: Keys and values of an object.
Members = Iterator[tuple[str, Any]]
Add = Callable[[Annotations, Iterable[TableRow]], None]

#: The kinds of units: the label or a plane itself, a moment, a frame.
_SELF, _MOMENT, _FRAME = 0, 1, 2


@dataclass(frozen=True)
class LabelRows:
    """The rows of one label.

    Attributes
    ----------
    rows : mapping of str to LineRows
        All rows of the line.
    order : Arrangement
        The order of the line's objects and answers.
    units : tuple of int
        First unit of the label, and the one after its last.
    numbers, groups : mapping of str to ndarray of int64
        Row numbers of the label's relationships, segments and key frames, and for each a number of the member
        of the annotations that holds it: equal neighbours are in one member.
    """

    rows: Mapping[str, LineRows]
    order: Arrangement
    units: Range
    numbers: Mapping[str, Ints]
    groups: Mapping[str, Ints]

    @cached_property
    def count(self) -> int:
        """Number of rows."""
        spans = (self.objects_in(*self.units), self.answers_in(*self.units))
        return sum(stop - start for start, stop in spans) + sum(map(len, self.numbers.values()))

    def all_rows(self) -> dict[str, list[TableRow]]:
        """Return all rows by table."""
        return {
            "objects": self.objects(self.objects_in(*self.units)),
            "classifications": self.answers(self.answers_in(*self.units)),
            **{name: self.rows[name].rows_at(numbers) for name, numbers in self.numbers.items()},
        }

    def objects_in(self, start: int, stop: int) -> Range:
        """Return the ranks (start, stop) of the objects of units `start` to `stop`."""
        return _between(self.order.object_units, start, stop)

    def answers_in(self, start: int, stop: int) -> Range:
        """Return the range of the answers of units `start` to `stop`."""
        return _between(self.order.answer_units, start, stop)

    def objects(self, span: Range) -> list[TableRow]:
        """Return the objects of a range of ranks."""
        return self.rows["objects"].rows_at(self.order.object_rows[slice(*span)])

    def answers(self, span: Range) -> list[TableRow]:
        """Return the answers of a range."""
        return self.rows["classifications"].rows_at(self.order.answer_rows[slice(*span)])


class LongLabel:
    """A label that is written in chunks.

    Attributes
    ----------
    orphans : int
        Answers whose parent is missing; complete when all chunks have been taken.
    """

    def __init__(self, label: TableRow, below: LabelRows, chunk_rows: int) -> None:
        self._label = label
        self._below = below
        self._chunk_rows = chunk_rows
        self._streams = TextStreams()
        self._extra = extra_of(label)
        self._annotations = Annotations(label)
        self._bare = {name: value for name, value in label.items() if name != "planes"}
        self.orphans = 0

    def chunks(self) -> Iterator[bytes]:
        """Yield the text of the label."""
        below, built = self._below, self._annotations.built
        relationships = below.rows["relationships"].rows_at(below.numbers["relationships"])
        self._annotations.add_relationships(relationships)
        for kind, span in self._kinds_of_units():
            if kind == _SELF:
                self._add_self(*span)
            else:
                self._add_units(kind, *span)
        spans, frames = Annotations.add_spans, Annotations.add_key_frames
        features = (("segments", "segments", spans), ("key_frame_feature_map", "key_frames", frames))
        for key, table, add in features:
            if len(below.numbers[table]):
                self._place(built, (key,), self._members_of_features(key, table, add))
        label = {**label_head(self._label, self._extra), "annotations": built}
        return self._streams.written(merge(label, self._extra))

    def _kinds_of_units(self) -> list[tuple[int, Range]]:
        """Return ranges of units of one kind: the label itself, its moments and frames, each plane."""
        units, (first, last) = self._below.order.units, self._below.units
        kinds = np.where(units.frames[first:last] != NULL, _FRAME, _SELF)
        kinds[units.moments[first:last] != NULL] = _MOMENT
        planes = units.planes[first:last]
        starts = np.flatnonzero(group_starts([kinds, planes])).tolist()
        ranges = pairwise([*starts, len(kinds)])
        return [(int(kinds[start]), (first + start, first + stop)) for start, stop in ranges]

    def _add_self(self, unit: int, _: int) -> None:
        """Add the questions on the label or on a plane itself, and the objects without a frame."""
        below = self._below
        start, stop = below.answers_in(unit, unit + 1)
        middle = start + int(np.searchsorted(below.order.answer_parent_ranks[start:stop], 0))
        self.orphans += attach_questions(below.answers((start, middle)), self._annotations.parent_at)
        first, last = below.objects_in(unit, unit + 1)
        if last > first:
            items = self._items(first, last, middle, stop)
            self._annotations.built["objects"] = self._streams.place(array_of(items))

    def _items(self, first: int, last: int, start: int, stop: int) -> Iterator[Chunks]:
        """Yield the objects of ranks `first` to `last`; their answers are among `start` to `stop`."""
        ranks = self._below.order.answer_parent_ranks[start:stop]
        for begin in range(first, last, self._chunk_rows):
            end = min(begin + self._chunk_rows, last)
            lower, upper = np.searchsorted(ranks, [begin, end])
            some = self._built((begin, end), (start + int(lower), start + int(upper)))
            for one in some["objects"]:
                yield (write_json(one),)

    def _add_units(self, kind: int, first: int, last: int) -> None:
        """Add the moments or the frames of the label, or the frames of a plane."""
        plane = self._below.order.units.plane_of(first)
        key = "timestamp" if kind == _MOMENT else "frames"
        path = (key,) if plane is None else ("groups", plane, key)
        parent = self._annotations.built if plane is None else self._annotations.plane(plane)
        self._place(parent, path, self._members_of_units(first, last, path))

    def _members_of_units(self, first: int, last: int, path: tuple[str, ...]) -> Members:
        below = self._below
        units = np.concatenate(
            (
                below.order.object_units[slice(*below.objects_in(first, last))],
                below.order.answer_units[slice(*below.answers_in(first, last))],
            )
        )
        units.sort()
        for start, stop in group_chunks(units, self._chunk_rows):
            some = int(units[start]), int(units[stop - 1]) + 1
            built = self._built(below.objects_in(*some), below.answers_in(*some))
            for key in path:
                built = built[key]
            yield from built.items()

    def _members_of_features(self, key: str, table: str, add: Add) -> Members:
        numbers, groups = self._below.numbers[table], self._below.groups[table]
        for start, stop in group_chunks(groups, self._chunk_rows):
            some = Annotations(self._bare)
            add(some, self._below.rows[table].rows_at(numbers[start:stop]))
            yield from some.built[key].items()

    def _built(self, objects: Range, answers: Range) -> dict[str, Any]:
        """Return annotations that hold only some of the objects and answers."""
        some = Annotations(self._bare)
        some.add_objects(self._below.objects(objects))
        self.orphans += attach_questions(self._below.answers(answers), some.parent_at)
        return some.built

    def _place(self, parent: dict[str, Any], path: tuple[str, ...], members: Members) -> None:
        """Put a placeholder of `members` into `parent`; their share of the label's extra goes with them."""
        extra = self._extra.get("annotations")
        for key in path[:-1]:
            extra = extra.get(key) if isinstance(extra, dict) else None
        own = extra.pop(path[-1], {}) if isinstance(extra, dict) else {}
        parent[path[-1]] = self._streams.place(object_of_members(_with_extra(members, own)))


def _with_extra(members: Members, extra: dict[str, Any]) -> Iterator[Chunks]:
    """Yield members with their extra, then the extra of members that have no rows."""
    for key, value in members:
        yield member(key, merge(value, extra.pop(key)) if key in extra else value)
    for key, value in extra.items():
        yield member(key, value)


def _between(sorted_units: Ints, start: int, stop: int) -> Range:
    first, last = np.searchsorted(sorted_units, [start, stop])
    return int(first), int(last)
