"""The table ``classifications``: questions and answers of any depth, one level at a time.

Each level is flat lists of questions and answers; the next level is what the answers ask in turn. At
the end the levels are put into the order of the labels, and only then columns are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np

from exportkit.flatten.ambiguous_ids import marks_of_parents, unclear
from exportkit.flatten.answer_paths import Paths
from exportkit.flatten.feature_sets import FeatureSet, strings, whole_numbers
from exportkit.flatten.gathering import Columns, children, metric_lists, present
from exportkit.flatten.leftovers import LeftoverColumns
from exportkit.native import attributes
from exportkit.rows.features import Answer, Question
from exportkit.tables.cells import NULLS, Attribute, Bools, Cells, Coded, Ints, Numbers

__all__ = ["answer_columns"]

#: Keys of a question that hold answers, and the type each names.
FORMS = (
    ("radio_answer", "radio"),
    ("checklist_answers", "checklist"),
    ("text_answer", "text"),
    ("conversational_radio_answer", "radio"),
    ("conversational_checklist_answers", "checklist"),
    ("conversational_text_answer", "text"),
)
TEXT_FORMS = (2, 5)
FIRST_CONVERSATIONAL = 3
NO_FORM = -1
#: Levels of question and answer that `answer_path` shows.
MAX_PATH_LEVELS = 32
_NO_ANSWER = Answer()

#: Question position, answer key and answer position of each answer above, from the top.
Chain = tuple[int | str, ...]


@dataclass
class Level:
    """Answers of one depth: entry i of every list is one answer, and what belongs to it.

    Attributes
    ----------
    questions, answers : list
        The answer, and the question that it answers.
    question_at : ndarray of int64
        Number of the question among those of this depth.
    forms, orders : ndarray of int64
        Position in `FORMS` of the key that held the answer, and position of the answer under that key.
    positions : ndarray of int64
        Position of the question among its siblings.
    parent_at : ndarray of int64
        Number of the parent at the top, in the `Parents` of the questions.
    above : Level or None
        The answers that ask the questions of this depth; None for the topmost.
    above_at, above_ids : ndarray of int64, list of str or None
        Which of those answers asks, and its id.
    path_at : ndarray of int64
        Number of the answer path, in the `Paths` of the block.
    """

    questions: list[Question]
    answers: list[Answer]
    question_at: Ints
    forms: Ints
    orders: Ints
    positions: Ints
    parent_at: Ints
    above_ids: list[str | None]
    path_at: Ints
    depth: int
    above: Level | None
    above_at: Ints

    @classmethod
    def of(
        cls,
        questions: list[Question],
        paths: Paths,
        *,
        positions: Ints,
        parent_at: Ints,
        above_ids: list[str | None],
        above: Level | None,
        above_at: Ints,
    ) -> Level:
        """Lay out the answers of `questions`; a question without any gets one empty answer."""
        question_at, answers, forms, orders = _answers(questions)
        of_answers = questions
        if len(question_at) != len(questions) or (question_at[1:] == question_at[:-1]).any():
            chosen = question_at.tolist()
            of_answers = [questions[at] for at in chosen]
            above_ids = [above_ids[at] for at in chosen]
            positions, parent_at, above_at = (
                positions[question_at],
                parent_at[question_at],
                above_at[question_at],
            )
        depth = 0 if above is None else above.depth + 1
        prefixes = None if above is None else above.path_at[above_at]
        if prefixes is None or depth < MAX_PATH_LEVELS:
            numbers = paths.numbers(prefixes, of_answers, answers)
        else:
            numbers = prefixes
        return cls(
            of_answers, answers, question_at, forms, orders, positions, parent_at, above_ids,
            numbers, depth, above, above_at,
        )  # fmt: skip

    def below(self, paths: Paths) -> Level | None:
        """Return the level of the questions that these answers ask, None when they ask none."""
        asked = children(self.answers, "classifications")
        if asked is None:
            return None
        spread = asked.parent_at()
        return Level.of(
            asked.items,
            paths,
            positions=asked.positions(),
            parent_at=self.parent_at[spread],
            above_ids=[self.names[one] for one in spread.tolist()],
            above=self,
            above_at=spread,
        )

    @cached_property
    def names(self) -> list[str | None]:
        """The ids by which nested questions name these answers; free text goes by its question's."""
        return [
            question.feature_id if form in TEXT_FORMS else answer.feature_id
            for form, question, answer in zip(self.forms.tolist(), self.questions, self.answers, strict=True)
        ]

    def chains_above(self) -> dict[int, Chain]:
        """Return, by number, the answers above those that are nested under one whose id does not name it."""
        if self.above is None:
            return {}
        above = self.above
        namesakes = unclear(above.parent_at.tolist(), above.names)
        above_at = self.above_at.tolist() if namesakes else []
        return {at: above.chain(row) for at, row in enumerate(above_at) if row in namesakes}

    def chain(self, at: int) -> Chain:
        """Return the place of one answer below its parent."""
        key = FORMS[self.forms[at]][0]
        here = (int(self.positions[at]), key, int(self.orders[at]))
        return here if self.above is None else (*self.above.chain(int(self.above_at[at])), *here)


