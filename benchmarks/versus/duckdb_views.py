"""The views that DuckDB's tables are queries over: takes what the export holds, gives SQL.

Every view stands on the view `lines`: the typed columns, and `line`.
"""

from __future__ import annotations

from benchmarks.versus.fields import ANSWER_FORMS, Fields, Keyed, Type
from benchmarks.versus.line_types import Known

__all__ = ["LABEL_IDS", "each", "sql_type", "taken", "views"]

SCALARS = {
    "text": "VARCHAR",
    "int": "BIGINT",
    "int32": "INTEGER",
    "float": "DOUBLE",
    "bool": "BOOLEAN",
    "time": "TIMESTAMPTZ",
    "json": "JSON",
}
LABEL_IDS = "line, data_row_id, project_id, label_id, label_index"
QUESTION_IDS = f"{LABEL_IDS}, frame, object_feature_id"
TOP = "NULL::VARCHAR AS parent, []::VARCHAR[] AS above"


def views(known: Known) -> dict[str, str]:
    """Return the views, each after those it reads."""
    made = {
        "project_lines": """SELECT line, data_row.id AS data_row_id, unnest(map_entries(projects)) AS project
            FROM lines""",
        "label_lines": f"""SELECT *, label.id AS label_id FROM (
            SELECT line, data_row_id, project.key AS project_id, {selected(known)} AS selected,
            {each("project.value.labels", "label", "label_index")} FROM project_lines)""",
    }
    if known.has("frames"):
        made["frame_lines"] = f"""SELECT {LABEL_IDS}, {key_frames(known)} AS key_frames,
            unnest(map_entries(label.annotations.frames)) AS frame FROM label_lines"""
        made["object_lines"] = f"""SELECT {LABEL_IDS}, key_frames, frame.key AS frame,
            {each("map_values(frame.value.objects)", "object")} FROM frame_lines"""
    else:
        made["object_lines"] = f"""SELECT {LABEL_IDS}, NULL::BIGINT AS frame,
            {each("label.annotations.objects", "object")} FROM label_lines"""
    if known.has("key_frame_feature_map"):
        made[
            "key_frame_lines"
        ] = f"""SELECT {LABEL_IDS}, feature.key AS feature_id, unnest(feature.value) AS frame
            FROM (SELECT {LABEL_IDS}, unnest(map_entries(label.annotations.key_frame_feature_map)) AS feature
            FROM label_lines)"""
    if known.has("classifications"):
        made["questions_0"] = top_questions(known)
        made["answers_0"] = answers(known, 0)
    for level in range(1, known.levels):
        made[f"questions_{level}"] = f"""SELECT {QUESTION_IDS}, path AS above,
            coalesce(answer.feature_id, question.feature_id) AS parent,
            {each("answer.classifications", "nested")} FROM answers_{level - 1}"""
        made[f"questions_{level}"] = f"SELECT *, nested AS question FROM ({made[f'questions_{level}']})"
        made[f"answers_{level}"] = answers(known, level)
    return made


def top_questions(known: Known) -> str:
    """Return the questions on objects, labels and frames."""
    branches = [
        f"""SELECT {LABEL_IDS}, frame, object.feature_id AS object_feature_id, {TOP},
            {each("object.classifications", "question")} FROM object_lines""",
        f"""SELECT {LABEL_IDS}, NULL::BIGINT AS frame, NULL::VARCHAR AS object_feature_id, {TOP},
            {each("label.annotations.classifications", "question")} FROM label_lines""",
    ]
    if known.has("frames"):
        branches.append(f"""SELECT {LABEL_IDS}, frame.key AS frame, NULL::VARCHAR AS object_feature_id, {TOP},
            {each("frame.value.classifications", "question")} FROM frame_lines""")
    return " UNION ALL ".join(branches)


def answers(known: Known, level: int) -> str:
    """Return the answers of a level: one row per option, one with nulls for a question without an answer."""
    forms = [form for form in ANSWER_FORMS if known.has(form)]
    kinds = " ".join(f"WHEN question.{form} IS NOT NULL THEN '{form.partition('_')[0]}'" for form in forms)
    lists = " || ".join(listed(form) for form in forms)
    options = f"CASE WHEN len({lists}) = 0 THEN [NULL] ELSE {lists} END"
    picked = each(options, "answer", "answer_position")
    path = "list_filter(above || [question.name, answer.name], lambda name: name IS NOT NULL)"
    if forms == ["radio_answer"]:
        picked = "question.radio_answer AS answer, 0 AS answer_position"
        path = "[question.name, answer.name]"
    return f"""SELECT {QUESTION_IDS}, parent, {level} AS depth, position, question, answer,
        CASE WHEN answer IS NOT NULL THEN answer_position END AS answer_position,
        CASE WHEN answer IS NOT NULL THEN answer_type END AS answer_type,
        {path} AS path
        FROM (SELECT *, CASE {kinds} END AS answer_type, {picked} FROM questions_{level})"""


def listed(form: str) -> str:
    """Return the answers under a key as a list, empty where there are none."""
    if ANSWER_FORMS[form]:
        return f"coalesce(question.{form}, [])"
    return f"CASE WHEN question.{form} IS NULL THEN [] ELSE [question.{form}] END"


def selected(known: Known) -> str:
    """Return the label that a project names as its consensus winner."""
    path = "project_details.selected_label_id"
    return f"project.value.{path}" if known.has(path) else "NULL::VARCHAR"


def key_frames(known: Known) -> str:
    """Return the key frames that a label lists, by feature."""
    path = "annotations.key_frame_feature_map"
    return f"label.{path}" if known.has(path) else "NULL::MAP(VARCHAR, BIGINT[])"


def each(items: str, name: str, position: str = "position") -> str:
    """Return select items that give one row per item, with its position from 0."""
    return f"unnest({items}) AS {name}, (generate_subscripts({items}, 1) - 1)::INTEGER AS {position}"


def taken(fields: Fields, known: Known, item: str = "", prefix: str = "") -> str:
    """Return select items for the fields of an item, null where the export never fills them."""
    parts = []
    for column, field in fields.items():
        paths = [f"{item}{path}" for path in field.paths if known.has(path)]
        value = (
            f"coalesce({', '.join(paths)})"
            if len(paths) > 1
            else "".join(paths) or f"NULL::{sql_type(field.type)}"
        )
        parts.append(f'{value} AS "{prefix}{column}"')
    return ", ".join(parts)


def sql_type(type_: Type) -> str:
    """Return a type in SQL; keyed dictionaries are maps."""
    match type_:
        case Keyed(key, value):
            return f"MAP({SCALARS[key]}, {sql_type(value)})"
        case dict():
            return "STRUCT(" + ", ".join(f'"{name}" {sql_type(below)}' for name, below in type_.items()) + ")"
        case [item]:
            return f"{sql_type(item)}[]"
        case _:
            return SCALARS[str(type_)]
