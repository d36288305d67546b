"""Questions of Export V1 to questions of Export V2.

Takes a value of V1's ``classifications``: questions, or lists of questions, nested to any depth. Gives V2
questions, whose answer key names the type. Does not know objects or frames.
"""

from __future__ import annotations

from typing import Any

from exportkit.legacy.naming import keep, split_header

__all__ = ["convert_questions", "move_questions", "plain_question"]


def convert_questions(value: Any) -> Any:
    """Return V2 questions in V1's order.

    Parameters
    ----------
    value : Any
        A list of questions. Lists inside it (nested classifications of 2021) are flattened. An item that is
        no object stays where it is. A value that is no list is returned unchanged.
    """
    if not isinstance(value, list):
        return value
    questions: list[Any] = []
    for item in value:
        if isinstance(item, list):
            questions.extend(convert_questions(item))
        else:
            questions.append(_question(item) if isinstance(item, dict) else item)
    return questions


def move_questions(rest: dict[str, Any], target: dict[str, Any]) -> None:
    """Move the questions of a V1 feature from `rest` to `target`, as V2 questions."""
    if "classifications" in rest:
        target["classifications"] = convert_questions(rest.pop("classifications"))


def plain_question(name: str, answer: str | list[str]) -> dict[str, Any]:
    """Return the question of a 2018 answer: one string is free text, several are a checklist.

    V1 kept only the words, so a radio answer and typed text cannot be distinguished.
    """
    if isinstance(answer, str):
        return {"name": name, "text_answer": {"content": answer}}
    return {"name": name, "checklist_answers": [{"name": option} for option in answer]}


def _question(source: dict[str, Any]) -> dict[str, Any]:
    rest, target = split_header(source)
    prefix = ""
    if isinstance(rest.get("messageId"), str):
        target["message_id"] = rest.pop("messageId")
        prefix = "conversational_"
    for name in ("answer", "answers"):
        key, answer = _answer(rest.get(name))
        if key and prefix + key not in target:
            target[prefix + key] = answer
            del rest[name]
    _nest(rest, target, prefix)
    keep(rest, target)
    return target


def _answer(value: Any) -> tuple[str, Any]:
    """Return V2's answer key and value; the key is empty for a value that is no answer."""
    if isinstance(value, dict):
        return "radio_answer", _option(value)
    if isinstance(value, str):
        return "text_answer", {"content": value}
    if isinstance(value, list) and all(isinstance(item, dict | str) for item in value):
        return "checklist_answers", [_option(item) for item in value]
    return "", None


def _option(value: dict[str, Any] | str) -> dict[str, Any]:
    if isinstance(value, str):
        return {"name": value}
    rest, target = split_header(value)
    move_questions(rest, target)
    keep(rest, target)
    return target


def _nest(rest: dict[str, Any], target: dict[str, Any], prefix: str) -> None:
    """Move the questions that V1 put beside a single answer below that answer, as V2 has them."""
    if not isinstance(rest.get("classifications"), list):
        return
    for key in ("radio_answer", "text_answer"):
        answer = target.get(prefix + key)
        if answer is not None and "classifications" not in answer:
            answer["classifications"] = convert_questions(rest.pop("classifications"))
            return
