"""Classifications: rows of the table ``classifications`` as trees of questions and answers.

Takes the rows of one label; puts each question back into its parent. Works level by level, so that depth
costs no stack.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from exportkit.rebuild.source_objects import extra_of, merge, whole
from exportkit.rebuild.table_rows import TableRow
from exportkit.rows import VALUE_KEY

__all__ = ["Where", "attach_questions"]

#: Plane, frame, moment and object id of a parent; then its array and position where its id is not enough.
Where = tuple[str | None, int | None, int | None, str | None, tuple[str, int] | None]

_QUESTION = {
    "feature_id": "feature_id",
    "feature_schema_id": "feature_schema_id",
    "name": "name",
    "value": "value",
}
_ANSWER = {
    "answer_feature_id": "feature_id",
    "answer_feature_schema_id": "feature_schema_id",
    "answer_name": "name",
    "answer_value": "value",
    "text": "content",
    "answer_confidence": "confidence",
    "answer_custom_metrics": "custom_metrics",
}
_KEYS = {"radio": "radio_answer", "checklist": "checklist_answers", "text": "text_answer"}
#: Marks in `extra`, for what no column holds: the answer key, the parent object, the answers above.
_KEY, _OBJECT, _ABOVE = "$key", "$holder", "$parent"
#: Of each answer above, from the top: question position, answer key and answer position.
Chain = tuple[Any, ...]


class _Answer:
    """One row: an answer, or a question without one. The marks are taken out of its extra."""

    def __init__(self, row: TableRow) -> None:
        self.row = row
        self.extra = extra_of(row)
        key = _KEYS.get(row.get("answer_type", ""))
        marked = self.extra.get(_KEY)
        if key is not None and ("message_id" in row or marked == f"conversational_{key}"):
            key = f"conversational_{key}"
            self.extra.pop(_KEY, None)
        self.key = key
        parent = self._mark(_OBJECT, 2)
        self.where: Where = (
            row.get("plane"), row.get("frame"), row.get("timestamp_ms"),
            row.get("object_feature_id"), parent if parent is None else (parent[0], parent[1]),
        )  # fmt: skip
        self.above: Chain | None = self._mark(_ABOVE, 3)

    def _mark(self, key: str, length: int) -> Chain | None:
        """Take a mark out of the extra; one of another form is a field of the export itself."""
        mark = self.extra.get(key)
        if not isinstance(mark, list) or not mark or len(mark) % length:
            return None
        return tuple(self.extra.pop(key))

    @property
    def order(self) -> tuple[int, int, int]:
        return self.row["depth"], self.row["position"], self.row.get("answer_position", 0)


def attach_questions(rows: Sequence[TableRow], parent_at: Callable[[Where], Any]) -> int:
    """Put the questions of one label into their parents, under ``classifications``.

    Parameters
    ----------
    rows : sequence of dict
        Rows of one label.
    parent_at : callable
        Gives the parent of a question: an object, relationship, frame, plane or moment, or the annotations;
        None if it is not in the lake.

    Returns
    -------
    int
        Number of rows whose parent, or whose answer above, is missing; they are left out.
    """
    answers = sorted(map(_Answer, rows), key=lambda answer: answer.order)
    tree = _Tree(parent_at, chained=any(answer.above is not None for answer in answers))
    return sum(not tree.add(answer) for answer in answers)


class _Tree:
    """The questions and answers of one label so far.

    A nested question names the answer above it by feature id. Where ids are not enough, its row is marked
    with the chain of positions that leads to that answer; only then are chains kept (`chained`).
    """

    def __init__(self, parent_at: Callable[[Where], Any], *, chained: bool) -> None:
        self._parent_at = parent_at
        self._chained = chained
        self._questions: dict[tuple[int, int], tuple[Any, Chain]] = {}
        self._answers: dict[Any, tuple[dict[str, Any], Chain]] = {}

    def add(self, answer: _Answer) -> bool:
        """Add one answer, and its question with the first; return False if the parent is missing."""
        found = self._siblings(answer)
        if found is None:
            return False
        siblings, chain = found
        position = answer.row["position"]
        place = (id(siblings), position)
        if place not in self._questions:
            question = _question(answer)
            siblings.append(question)
            self._questions[place] = (question, (*chain, position) if self._chained else ())
        question, chain = self._questions[place]
        if isinstance(question, dict):
            self._add_answer(answer, question, chain)
        return True

    def _siblings(self, answer: _Answer) -> tuple[list[Any], Chain] | None:
        """Return the list that the question stands in, and the chain of the answers above it."""
        row = answer.row
        if not row["depth"]:
            parent, chain = self._parent_at(answer.where), ()
        else:
            name = row.get("parent_answer_feature_id") if answer.above is None else answer.above
            parent, chain = self._answers.get((answer.where, row["depth"] - 1, name), (None, ()))
        if not isinstance(parent, dict):
            return None
        siblings = parent.setdefault("classifications", [])
        return (siblings, chain) if isinstance(siblings, list) else None

    def _add_answer(self, answer: _Answer, question: dict[str, Any], chain: Chain) -> None:
        key = answer.key
        if key is not None:
            built = {name: answer.row[column] for column, name in _ANSWER.items() if column in answer.row}
            is_list = key.endswith("answers")
            item = whole(built, _own(answer.extra, key, is_list=is_list))
            order = len(question.get(key, ())) if is_list else 0
            if is_list:
                question.setdefault(key, []).append(item)
            else:
                question[key] = item
            if isinstance(item, dict):
                self._remember(answer, item, (*chain, key, order) if self._chained else ())
        merge(question, answer.extra)

    def _remember(self, answer: _Answer, item: dict[str, Any], chain: Chain) -> None:
        """Note an answer for the questions that are nested below it."""
        depth = answer.row["depth"]
        is_text = answer.row["answer_type"] == "text"
        name = answer.row.get("feature_id" if is_text else "answer_feature_id")
        if not is_text:
            item.setdefault("classifications", [])
        self._answers.setdefault((answer.where, depth, name), (item, chain))
        if self._chained:
            self._answers[answer.where, depth, chain] = (item, chain)


def _question(answer: _Answer) -> Any:
    """Return a question without answers, or the plain item that stood in its place."""
    row = answer.row
    question: dict[str, Any] = {key: row[column] for column, key in _QUESTION.items() if column in row}
    if "message_id" in row:
        question["message_id"] = row["message_id"]
    is_item = not question and answer.key is None and answer.extra.keys() == {VALUE_KEY}
    return answer.extra[VALUE_KEY] if is_item else question


def _own(extra: dict[str, Any], key: str, *, is_list: bool) -> dict[str, Any]:
    """Take the extra of one answer out of its question's; that of a list item stands under its index."""
    own = extra.pop(key, None)
    if is_list and isinstance(own, dict):
        own = next(iter(own.values()), None)
    return own if isinstance(own, dict) else {}