def _answers(questions: list[Question]) -> tuple[Ints, list[Answer], Ints, Ints]:
    """Return for every answer its question's number, itself, its form and position; in question order."""
    asked: list[Ints] = []
    answers: list[Answer] = []
    forms: list[Ints] = []
    orders: list[Ints] = []
    answered = np.zeros(len(questions), dtype=np.bool_)
    for form, (key, kind) in enumerate(FORMS):
        if kind == "checklist":
            chosen = children(questions, key)
            if chosen is None:
                continue
            at, found = chosen.parent_at(), chosen.items
            orders.append(chosen.positions())
        else:
            held = attributes.values(questions, key)
            if held is None:
                continue
            at = np.flatnonzero(present(held))
            found = held if len(at) == len(held) else [one for one in held if one is not None]
            orders.append(np.zeros(len(at), dtype=np.int64))
        answered[at] = True
        asked.append(at)
        answers.extend(found)
        forms.append(np.full(len(at), form, dtype=np.int64))
    unasked = np.flatnonzero(~answered)
    if len(unasked) or not asked:
        asked.append(unasked)
        answers.extend([_NO_ANSWER] * len(unasked))
        forms.append(np.full(len(unasked), NO_FORM, dtype=np.int64))
        orders.append(np.zeros(len(unasked), dtype=np.int64))
    numbers = np.concatenate(asked)
    if len(asked) > 1:
        order = np.argsort(numbers, kind="stable")
        chosen = order.tolist()
        return (
            numbers[order], [answers[at] for at in chosen],
            np.concatenate(forms)[order], np.concatenate(orders)[order],
        )  # fmt: skip
    return numbers, answers, forms[0], orders[0]


