"""Questions come back to where they hung, also where no id says where that was."""

from __future__ import annotations

import copy
import io
import json
from typing import Any

import pytest

import exportkit
from rebuild.round_trips import differing, line, rebuilt_in_memory

Json = dict[str, Any]


def row(**annotations: Any) -> Json:
    return {"data_row": {"id": "d"}, "projects": {"p": {"labels": [{"id": "l", "annotations": annotations}]}}}


def asking(name: str, **fields: Any) -> Json:
    """Return a feature that asks a question with a nested one."""
    nested = {"feature_id": f"{name} nested", "text_answer": {"content": name}}
    answer = {"feature_id": f"{name} answer", "classifications": [nested]}
    return {"classifications": [{"feature_id": f"{name} question", "radio_answer": answer}], **fields}


def extras(export: Json) -> list[Json]:
    found = exportkit.read_table(io.BytesIO(line(export)), "classifications").column("extra").to_pylist()
    return [json.loads(one) for one in found if one is not None]


ENDS = {"source": "a", "target": "b"}
UNCLEAR = {
    "objects without ids": row(objects=[asking("1"), asking("2"), asking("3", feature_id="o")]),
    "objects with one id": row(
        objects=[asking("1", feature_id="o"), {"feature_id": "o"}, asking("2", feature_id="o")]
    ),
    "an object and a relationship with one id": row(
        objects=[asking("1", feature_id="o")],
        relationships=[asking("2", feature_id="o", unidirectional_relationship=ENDS)],
    ),
    "relationships without ids": row(relationships=[asking("1"), asking("2"), asking("3", feature_id="r")]),
    "objects of a frame without ids": row(frames={"7": {"objects": {"a": asking("1"), "b": asking("2")}}}),
    "objects of a plane without ids": row(
        groups={"Axial": {"frames": {"7": {"objects": {"a": asking("1"), "b": asking("2")}}}}}
    ),
    "answers without ids": row(
        classifications=[
            {"feature_id": "q", "checklist_answers": [
                {"name": "1", "classifications": [{"feature_id": "n1", "text_answer": {"content": "1"}}]},
                {"name": "2", "classifications": [{"feature_id": "n2", "text_answer": {"content": "2"}}]},
            ]},
        ]
    ),
    "answers with one id, deep": row(
        classifications=[
            {"feature_id": "q", "radio_answer": {"feature_id": "a", "classifications": [
                {"feature_id": "n", "radio_answer": {"feature_id": "b", "classifications": [{"name": "x"}]}},
                {"feature_id": "n", "radio_answer": {"feature_id": "b", "classifications": [{"name": "y"}]}},
            ]}},
        ]
    ),
    "questions with one id, nested under free text": row(
        classifications=[
            {"feature_id": "q", "text_answer": {"content": "1", "classifications": [{"name": "x"}]}},
            {"feature_id": "q", "text_answer": {"content": "2", "classifications": [{"name": "y"}]}},
        ]
    ),
    "answers of two forms without ids": row(
        classifications=[
            {
                "feature_id": "q",
                "radio_answer": {"name": "1", "classifications": [{"name": "x"}]},
                "checklist_answers": [{"name": "2"}, {"name": "3", "classifications": [{"name": "y"}]}],
            },
        ]
    ),
}  # fmt: skip


@pytest.mark.parametrize("export", UNCLEAR.values(), ids=UNCLEAR.keys())
@pytest.mark.parametrize("chunk_rows", [None, 1, 100])
def test_questions_return_to_features_that_no_id_names(export: Json, chunk_rows: int | None) -> None:
    assert not differing([line(export)], rebuilt_in_memory(line(export), chunk_rows=chunk_rows))
    assert any("$holder" in extra or "$parent" in extra for extra in extras(export))


def test_ids_that_say_where_a_question_hangs_need_no_mark() -> None:
    frame = {
        "objects": {"o": asking("1", feature_id="o")},
        "classifications": [asking("3")["classifications"][0]],
    }
    clear = row(
        objects=[asking("2", feature_id="2"), {"feature_id": "1"}, {"feature_id": "1"}],
        relationships=[asking("4", feature_id="4")],
        frames={"1": frame, "2": copy.deepcopy(frame)},
    )
    assert extras(clear) == []
    assert not differing([line(clear)], rebuilt_in_memory(line(clear)))


def test_fields_that_look_like_marks_come_back() -> None:
    odd = {"$key": "x", "$holder": "objects", "$parent": [1]}
    export = row(
        classifications=[{"feature_id": "q", "radio_answer": {"name": "a"}, **odd}],
        objects=[{"feature_id": "o", "$key": 5, "$value": 6}],
    )
    assert not differing([line(export)], rebuilt_in_memory(line(export)))


def test_two_spellings_of_one_field_both_come_back() -> None:
    odds: tuple[Any, ...] = ("other", 5, {})
    for odd in odds:
        fields = [{"name": "a", "schema_name": odd}, {"name": odd, "schema_name": "a"}, {"name": "a"}]
        runs = {"1": {"split": odd, "data_split": "a"}, "2": {"split": "a", "data_split": odd}}
        export = {**row(), "metadata_fields": fields, "experiments": {"e": {"runs": runs}}}
        assert not differing([line(export)], rebuilt_in_memory(line(export)))


def test_an_id_that_looks_derived_comes_back() -> None:
    export = row()
    labels = exportkit.read_table(io.BytesIO(line({**export, "projects": {"p": {"labels": [{}]}}})), "labels")
    for label_id in ("", "derived:", "derived:x", labels.column("label_id")[0].as_py()):
        export["projects"]["p"]["labels"][0]["id"] = label_id
        assert not differing([line(export)], rebuilt_in_memory(line(export)))
