"""Wide answers: one column per question, made from one row per answer.

Takes a connection to a lake's tables, gives the SQL of the view. Reads from the tables which questions there
are; does not know the ontology.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from exportkit.lake_views.answers_by_frame import SPREAD_ANSWERS
from exportkit.lake_views.places import DATA_ROW

if TYPE_CHECKING:
    import duckdb

__all__ = ["MOST_QUESTIONS", "wide_sql"]

#: Questions that get a column, the most often answered first; answers to the others are in `other_answers`.
MOST_QUESTIONS = 200
SINGLE, DOUBLE = "'", '"'

# What the answers in one row are about: the label, or an object, a frame, a moment or a message in it.
_SUBJECT = "label_index, plane, frame, timestamp_ms, object_feature_id, message_id, export_id, line"
_SHOWN = ("data_row_id", "project_id", "label_id", "origin")
_FIXED = {*_SHOWN, "global_key", "external_id", "other_answers", *_SUBJECT.split(", ")}

# Only the outermost question names its message; the questions below it are about the same one.
_ANSWERS = f"""
    with recursive about as (
        select export_id, line, label_index, coalesce(answer_feature_id, feature_id) as answer_id, message_id
        from classifications where message_id is not null
        union
        select c.export_id, c.line, c.label_index, coalesce(c.answer_feature_id, c.feature_id),
               about.message_id
        from classifications c join about
        on c.export_id = about.export_id and c.line = about.line and c.label_index = about.label_index
           and c.parent_answer_feature_id = about.answer_id
    ), known as (
        select export_id, line, label_index, answer_id, any_value(message_id) as message_id
        from about group by all
    ), spread as (
        select *, true as is_listed from classifications where frame is null
        union all by name ({SPREAD_ANSWERS})
    )
    select c.* exclude (message_id), coalesce(c.message_id, known.message_id) as message_id,
           coalesce(c.feature_schema_id, c.name, '') as question,
           coalesce(c.answer_name, c.answer_value, c.text) as answer
    from spread c left join known
    on c.export_id = known.export_id and c.line = known.line and c.label_index = known.label_index
       and c.parent_answer_feature_id = known.answer_id
"""  # noqa: S608 - nothing in it comes from outside


class Question(NamedTuple):
    """A question in the data: its key, its name, and whether one subject has several answers to it."""

    key: str
    name: str
    is_list: bool


def wide_sql(connection: duckdb.DuckDBPyConnection, most: int = MOST_QUESTIONS) -> str:
    """Return a query with one row per subject of answers, and one column per question."""
    questions = _questions(connection)[:most]
    titled = zip(questions, _titles(questions), strict=True)
    columns = [f"{_value(question)} as {_quoted(title, DOUBLE)}" for question, title in titled]
    keys = ", ".join(_quoted(question.key) for question in questions) or "''"
    others = (
        "list({'question': name, 'answer': answer} order by position, answer_position)"
        f" filter (answer is not null and question not in ({keys})) as other_answers"
    )
    constant = [f"any_value({name}) as {name}" for name in _SHOWN]
    shown = ", ".join([*constant, _SUBJECT, *columns, others])
    return f"""
        select w.data_row_id, d.global_key, d.external_id, w.* exclude (data_row_id)
        from (select {shown} from ({_ANSWERS}) group by {_SUBJECT}) w
        left join {DATA_ROW} d using (export_id, line)
    """  # noqa: S608 - names and keys are quoted


def _questions(connection: duckdb.DuckDBPyConnection) -> list[Question]:
    found = connection.execute(f"""
        select question, min(name), max(at_once) > 1 or bool_or(is_checklist)
        from (select question, min(name) as name, count(distinct answer) as at_once, count(*) as answers,
                     coalesce(bool_or(answer_type = 'checklist'), false) as is_checklist
              from ({_ANSWERS}) group by question, {_SUBJECT})
        group by question order by sum(answers) desc, question
    """).fetchall()  # noqa: S608 - nothing in it comes from outside
    return [Question(key, name or key or "unnamed", bool(is_list)) for key, name, is_list in found]


def _titles(questions: list[Question]) -> list[str]:
    """Return one column name per question, distinct for DuckDB, which ignores case."""
    taken = set(_FIXED)
    titles = []
    for question in questions:
        title, number = question.name, 1
        while title.casefold() in taken:
            number += 1
            title = f"{question.name} ({number})"
        taken.add(title.casefold())
        titles.append(title)
    return titles


def _value(question: Question) -> str:
    chosen = f"filter (answer is not null and question = {_quoted(question.key)})"
    if question.is_list:
        return f"list(distinct answer order by answer) {chosen}"
    return f"any_value(answer) {chosen}"


def _quoted(text: str, quote: str = SINGLE) -> str:
    return quote + text.replace(quote, quote * 2) + quote