class Answers:
    """All levels of the answers of a block, in the order of the labels.

    The levels are joined one below the other, and a stable sort by label then puts every answer behind the
    label that it belongs to; each array is reordered by the same permutation. Entry i of every array is one
    row of the table. Four kinds of numbers occur, each an index into something else:

    - ``label_at``: a label of the `LabelSet`;
    - ``parent_at``: an entry of the `Parents` of the questions, from which plane, frame and object follow;
    - ``_question_at``: a question, counted within one depth: two rows are answers of the same question when
      it and the depth agree;
    - ``_path_at``: an answer path of the `Paths`.

    Labels ``l0`` and ``l1`` ask ``q`` and ``r``; the answer ``a`` to ``q`` asks ``s`` in turn::

        joined:   row      0: q/a  1: r/b  2: s/c      sorted by label:   q/a  s/c  r/b
                  depth    0       0       1                              0    1    0
                  label_at 0       1       0                              0    0    1
                  parent_at 0      1       0                              0    0    1
                  _question_at 0   1       0                              0    0    1

    ``q/a`` and ``s/c`` have the same `_question_at`, and are told apart by their depth.
    """

    def __init__(self, features: FeatureSet) -> None:
        parents = features.question_parents
        self._paths = Paths()
        level: Level | None = Level.of(
            features.questions,
            self._paths,
            positions=parents.positions(),
            parent_at=parents.parent_at(),
            above_ids=[None] * len(features.questions),
            above=None,
            above_at=np.zeros(len(features.questions), dtype=np.int64),
        )
        levels: list[Level] = []
        while level is not None:
            levels.append(level)
            level = level.below(self._paths)
        self.parent_at = self._joined([one.parent_at for one in levels])
        self.label_at = np.array(parents.labels, dtype=np.int64)[self.parent_at]
        self.questions = list(chain.from_iterable(one.questions for one in levels))
        self.answers = list(chain.from_iterable(one.answers for one in levels))
        self.above_ids = list(chain.from_iterable(one.above_ids for one in levels))
        self.depths = np.repeat(np.arange(len(levels)), [len(one.questions) for one in levels])
        self.forms = self._joined([one.forms for one in levels])
        self.positions = self._joined([one.positions for one in levels])
        #: Position of an answer in the list that its form is.
        self.orders = self._joined([one.orders for one in levels])
        self._path_at = self._joined([one.path_at for one in levels])
        #: Number of the question of each answer, among those of its depth.
        self._question_at = self._joined([one.question_at for one in levels])
        order = (
            None
            if (self.label_at[1:] >= self.label_at[:-1]).all()
            else np.argsort(self.label_at, kind="stable")
        )
        self.marks = _marks(levels, marks_of_parents(features), order)
        if order is not None:
            self._put_in(order)

    @staticmethod
    def _joined(arrays: list[Ints]) -> Ints:
        return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)

    def _put_in(self, order: Ints) -> None:
        """Put all answers into the order of their labels."""
        chosen = order.tolist()
        for name in ("questions", "answers", "above_ids"):
            setattr(self, name, list(map(getattr(self, name).__getitem__, chosen)))
        for name in (
            "parent_at",
            "label_at",
            "depths",
            "forms",
            "positions",
            "orders",
            "_path_at",
            "_question_at",
        ):
            setattr(self, name, getattr(self, name)[order])

    @cached_property
    def length(self) -> int:
        return len(self.questions)

    def answer_positions(self) -> Ints:
        """Return the order of each answer in its question, counted on over its forms."""
        fresh = np.ones(self.length, dtype=np.bool_)
        fresh[1:] = (self._question_at[1:] != self._question_at[:-1]) | (self.depths[1:] != self.depths[:-1])
        order = np.arange(self.length, dtype=np.int64)
        return order - np.maximum.accumulate(np.where(fresh, order, 0))

    def path_column(self) -> Cells:
        """Return the names of questions and answers that lead to each answer."""
        return self._paths.column(self._path_at)

    def message_ids(self) -> Cells:
        """Return the messages; one beside a plain answer key is not conversational and goes to extra."""
        ids = attributes.values(self.questions, "message_id")
        if ids is None or not any(ids):
            return NULLS
        plain = ((self.forms >= 0) & (self.forms < FIRST_CONVERSATIONAL)).tolist()
        return [None if is_plain else message for message, is_plain in zip(ids, plain, strict=True)]

    def extras(self) -> list[dict[str, Any] | None]:
        """Return the leftovers of the question (on its first answer) and of the answer (under its key)."""
        of_questions = [self._question_extra(at) for at in range(self.length)] if self._is_odd() else []
        extras: list[dict[str, Any] | None] = [None] * self.length
        last: Question | None = None
        for at, of_question in enumerate(of_questions):
            question, of_answer = self.questions[at], self.answers[at].extra_
            found = of_question if question is not last else {}
            last = question
            if self.forms[at] >= FIRST_CONVERSATIONAL and question.message_id is None:
                found["$key"] = FORMS[self.forms[at]][0]
            found.update(self.marks.get(at, {}))
            if of_answer:
                key, kind = FORMS[self.forms[at]]
                found[key] = of_answer if kind != "checklist" else {str(self.orders[at]): of_answer}
            extras[at] = found
        return extras

    def _is_odd(self) -> bool:
        """Whether any row may need an extra."""
        return (
            bool(self.marks)
            or any(attributes.values(self.questions, "extra_") or ())
            or any(attributes.values(self.answers, "extra_") or ())
            or attributes.values(self.questions, "message_id") is not None
            or bool((self.forms >= FIRST_CONVERSATIONAL).any())
        )

    def _question_extra(self, at: int) -> dict[str, Any]:
        question = self.questions[at]
        found = dict(question.extra_ or {})
        if question.message_id is not None and 0 <= self.forms[at] < FIRST_CONVERSATIONAL:
            found["message_id"] = question.message_id
        return found


