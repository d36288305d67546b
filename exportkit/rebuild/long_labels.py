"""Long labels: a label with more rows than are made records at a time, written piece by piece.

Takes the arranged rows of one label, gives its text in pieces: some objects, frames, moments or features at a
time. Held whole: its relationships, the questions that hang on the label itself, and one frame.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from exportkit.json_text import write_json
from exportkit.rebuild.arrangements import NULL, Arrangement, chunks
from exportkit.rebuild.labels import Annotations, label_head
from exportkit.rebuild.leftovers import extra_of, merge
from exportkit.rebuild.line_rows import LineRows
from exportkit.rebuild.pieces import Part, Streams, array_of, member, object_of_members
from exportkit.rebuild.questions import hang_questions
from exportkit.rebuild.records import Record

__all__ = ["LabelRows", "LongLabel"]

Ints = npt.NDArray[np.int64]
Range = tuple[int, int]
#: Keys and values of an object.
Members = Iterator[tuple[str, Any]]
Add = Callable[[Annotations, Iterable[Record]], None]

#: What a unit is: the label or a plane itself, a moment, a frame.
_SELF, _MOMENT, _FRAME = 0, 1, 2


@dataclass(frozen=True)
class LabelRows:
    """The rows of one label.

    Attributes
    ----------
    rows : mapping of str to LineRows
        All rows of the line.
    order : Arrangement
        The order of the line's objects and questions.
    units : tuple of int
        First unit of the label, and the one after its last.
    numbers, groups : mapping of str to ndarray of int64
        Row numbers of the label's relationships, segments and key frames, and for each the member of the
        label's annotations that it is part of: equal neighbours are of one member.
    """

    rows: Mapping[str, LineRows]
    order: Arrangement
    units: Range
    numbers: Mapping[str, Ints]
    groups: Mapping[str, Ints]

    @cached_property
    def count(self) -> int:
        """Number of rows."""
        spans = (self.objects_in(*self.units), self.questions_in(*self.units))
        return sum(stop - start for start, stop in spans) + sum(map(len, self.numbers.values()))

    def records(self) -> dict[str, list[Record]]:
        """Return all rows."""
        return {
            "objects": self.objects(self.objects_in(*self.units)),
            "classifications": self.questions(self.questions_in(*self.units)),
            **{name: self.rows[name].records_at(numbers) for name, numbers in self.numbers.items()},
        }

    def objects_in(self, start: int, stop: int) -> Range:
        """Return the range of the objects of some units."""
        return _between(self.order.object_units, start, stop)

    def questions_in(self, start: int, stop: int) -> Range:
        """Return the range of the answers of some units."""
        return _between(self.order.question_units, start, stop)

    def objects(self, span: Range) -> list[Record]:
        """Return the objects of a range."""
        return self.rows["objects"].records_at(self.order.objects[slice(*span)])

    def questions(self, span: Range) -> list[Record]:
        """Return the answers of a range."""
        return self.rows["classifications"].records_at(self.order.questions[slice(*span)])


class LongLabel:
    """A label that is written in pieces.

    Attributes
    ----------
    lost : int
        Answers that hang on nothing; complete when all pieces are drawn.
    """

    def __init__(self, label: Record, below: LabelRows, most: int) -> None:
        self._label = label
        self._below = below
        self._most = most
        self._streams = Streams()
        self._extra = extra_of(label)
        self._annotations = Annotations(label)
        self._bare = {name: value for name, value in label.items() if name != "planes"}
        self.lost = 0

    def pieces(self) -> Iterator[bytes]:
        """Yield the text of the label."""
        below, built = self._below, self._annotations.built
        relationships = below.rows["relationships"].records_at(below.numbers["relationships"])
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
        turns = np.flatnonzero((kinds[1:] != kinds[:-1]) | (planes[1:] != planes[:-1])) + 1
        starts = [0, *turns.tolist()] if len(kinds) else []
        ranges = zip(starts, [*starts[1:], len(kinds)], strict=False)
        return [(int(kinds[start]), (first + start, first + stop)) for start, stop in ranges]

    def _add_self(self, unit: int, _: int) -> None:
        """Add what hangs on the label or on a plane itself, and objects in no frame."""
        below = self._below
        start, stop = below.questions_in(unit, unit + 1)
        middle = start + int(np.searchsorted(below.order.question_ranks[start:stop], 0))
        self.lost += hang_questions(below.questions((start, middle)), self._annotations.holder_at)
        first, last = below.objects_in(unit, unit + 1)
        if last > first:
            items = self._items(first, last, middle, stop)
            self._annotations.built["objects"] = self._streams.place(array_of(items))

    def _items(self, first: int, last: int, start: int, stop: int) -> Iterator[Part]:
        """Yield objects, with the answers (of the range from `start` to `stop`) that hang on them."""
        ranks = self._below.order.question_ranks[start:stop]
        for begin in range(first, last, self._most):
            end = min(begin + self._most, last)
            lower, upper = np.searchsorted(ranks, [begin, end])
            some = self._built((begin, end), (start + int(lower), start + int(upper)))
            for one in some["objects"]:
                yield (write_json(one),)

    def _add_units(self, kind: int, first: int, last: int) -> None:
        """Add the moments or the frames of the label, or the frames of a plane."""
        plane = self._below.order.units.plane_of(first)
        key = "timestamp" if kind == _MOMENT else "frames"
        path = (key,) if plane is None else ("groups", plane, key)
        home = self._annotations.built if plane is None else self._annotations.plane(plane)
        self._place(home, path, self._members_of_units(first, last, path))

    def _members_of_units(self, first: int, last: int, path: tuple[str, ...]) -> Members:
        below = self._below
        units = np.concatenate(
            (
                below.order.object_units[slice(*below.objects_in(first, last))],
                below.order.question_units[slice(*below.questions_in(first, last))],
            )
        )
        units.sort()
        for start, stop in chunks(units, self._most):
            some = int(units[start]), int(units[stop - 1]) + 1
            built = self._built(below.objects_in(*some), below.questions_in(*some))
            for key in path:
                built = built[key]
            yield from built.items()

    def _members_of_features(self, key: str, table: str, add: Add) -> Members:
        numbers, groups = self._below.numbers[table], self._below.groups[table]
        for start, stop in chunks(groups, self._most):
            some = Annotations(self._bare)
            add(some, self._below.rows[table].records_at(numbers[start:stop]))
            yield from some.built[key].items()

    def _built(self, objects: Range, questions: Range) -> dict[str, Any]:
        """Return the annotations that hold some objects and answers only."""
        some = Annotations(self._bare)
        some.add_objects(self._below.objects(objects))
        self.lost += hang_questions(self._below.questions(questions), some.holder_at)
        return some.built

    def _place(self, home: dict[str, Any], path: tuple[str, ...], members: Members) -> None:
        """Put the place of a stream of members into `home`; leftovers of the label go with their members."""
        left = self._extra.get("annotations")
        for key in path[:-1]:
            left = left.get(key) if isinstance(left, dict) else None
        own = left.pop(path[-1], {}) if isinstance(left, dict) else {}
        home[path[-1]] = self._streams.place(object_of_members(_with_left(members, own)))


def _with_left(members: Members, left: dict[str, Any]) -> Iterator[Part]:
    """Yield members with their leftovers, then the leftovers of members that are not there."""
    for key, value in members:
        yield member(key, merge(value, left.pop(key)) if key in left else value)
    for key, value in left.items():
        yield member(key, value)


def _between(sorted_units: Ints, start: int, stop: int) -> Range:
    first, last = np.searchsorted(sorted_units, [start, stop])
    return int(first), int(last)
