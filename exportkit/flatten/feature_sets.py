"""Features of a block: every object and every question with where it hangs, gathered in one walk.

A *parent* is what siblings share: the label's own list, one frame, one moment, one object or relationship.
Parents are few, features many, so context is kept once per parent and spread with ``np.repeat``.

Theory of operation. `Parents` counts its features instead of naming them: features are appended in the
order of their parents, so that `counts` alone says which parent each has. Numbers are of three kinds: a
label_at is a label of the `LabelSet`, a parent_at an entry of `Parents`, and the number of a feature is its
position in `objects`, `questions` or `relationships`. A label 0 with objects ``a`` and ``b`` of its own,
and ``c`` in frame 7::

    objects        a  b  c        parents  labels  frames  counts
    parent_at()    0  0  1              0       0    None       2
    positions()    0  1  0              1       0       7       1

Questions of objects come last: their parents are the objects that ask, in the order of the objects.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import chain, repeat, starmap
from typing import Any

import numpy as np

from exportkit.flatten.gathering import Children, children
from exportkit.flatten.labels import LabelSet
from exportkit.flatten.repeated import repeated_relationships
from exportkit.json_text import whole_number
from exportkit.native import attributes
from exportkit.rows.features import Annotations, Frame, Group, Object, Question, Relationship
from exportkit.tables.cells import NULLS, Bools, Cells, Coded, Ints, Numbers

__all__ = ["FeatureSet", "Parents", "key_frames_by_frame", "listed_frames", "no_frames"]


#: Characters of the longest int64.
MAX_DIGITS = 20


class Parents:
    """The parents of features: parallel lists with one entry per parent; entry i of each is parent i."""

    def __init__(self) -> None:
        self.labels: list[int] = []
        self.planes: list[str | None] = []
        self.frames: list[int | None] = []
        self.moments: list[int | None] = []
        self.features: list[str | None] = []
        self.counts: list[int] = []
        self.first_positions: list[int] = []

    def add(
        self,
        label: int,
        count: int,
        *,
        plane: str | None = None,
        frame: int | None = None,
        moment: int | None = None,
        feature: str | None = None,
        first_position: int = 0,
    ) -> None:
        """Note a parent of `count` features."""
        self.labels.append(label)
        self.planes.append(plane)
        self.frames.append(frame)
        self.moments.append(moment)
        self.features.append(feature)
        self.counts.append(count)
        self.first_positions.append(first_position)

    def add_labels(self, found: Children, first_position: int) -> None:
        """Note labels as parents of what they hold themselves."""
        many = len(found.at)
        self.labels.extend(found.at.tolist())
        self.counts.extend(found.counts.tolist())
        self.first_positions.extend([first_position] * many)
        for absent in (self.planes, self.frames, self.moments, self.features):
            absent.extend([None] * many)

    def add_many(
        self, label: int, counts: list[int], *, plane: str | None, frames: list[int], first_position: int
    ) -> None:
        """Note the frames of a label, each a parent of that many features."""
        many = len(counts)
        self.labels.extend([label] * many)
        self.planes.extend([plane] * many)
        self.frames.extend(frames)
        self.moments.extend([None] * many)
        self.features.extend([None] * many)
        self.counts.extend(counts)
        self.first_positions.extend([first_position] * many)

    def parent_at(self) -> Ints:
        """Return, for each feature, the number of its parent."""
        return np.repeat(np.arange(len(self.counts), dtype=np.int64), self.counts)

    def positions(self) -> Ints:
        """Return, for each feature, its position in what it came from."""
        counts = np.array(self.counts, dtype=np.int64)
        starts = np.cumsum(counts) - counts - np.array(self.first_positions, dtype=np.int64)
        return np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(starts, counts)


def whole_numbers(values: list[int | None], codes: Ints) -> Cells:
    """Return the column of `values` at `codes`."""
    if values.count(None) == len(values):
        return NULLS
    valid: Bools = np.array([value is not None for value in values], dtype=np.bool_)
    numbers = np.array([value or 0 for value in values], dtype=np.int64)
    return Numbers(numbers[codes], valid[codes])


def strings(values: list[str | None], codes: Ints) -> Cells:
    """Return the column of `values` at `codes`."""
    return NULLS if values.count(None) == len(values) else Coded(codes, values)


class FeatureSet:
    """Objects and questions of the labels of a block, in the order of the labels."""

    def __init__(self, labels: LabelSet) -> None:
        self.labels = labels
        self.objects: list[Object] = []
        self.object_parents = Parents()
        self.questions: list[Question] = []
        self.question_parents = Parents()
        self.relationships: list[Relationship] = []
        self.relationship_parents = Parents()
        self.key_flags: list[bool | None] = []
        #: Keys under which objects of frames stood, by number of the object, where they differ from its id.
        self.odd_keys: dict[int, str] = {}
        #: The first question parent that is an object, and the numbers of the objects that are parents.
        self.asking_objects: tuple[int, Ints] = (0, np.zeros(0, dtype=np.int64))
        #: Numbers of the relationships that ask questions, by number of the question parent.
        self.asking_relationships: dict[int, int] = {}
        fragment = labels.block.fragment
        self._first = fragment.position if fragment else 0
        self._key_frames = fragment.key_frames if fragment else None
        self._known_relationships = list(fragment.relationships) if fragment else []
        if self._is_plain():
            self._add_plain()
        else:
            for at, said in enumerate(labels.annotations):
                self._add_label(at, said)
        self.every_object = attributes.Structs(self.objects)
        self._add_questions_of_objects()

    def _is_plain(self) -> bool:
        """Return whether no label says anything but objects and questions of its own, as most exports do."""
        said = self.labels.annotations
        if self._known_relationships:  # which the objects may repeat
            return False
        others = ("relationships", "frames", "groups", "timestamp")
        return not any(any(attributes.values(said, name) or ()) for name in others)

    def _add_plain(self) -> None:
        """Add the objects and questions of all labels at once; the same as one label after another."""
        said = self.labels.annotations
        objects, questions = children(said, "objects"), children(said, "classifications")
        if questions is not None:
            self.questions = questions.items
            self.question_parents.add_labels(questions, self._first)
        if objects is not None:
            self.objects = objects.items
            self.object_parents.add_labels(objects, self._first)
            self.key_flags = [None] * len(objects.items)

    def _add_label(self, at: int, annotations: Annotations) -> None:
        if annotations.classifications:
            self._add_questions(annotations.classifications, at, first_position=self._first)
        if annotations.objects:
            relationships = annotations.relationships or self._known_relationships
            self._add_flat(at, annotations.objects, relationships)
        if annotations.relationships:
            self._add_relationships(at, annotations.relationships)
        if annotations.frames:
            self._add_frames(at, None, annotations.frames, self._key_frames_of(annotations, None))
        for plane, group in (annotations.groups or {}).items():
            self._add_group(at, plane, group, annotations)
        for moment, said in (annotations.timestamp or {}).items():
            if said.classifications:
                self._add_questions(said.classifications, at, moment=moment, first_position=self._first)

    def _key_frames_of(self, annotations: Annotations, plane: str | None) -> KeyFrames | None:
        found: KeyFrames | None
        if self._key_frames is not None:
            found = self._key_frames(plane)
            return found
        return key_frames_by_frame(annotations, plane)

    def _add_questions(self, questions: list[Question], label: int, **where: Any) -> None:
        self.questions.extend(questions)
        self.question_parents.add(label, len(questions), **where)

    def _add_flat(self, at: int, objects: list[Object], relationships: list[Relationship] | None) -> None:
        repeated = repeated_relationships(objects, relationships) if relationships else ()
        start = 0
        for stop in (*repeated, len(objects)):
            if stop > start:
                self.objects.extend(objects[start:stop])
                self.object_parents.add(at, stop - start, first_position=self._first + start)
            start = stop + 1
        self.key_flags.extend([None] * (len(objects) - len(repeated)))

    def _add_relationships(self, at: int, relationships: list[Relationship]) -> None:
        before = len(self.relationships)
        self.relationships.extend(relationships)
        self.relationship_parents.add(at, len(relationships), first_position=self._first)
        for number, one in enumerate(relationships, before):
            if one.classifications:
                self.asking_relationships[len(self.question_parents.labels)] = number
                self._add_questions(one.classifications, at, feature=one.feature_id)

    def _add_group(self, at: int, plane: str, group: Group, annotations: Annotations) -> None:
        if group.classifications:
            self._add_questions(group.classifications, at, plane=plane, first_position=self._first)
        if group.frames:
            self._add_frames(at, plane, group.frames, self._key_frames_of(annotations, plane))

    def _add_frames(
        self, at: int, plane: str | None, frames: dict[int, Frame], key_frames: KeyFrames | None
    ) -> None:
        """Add the objects and questions of all frames of a label at once."""
        numbers, found = list(frames), attributes.Structs(list(frames.values()))
        asked = children(found, "classifications")
        if asked is not None:
            self.questions.extend(asked.items)
            where = [numbers[number] for number in asked.at.tolist()]
            self.question_parents.add_many(
                at, asked.counts.tolist(), plane=plane, frames=where, first_position=self._first
            )
        held = children(found, "objects")
        if held is None:
            return
        before = len(self.objects)
        self.objects.extend(held.items)
        ids = self._note_odd_keys(held.items, held.keys, before)
        filled = [numbers[number] for number in held.at.tolist()]
        counts = held.counts.tolist()
        self.object_parents.add_many(at, counts, plane=plane, frames=filled, first_position=self._first)
        if key_frames is None:
            self.key_flags.extend([None] * len(held.items))
        else:
            self.key_flags.extend(key_frames.flags(filled, counts, ids))

    def _note_odd_keys(self, objects: list[Object], keys: list[str], before: int) -> list[str | None]:
        """Return the ids of objects; note which, numbered from `before` on, stand under another key."""
        ids = attributes.values(objects, "feature_id") or [None] * len(objects)
        if ids != keys:
            for order, (key, one) in enumerate(zip(keys, ids, strict=True), before):
                if one != key:
                    self.odd_keys[order] = key
        return ids

    def _add_questions_of_objects(self) -> None:
        asked = children(self.every_object, "classifications")
        if asked is None:
            return
        from_parents, to = self.object_parents, self.question_parents
        parents = from_parents.parent_at()[asked.at].tolist()
        self.asking_objects = (len(to.labels), asked.at)
        to.labels.extend(map(from_parents.labels.__getitem__, parents))
        to.planes.extend(map(from_parents.planes.__getitem__, parents))
        to.frames.extend(map(from_parents.frames.__getitem__, parents))
        to.moments.extend([None] * len(parents))
        asking = list(map(self.objects.__getitem__, asked.at.tolist()))
        to.features.extend(attributes.values(asking, "feature_id") or [None] * len(asking))
        to.counts.extend(asked.counts.tolist())
        to.first_positions.extend([0] * len(parents))
        self.questions.extend(asked.items)


_NONE: set[str] = set()


class KeyFrames:
    """The key frames of one label and plane, turned round: which features have one in a frame."""

    def __init__(self, listed: set[str], by_frame: dict[int, set[str]]) -> None:
        self.listed = listed
        self.by_frame = by_frame

    def flags(
        self, frames: Iterable[int], counts: Iterable[int], features: Collection[str | None]
    ) -> list[bool | None]:
        """Return of each feature whether its frame is a key frame of it; None for one that lists none.

        `counts` says how many of the features stand in each frame, one frame after another.
        """
        if not self.listed.issuperset(features):
            spread = chain.from_iterable(starmap(repeat, zip(frames, counts, strict=True)))
            return [
                feature in self.by_frame.get(frame, _NONE) if feature in self.listed else None
                for frame, feature in zip(spread, features, strict=True)
            ]
        flags: list[bool | None] = [False] * len(features)
        ordered, start = list(features), 0
        for frame, count in zip(frames, counts, strict=True):
            if frame in self.by_frame:  # few are
                stop = start + count
                flags[start:stop] = map(self.by_frame[frame].__contains__, ordered[start:stop])
            start += count
        return flags


def key_frames_by_frame(annotations: Annotations, plane: str | None) -> KeyFrames | None:
    """Return the key frames of one plane (None: of a video), or None when the label lists none at all."""
    listed: set[str] = set()
    by_frame: dict[int, set[str]] = {}
    for feature, found in (annotations.key_frame_feature_map or {}).items():
        frames: Iterable[tuple[int, bool]] | None = listed_frames(found, plane)
        if frames is None:
            continue
        listed.add(feature)
        for frame, is_key in frames:
            if is_key:
                by_frame.setdefault(frame, set()).add(feature)
    return KeyFrames(listed, by_frame) if listed else None


def listed_frames(found: Any, plane: str | None) -> list[tuple[int, bool]] | None:
    """Return the frames that a feature's entry lists for `plane`, in either spelling; None for none."""
    if plane is not None:
        found = found.get(plane) if isinstance(found, dict) else None
    if isinstance(found, list):
        return [(frame, True) for frame in dict.fromkeys(found)] or None  # listed twice, it is one key frame
    if isinstance(found, dict):
        frames = [(whole(frame), is_key) for frame, is_key in found.items() if isinstance(is_key, bool)]
        return [(frame, is_key) for frame, is_key in frames if frame is not None] or None
    return None


def no_frames(found: Any) -> list[tuple[str, bool]]:
    """Return what a feature's entry lists under keys that are no frame numbers."""
    if not isinstance(found, dict):
        return []
    return [(key, is_key) for key, is_key in found.items() if isinstance(is_key, bool) and whole(key) is None]


def whole(key: str | int) -> int | None:
    """Return the frame number that a key spells, None when it spells none exactly."""
    return key if isinstance(key, int) else whole_number(key)
