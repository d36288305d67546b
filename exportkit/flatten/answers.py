"""The table ``classifications``: questions and answers of any depth, one level at a time.

Each level is flat lists of questions and answers; the next level is what the answers ask in turn. At
the end the levels are put into the order of the labels, and only then columns are made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from exportkit.flatten.columns import Columns, metric_lists, optional
from exportkit.flatten.extras import json_object
from exportkit.flatten.features import FeatureSet, strings, whole_numbers
from exportkit.flatten.homonyms import holder_marks, unclear
from exportkit.rows.features import Answer, Question
from exportkit.tables.cells import Bools, Cells, Coded, Ints, Lists, Numbers, Same

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

Path = tuple[str | None, ...]
_Item = TypeVar("_Item")
#: Question position, answer key and answer position of each answer above, from the top.
Chain = tuple[int | str, ...]


@dataclass
class Level:
    """Answers of one depth: entry i is an answer, its question and where the question hangs.

    `above` is the level of the answers that these are nested under, `rows_above` says which of them.
    """

    questions: list[Question]
    answers: list[Answer]
    forms: Ints
    orders: Ints
    positions: Ints
    holders: Ints
    parents: list[str | None]
    paths: list[Path]
    depth: int
    above: Level | None
    rows_above: Ints

    @classmethod
    def of(
        cls,
        questions: list[Question],
        *,
        positions: Ints,
        holders: Ints,
        parents: list[str | None],
        prefixes: list[Path],
        above: Level | None,
        rows_above: Ints,
    ) -> Level:
        """Lay out the answers of `questions`; a question without any gets one empty answer."""
        asked, answers, forms, orders = _answers(questions)
        chosen = asked.tolist()
        of_answers = [questions[at] for at in chosen]
        depth = 0 if above is None else above.depth + 1
        names = zip(chosen, of_answers, answers, strict=True)
        if above is None:
            paths: list[Path] = [(question.name, answer.name) for _, question, answer in names]
        elif depth >= MAX_PATH_LEVELS:
            paths = [prefixes[at] for at in chosen]
        else:
            paths = [_longer(prefixes[at], question.name, answer.name) for at, question, answer in names]
        return cls(
            of_answers, answers, forms, orders, positions[asked], holders[asked],
            [parents[at] for at in chosen], paths, depth,
            above, rows_above[asked],
        )  # fmt: skip

    def below(self) -> Level | None:
        """Return the level of the questions that these answers ask, None when they ask none."""
        nested = [answer.classifications for answer in self.answers]
        at = [number for number, questions in enumerate(nested) if questions]
        if not at:
            return None
        lists = [questions for questions in nested if questions]
        counts = np.array([len(questions) for questions in lists], dtype=np.int64)
        spread = np.repeat(np.array(at, dtype=np.int64), counts)
        starts = np.repeat(np.cumsum(counts) - counts, counts)
        chosen = spread.tolist()
        return Level.of(
            [question for questions in lists for question in questions],
            positions=np.arange(len(spread), dtype=np.int64) - starts,
            holders=self.holders[spread],
            parents=[self.names[one] for one in chosen],
            prefixes=[self.paths[one] for one in chosen],
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


def _ordered(levels: list[list[_Item]], order: Ints) -> list[_Item]:
    """Return the items of all levels in `order`."""
    items = levels[0] if len(levels) == 1 else [one for level in levels for one in level]
    if (order[1:] > order[:-1]).all():
        return items
    return [items[at] for at in order.tolist()]


def _longer(prefix: Path, question: str | None, answer: str | None) -> Path:
    return (*prefix, question) if answer is None else (*prefix, question, answer)


def _answers(questions: list[Question]) -> tuple[Ints, list[Answer], Ints, Ints]:
    """Return for every answer its question's number, itself, its form and position; in question order."""
    asked: list[Ints] = []
    answers: list[Answer] = []
    forms: list[Ints] = []
    orders: list[Ints] = []
    answered = np.zeros(len(questions), dtype=np.bool_)
    for form, (key, kind) in enumerate(FORMS):
        held = [getattr(question, key) for question in questions]
        at = np.array([number for number, one in enumerate(held) if one], dtype=np.int64)
        if not len(at):
            continue
        present = [one for one in held if one]
        if kind == "checklist":
            counts = np.array([len(one) for one in present], dtype=np.int64)
            orders.append(np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts))
            at = np.repeat(at, counts)
            present = [one for some in present for one in some]
        else:
            orders.append(np.zeros(len(at), dtype=np.int64))
        answered[at] = True
        asked.append(at)
        answers.extend(present)
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
        level: Level | None = Level.of(
            features.questions,
            positions=holders.positions(),
            holders=holders.spread(),
            parents=[None] * len(features.questions),
            prefixes=[],
            above=None,
            rows_above=np.zeros(len(features.questions), dtype=np.int64),
        )
        levels: list[Level] = []
        while level is not None:
            levels.append(level)
            level = level.below()
        holders_of = np.concatenate([one.holders for one in levels])
        owners = np.array(holders.labels, dtype=np.int64)[holders_of]
        order = np.argsort(owners, kind="stable")
        self.holders, self.owners = holders_of[order], owners[order]
        self.questions = _ordered([one.questions for one in levels], order)
        self.answers = _ordered([one.answers for one in levels], order)
        self.parents = _ordered([one.parents for one in levels], order)
        self.paths = _ordered([one.paths for one in levels], order)
        self.forms = np.concatenate([one.forms for one in levels])[order]
        #: Position of an answer in the list that its form is.
        self.orders = np.concatenate([one.orders for one in levels])[order]
        self.positions = np.concatenate([one.positions for one in levels])[order]
        self.depths = np.concatenate([np.full(len(one.questions), one.depth) for one in levels])[order]
        self.marks = _marks(levels, holder_marks(features), order)

    @cached_property
    def length(self) -> int:
        return len(self.questions)

    def answer_positions(self) -> Ints:
        """Return the order of each answer in its question, counted on over its forms."""
        fresh = [one is not last for one, last in zip(self.questions, [None, *self.questions], strict=False)]
        order = np.arange(self.length, dtype=np.int64)
        return order - np.maximum.accumulate(np.where(fresh, order, 0))

    def path_column(self) -> Cells:
        """Return the paths: each distinct one is spelled out once, the rows refer to its words."""
        codes: dict[Path, int] = {}
        numbers = np.array([codes.setdefault(path, len(codes)) for path in self.paths], dtype=np.int64)
        shown = [[name for name in path if name is not None] for path in codes]
        lengths = np.array([len(one) for one in shown], dtype=np.int64)
        starts = np.cumsum(lengths) - lengths
        counts = lengths[numbers]
        within = np.arange(int(counts.sum()), dtype=np.int64) - np.repeat(np.cumsum(counts) - counts, counts)
        words = Coded(np.repeat(starts[numbers], counts) + within, [name for one in shown for name in one])
        return Lists(counts, words)

    def message_ids(self) -> Cells:
        """Return the messages; one beside a plain answer key is not conversational and goes to extra."""
        ids = [question.message_id for question in self.questions]
        if not any(ids):
            return Same(None)
        plain = ((self.forms >= 0) & (self.forms < FIRST_CONVERSATIONAL)).tolist()
        return [None if is_plain else message for message, is_plain in zip(ids, plain, strict=True)]

    def extra_column(self) -> Cells:
        """Return the leftovers of the question (on its first answer) and of the answer (under its key)."""
        of_questions = [self._question_extra(at) for at in range(self.length)] if self._is_odd() else []
        column: list[str | None] = [None] * self.length
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
            column[at] = json_object(found) if found else None
        return column if of_questions else Same(None)

    def _is_odd(self) -> bool:
        """Whether any row may need an extra."""
        return (
            bool(self.marks)
            or any(question.extra_ for question in self.questions)
            or any(answer.extra_ for answer in self.answers)
            or any(question.message_id is not None for question in self.questions)
            or bool((self.forms >= FIRST_CONVERSATIONAL).any())
        )

    def _question_extra(self, at: int) -> dict[str, Any]:
        question = self.questions[at]
        found = dict(question.extra_ or {})
        if question.message_id is not None and 0 <= self.forms[at] < FIRST_CONVERSATIONAL:
            found["message_id"] = question.message_id
        return found


