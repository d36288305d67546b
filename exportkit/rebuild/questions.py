"""Questions: rows of the table ``classifications`` as the trees of questions and answers that they were.

Takes records of one label and the objects it holds, hangs each question where it hung. Works down level by
level, so that depth costs no stack.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from exportkit.rebuild.leftovers import extra_of, merge, whole
from exportkit.rebuild.records import Record
from exportkit.rows import VALUE_KEY

__all__ = ["Where", "hang_questions"]

#: Plane, frame, moment, id of the object, and position of the object where its id does not say which.
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
#: Marks in `extra`: the answer key, the object, and the answers above, where no column says them.
_KEY, _HOLDER, _PARENT = "$key", "$holder", "$parent"
#: Question position, answer key and answer position of each answer above, from the top.
Chain = tuple[Any, ...]


class _Row:
    """One answer, with the marks taken out of its extra."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.extra = extra_of(record)
        key = _KEYS.get(record.get("answer_type", ""))
        marked = self.extra.get(_KEY)
        if key is not None and ("message_id" in record or marked == f"conversational_{key}"):
            key = f"conversational_{key}"
            self.extra.pop(_KEY, None)
        self.key = key
        holder = self._mark(_HOLDER, 2)
        self.where: Where = (
            record.get("plane"), record.get("frame"), record.get("timestamp_ms"),
            record.get("object_feature_id"), holder if holder is None else (holder[0], holder[1]),
        )  # fmt: skip
        self.parent: Chain | None = self._mark(_PARENT, 3)

    def _mark(self, key: str, length: int) -> Chain | None:
        """Take a mark out of the extra; one that is not made like ours is the export's own."""
        mark = self.extra.get(key)
        if not isinstance(mark, list) or not mark or len(mark) % length:
            return None
        return tuple(self.extra.pop(key))

    @property
    def order(self) -> tuple[int, int, int]:
        return self.record["depth"], self.record["position"], self.record.get("answer_position", 0)


def hang_questions(records: Sequence[Record], holder_at: Callable[[Where], Any]) -> int:
    """Put the questions of one label into their holders, under ``classifications``.

    Parameters
    ----------
    records : sequence of dict
        Rows of one label.
    holder_at : callable
        Gives the object, frame, plane, moment or annotations that a question hangs on; None for one that is
        not there any more.

    Returns
    -------
    int
        Number of rows whose holder or whose answer above is missing; they are left out.
    """
    rows = sorted((_Row(record) for record in records), key=lambda row: row.order)
    tree = _Tree(holder_at, chained=any(row.parent is not None for row in rows))
    return sum(not tree.add(row) for row in rows)


class _Tree:
    def __init__(self, holder_at: Callable[[Where], Any], *, chained: bool) -> None:
        self._holder_at = holder_at
        self._chained = chained
        self._questions: dict[tuple[int, int], tuple[Any, Chain]] = {}
        self._answers: dict[Any, tuple[dict[str, Any], Chain]] = {}

    def add(self, row: _Row) -> bool:
        """Hang one answer, and its question with the first; False where nothing is there to hang it on."""
        above = self._above(row)
        if above is None:
            return False
        siblings, chain = above
        place = (id(siblings), row.record["position"])
        if place not in self._questions:
            question = self._question(row)
            siblings.append(question)
            self._questions[place] = (question, (*chain, row.record["position"]) if self._chained else ())
        question, chain = self._questions[place]
        if isinstance(question, dict):
            self._answer(row, question, chain)
        return True

    def _above(self, row: _Row) -> tuple[list[Any], Chain] | None:
        """Return the list that the question stands in and the answers above it."""
        if not row.record["depth"]:
            holder, chain = self._holder_at(row.where), ()
        else:
            parent = row.record.get("parent_answer_feature_id") if row.parent is None else row.parent
            holder, chain = self._answers.get((row.where, row.record["depth"] - 1, parent), (None, ()))
        if not isinstance(holder, dict):
            return None
        siblings = holder.setdefault("classifications", [])
        return (siblings, chain) if isinstance(siblings, list) else None

    def _question(self, row: _Row) -> Any:
        record = row.record
        question: dict[str, Any] = {
            key: record[column] for column, key in _QUESTION.items() if column in record
        }
        if "message_id" in record:
            question["message_id"] = record["message_id"]
        is_item = not question and row.key is None and row.extra.keys() == {VALUE_KEY}
        return row.extra[VALUE_KEY] if is_item else question

    def _answer(self, row: _Row, question: dict[str, Any], chain: Chain) -> None:
        record, key = row.record, row.key
        if key is not None:
            answer = {name: record[column] for column, name in _ANSWER.items() if column in record}
            is_list = key.endswith("answers")
            item = whole(answer, _own(row.extra, key, is_list=is_list))
            order = len(question.get(key, ())) if is_list else 0
            if is_list:
                question.setdefault(key, []).append(item)
            else:
                question[key] = item
            if isinstance(item, dict):
                self._know(row, item, (*chain, key, order) if self._chained else ())
        merge(question, row.extra)

    def _know(self, row: _Row, answer: dict[str, Any], here: Chain) -> None:
        depth = row.record["depth"]
        is_text = row.record["answer_type"] == "text"
        name = row.record.get("feature_id" if is_text else "answer_feature_id")
        if not is_text:
            answer.setdefault("classifications", [])
        self._answers.setdefault((row.where, depth, name), (answer, here))
        if self._chained:
            self._answers[row.where, depth, here] = (answer, here)


def _own(extra: dict[str, Any], key: str, *, is_list: bool) -> dict[str, Any]:
    """Take what belongs to one answer out of its question's extra; that of a list stands under its index."""
    own = extra.pop(key, None)
    if is_list and isinstance(own, dict):
        own = next(iter(own.values()), None)
    return own if isinstance(own, dict) else {}