def _marks(
    levels: list[Level], of_parents: Mapping[int, Any], order: Ints | None
) -> dict[int, dict[str, Any]]:
    """Return, by row, where an answer hangs when no id says it; see `exportkit.flatten.ambiguous_ids`."""
    found: list[dict[str, Any]] = []
    for level in levels:
        chains = level.chains_above()
        for at, parent in enumerate(level.parent_at.tolist() if of_parents or chains else ()):
            mark: dict[str, Any] = {"$holder": of_parents[parent]} if parent in of_parents else {}
            found.append({**mark, "$parent": chains[at]} if at in chains else mark)
        if not of_parents and not chains:
            found.extend([{}] * len(level.questions))
    if not any(found):
        return {}
    places = range(len(found)) if order is None else order.tolist()
    return {row: found[at] for row, at in enumerate(places) if found[at]}


def answer_columns(features: FeatureSet, leftovers: LeftoverColumns) -> tuple[int, Columns]:
    """Return the number of rows of the table ``classifications`` and its columns."""
    if not features.questions:
        return 0, {}
    found = Answers(features)
    parents, parent_at = features.question_parents, found.parent_at
    questions, answers = found.questions, found.answers
    answered = found.forms != NO_FORM
    return found.length, {
        **features.labels.keys(found.label_at),
        "plane": lambda: strings(parents.planes, parent_at),
        "frame": lambda: whole_numbers(parents.frames, parent_at),
        "timestamp_ms": lambda: whole_numbers(parents.moments, parent_at),
        "message_id": found.message_ids,
        "object_feature_id": lambda: strings(parents.features, parent_at),
        "parent_answer_feature_id": lambda: found.above_ids,
        "depth": lambda: found.depths,
        "position": lambda: found.positions,
        "feature_id": lambda: Attribute(questions, "feature_id"),
        "feature_schema_id": lambda: Attribute(questions, "feature_schema_id"),
        "name": lambda: Attribute(questions, "name"),
        "value": lambda: Attribute(questions, "value"),
        "answer_type": lambda: Coded(found.forms, [kind for _, kind in FORMS]),
        "answer_position": lambda: whole_numbers_where(found.answer_positions(), answered),
        "answer_feature_id": lambda: Attribute(answers, "feature_id"),
        "answer_feature_schema_id": lambda: Attribute(answers, "feature_schema_id"),
        "answer_name": lambda: Attribute(answers, "name"),
        "answer_value": lambda: Attribute(answers, "value"),
        "text": lambda: Attribute(answers, "content"),
        "answer_path": found.path_column,
        "answer_confidence": lambda: Attribute(answers, "confidence"),
        "answer_custom_metrics": lambda: metric_lists(answers),
        "extra": lambda: leftovers.column(found.extras()),
    }


def whole_numbers_where(values: Ints, valid: Bools) -> Cells:
    """Return `values` with nulls where not `valid`."""
    return values if valid.all() else Numbers(values, valid)
