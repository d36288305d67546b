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

from exportkit.flatten.ambiguous_ids import holder_marks, unclear
from exportkit.flatten.answer_paths import Paths
from exportkit.flatten.gathering import Columns, metric_lists, present, runs
from exportkit.flatten.features import FeatureSet, strings, whole_numbers
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
    """Answers of one depth: entry i is an answer, its question and where the question hangs.

    `asked` numbers the questions of the level; `above` is the level of the answers that these are nested
    under, `rows_above` says which of them; `paths` are numbers in the `Paths` of the block.
    """

    questions: list[Question]
    answers: list[Answer]
    asked: Ints
    forms: Ints
    orders: Ints
    positions: Ints
    holders: Ints
    parents: list[str | None]
    paths: Ints
    depth: int
    above: Level | None
    rows_above: Ints

    @classmethod
    def of(
        cls,
        questions: list[Question],
        paths: Paths,
        *,
        positions: Ints,
        holders: Ints,
        parents: list[str | None],
        above: Level | None,
        rows_above: Ints,
    ) -> Level:
        """Lay out the answers of `questions`; a question without any gets one empty answer."""
        asked, answers, forms, orders = _answers(questions)
        of_answers = questions
        if len(asked) != len(questions) or (asked[1:] == asked[:-1]).any():
            chosen = asked.tolist()
            of_answers = [questions[at] for at in chosen]
            parents = [parents[at] for at in chosen]
            positions, holders, rows_above = positions[asked], holders[asked], rows_above[asked]
        depth = 0 if above is None else above.depth + 1
        prefixes = None if above is None else above.paths[rows_above]
        if prefixes is None or depth < MAX_PATH_LEVELS:
            numbers = paths.numbers(prefixes, of_answers, answers)
        else:
            numbers = prefixes
        return cls(
            of_answers, answers, asked, forms, orders, positions, holders, parents,
            numbers, depth, above, rows_above,
        )  # fmt: skip

    def below(self, paths: Paths) -> Level | None:
        """Return the level of the questions that these answers ask, None when they ask none."""
        asked = runs(self.answers, "classifications")
        if asked is None:
            return None
        spread = asked.owners()
        return Level.of(
            asked.items,
            paths,
            positions=asked.positions(),
            holders=self.holders[spread],
            parents=[self.names[one] for one in spread.tolist()],
            above=self,
            rows_above=spread,
        )

    @cached_property
    def names(self) -> list[str | None]:
        """The ids by which nested questions name these answers; free text goes by its question's."""
        return [
            question.feature_id if form in TEXT_FORMS else answer.feature_id
            for form, question, answer in zip(self.forms.tolist(), self.questions, self.answers, strict=True)
        ]

    def parent_marks(self) -> dict[int, Chain]:
        """Return, by number, the answers above those that are nested under one whose id does not name it."""
        if self.above is None:
            return {}
        above = self.above
        namesakes = unclear(above.holders.tolist(), above.names)
        rows_above = self.rows_above.tolist() if namesakes else []
        return {at: above.chain(row) for at, row in enumerate(rows_above) if row in namesakes}

    def chain(self, at: int) -> Chain:
        """Return the place of one answer below its holder."""
        key = FORMS[self.forms[at]][0]
        here = (int(self.positions[at]), key, int(self.orders[at]))
        return here if self.above is None else (*self.above.chain(int(self.rows_above[at])), *here)


