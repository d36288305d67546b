"""Classifications: takes questions with their answers, nested to any depth, gives one row an answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from oracle.columns import make_row
from oracle.fits import number, text
from oracle.leftover import JsonObject, Leftover, merged

__all__ = ["Spot", "header", "metrics", "question_rows"]

MAX_LEVELS = 32
#: Answer types and their keys, in the order of answer positions.
FORMS = (("radio", "radio_answer"), ("checklist", "checklist_answers"), ("text", "text_answer"))


@dataclass(frozen=True)
class Spot:
    """Where a question stands.

    Attributes
    ----------
    keys : dict
        Columns that every row of the label shares.
    place : dict
        ``plane``, ``frame``, ``timestamp_ms`` and ``object_feature_id``, which nested questions inherit.
    depth : int
        0 at the top.
    parent : str or None
        ``feature_id`` of the answer the question is nested under.
    path : list of str
        Names from the top down to that answer.
    """

    keys: JsonObject
    place: JsonObject = field(default_factory=dict)
    depth: int = 0
    parent: str | None = None
    path: list[str] = field(default_factory=list)


def header(left: Leftover, prefix: str = "") -> JsonObject:
    """Take the fields that objects, relationships, questions and options begin with."""
    return {
        f"{prefix}{key}": left.take(key, text) for key in ("feature_id", "feature_schema_id", "name", "value")
    }


def metrics(left: Leftover) -> list[JsonObject] | None:
    """Take custom metrics: a name and a number each."""
    return left.structs("custom_metrics", {"name": text, "value": number}, required=True)


def question_rows(spot: Spot, position: int, question: JsonObject) -> Iterator[JsonObject]:
    """Give the rows of a question and of all that is nested under its answers."""
    left = Leftover(question)
    own = header(left)
    is_shown = spot.depth < MAX_LEVELS
    path = _longer(spot.path, own["name"]) if is_shown else spot.path
    answers = list(_answers(left, path, is_shown=is_shown))
    if not answers or any(key.startswith("conversational_") for key, *_ in answers):
        own["message_id"] = left.take("message_id", text)
    shared = {"depth": spot.depth, "parent_answer_feature_id": spot.parent, "position": position, **own}
    rest = left.rest()
    if not answers:
        yield make_row("classifications", spot.keys, spot.place, shared, {"answer_path": path, "extra": rest})
    for _, columns, leftover, nested in answers:
        row = make_row("classifications", spot.keys, spot.place, shared, columns)
        row["extra"] = merged(rest, leftover)
        rest = None
        yield row
        parent = own["feature_id"] if columns["answer_type"] == "text" else columns["answer_feature_id"]
        below = replace(spot, depth=spot.depth + 1, parent=parent, path=columns["answer_path"])
        for index, inner in nested:
            yield from question_rows(below, index, inner)


#: Key, columns, leftover, nested questions.
Answer = tuple[str, JsonObject, JsonObject | None, list[tuple[int, JsonObject]]]


def _answers(left: Leftover, path: list[str], *, is_shown: bool) -> Iterator[Answer]:
    """Take the answers of a question in the order of their positions; their paths show their names or not."""
    position = 0
    for scope in ("", "conversational_"):
        for answer_type, name in FORMS:
            key = scope + name
            given = left.tree.get(key)
            options: list[tuple[int, str | None, JsonObject]] = []
            if answer_type == "checklist":
                options = [(position + index, str(index), option) for index, option in left.items(key)]
                position += len(given) if isinstance(given, list) else 0
            else:
                options = [(position, None, left.tree.pop(key))] if isinstance(given, dict) else []
                position += len(options)
            for at, index, option in options:
                found = _answer(answer_type, key, index, option, {"answer_position": at, "answer_path": path})
                if is_shown:
                    found[1]["answer_path"] = _longer(path, found[1]["answer_name"])
                yield found


def _answer(answer_type: str, key: str, index: str | None, option: JsonObject, columns: JsonObject) -> Answer:
    left = Leftover(option)
    columns |= header(left, "answer_")
    columns |= {"answer_type": answer_type, "text": left.take("content", text)}
    columns["answer_confidence"] = left.take("confidence", number)
    columns["answer_custom_metrics"] = metrics(left)
    nested = left.items("classifications")
    rest = left.rest()
    if rest is not None:
        rest = {key: rest if index is None else {index: rest}}
    return key, columns, rest, nested


def _longer(path: list[str], name: str | None) -> list[str]:
    return [*path, name] if name is not None else path