def _marks(levels: list[Level], of_holders: Mapping[int, Any], order: Ints) -> dict[int, dict[str, Any]]:
    """Return, by row, what says where an answer hangs when no id does; see `exportkit.flatten.homonyms`."""
    found: list[dict[str, Any]] = []
    for level in levels:
        parents = level.parent_marks()
        for at, holder in enumerate(level.holders.tolist() if of_holders or parents else ()):
            mark: dict[str, Any] = {"$holder": of_holders[holder]} if holder in of_holders else {}
            found.append({**mark, "$parent": parents[at]} if at in parents else mark)
        if not of_holders and not parents:
            found.extend([{}] * len(level.questions))
    return {row: found[at] for row, at in enumerate(order.tolist()) if found[at]} if any(found) else {}


def answer_columns(features: FeatureSet) -> tuple[int, Columns]:
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
        "parent_answer_feature_id": lambda: optional(found.parents),
        "depth": lambda: found.depths,
        "position": lambda: found.positions,
        "feature_id": lambda: [one.feature_id for one in questions],
        "feature_schema_id": lambda: [one.feature_schema_id for one in questions],
        "name": lambda: [one.name for one in questions],
        "value": lambda: [one.value for one in questions],
        "answer_type": lambda: Coded(found.forms, [kind for _, kind in FORMS]),
        "answer_position": lambda: whole_numbers_where(found.answer_positions(), answered),
        "answer_feature_id": lambda: [one.feature_id for one in answers],
        "answer_feature_schema_id": lambda: [one.feature_schema_id for one in answers],
        "answer_name": lambda: [one.name for one in answers],
        "answer_value": lambda: [one.value for one in answers],
        "text": lambda: optional([one.content for one in answers]),
        "answer_path": found.path_column,
        "answer_confidence": lambda: optional([one.confidence for one in answers]),
        "answer_custom_metrics": lambda: metric_lists([one.custom_metrics for one in answers]),
        "extra": found.extra_column,
    }


def whole_numbers_where(values: Ints, valid: Bools) -> Cells:
    """Return `values` with nulls where not `valid`."""
    return values if valid.all() else Numbers(values, valid)