def _answers(questions: list[Question]) -> tuple[Ints, list[Answer], Ints, Ints]:
    """Return for every answer its question's number, itself, its form and position; in question order."""
    asked: list[Ints] = []
    answers: list[Answer] = []
    forms: list[Ints] = []
    orders: list[Ints] = []
    answered = np.zeros(len(questions), dtype=np.bool_)
    for form, (key, kind) in enumerate(FORMS):
        if kind == "checklist":
            chosen = runs(questions, key)
            if chosen is None:
                continue
            at, found = chosen.owners(), chosen.items
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
    """All levels of the answers of a block, in the order of the labels."""

    def __init__(self, features: FeatureSet) -> None:
        holders = features.question_holders
        self._paths = Paths()
        level: Level | None = Level.of(
            features.questions,
            self._paths,
            positions=holders.positions(),
            holders=holders.spread(),
            parents=[None] * len(features.questions),
            above=None,
            rows_above=np.zeros(len(features.questions), dtype=np.int64),
        )
        levels: list[Level] = []
        while level is not None:
            levels.append(level)
            level = level.below(self._paths)
        self.holders = self._joined([one.holders for one in levels])
        self.owners = np.array(holders.labels, dtype=np.int64)[self.holders]
        self.questions = list(chain.from_iterable(one.questions for one in levels))
        self.answers = list(chain.from_iterable(one.answers for one in levels))
        self.parents = list(chain.from_iterable(one.parents for one in levels))
        self.depths = np.repeat(np.arange(len(levels)), [len(one.questions) for one in levels])
        self.forms = self._joined([one.forms for one in levels])
        self.positions = self._joined([one.positions for one in levels])
        #: Position of an answer in the list that its form is.
        self.orders = self._joined([one.orders for one in levels])
        self._path_numbers = self._joined([one.paths for one in levels])
        #: Number of the question of each answer, among those of its depth.
        self._asked = self._joined([one.asked for one in levels])
        order = (
            None if (self.owners[1:] >= self.owners[:-1]).all() else np.argsort(self.owners, kind="stable")
        )
        self.marks = _marks(levels, holder_marks(features), order)
        if order is not None:
            self._put_in(order)

    @staticmethod
    def _joined(arrays: list[Ints]) -> Ints:
        return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)

    def _put_in(self, order: Ints) -> None:
        """Put all answers into the order of their labels."""
        chosen = order.tolist()
        for name in ("questions", "answers", "parents"):
            setattr(self, name, list(map(getattr(self, name).__getitem__, chosen)))
        for name in (
            "holders",
            "owners",
            "depths",
            "forms",
            "positions",
            "orders",
            "_path_numbers",
            "_asked",
        ):
            setattr(self, name, getattr(self, name)[order])

    @cached_property
    def length(self) -> int:
        return len(self.questions)

    def answer_positions(self) -> Ints:
        """Return the order of each answer in its question, counted on over its forms."""
        fresh = np.ones(self.length, dtype=np.bool_)
        fresh[1:] = (self._asked[1:] != self._asked[:-1]) | (self.depths[1:] != self.depths[:-1])
        order = np.arange(self.length, dtype=np.int64)
        return order - np.maximum.accumulate(np.where(fresh, order, 0))

    def path_column(self) -> Cells:
        """Return the names of questions and answers that lead to each answer."""
        return self._paths.column(self._path_numbers)

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
    levels: list[Level], of_holders: Mapping[int, Any], order: Ints | None
) -> dict[int, dict[str, Any]]:
    """Return, by row, where an answer hangs when no id says it; see `exportkit.flatten.ambiguous_ids`."""
    found: list[dict[str, Any]] = []
    for level in levels:
        parents = level.parent_marks()
        for at, holder in enumerate(level.holders.tolist() if of_holders or parents else ()):
            mark: dict[str, Any] = {"$holder": of_holders[holder]} if holder in of_holders else {}
            found.append({**mark, "$parent": parents[at]} if at in parents else mark)
        if not of_holders and not parents:
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
    holders, spread = features.question_holders, found.holders
    questions, answers = found.questions, found.answers
    answered = found.forms != NO_FORM
    return found.length, {
        **features.labels.keys(found.owners),
        "plane": lambda: strings(holders.planes, spread),
        "frame": lambda: whole_numbers(holders.frames, spread),
        "timestamp_ms": lambda: whole_numbers(holders.moments, spread),
        "message_id": found.message_ids,
        "object_feature_id": lambda: strings(holders.features, spread),
        "parent_answer_feature_id": lambda: found.parents,
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
