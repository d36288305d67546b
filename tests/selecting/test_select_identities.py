"""Redaction follows identity: a value that is redacted in one column stands plain in no other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import exportkit
from exportkit.tables import TABLES, Column, declaration
from exportkit.tables.types import STRING, ListOf
from selecting.selections_of import Tables, converted, converted_lines
from strategies import rows

ROOT = Path(__file__).parents[2]
KEY = "a key"
#: Pairs of columns that hold the same text in some example without naming the same thing, and why they may.
COINCIDENCES = {
    frozenset({"text", "text_token"}): "an answer quotes the text",
    frozenset({"feature_schema_id", "schema_id"}): "ids of examples are made up",
    frozenset({"name", "schema_name"}): "a question and a metadata field about the season",
    frozenset({"value", "schema_name"}): "a question and a metadata field about the season",
    frozenset({"answer_path", "schema_name"}): "a question and a metadata field about the season",
    frozenset({"value", "value_string"}): "examples use short text",
}
#: What users have to name themselves: the asset, as given, with whatever stands in its address.
NOT_SEARCHED = frozenset({"row_data"})
#: Characters of an id of the platform; shorter text may stand inside other text by chance.
ID_CHARACTERS = 25


def is_telling(column: Column) -> bool:
    """Whether its values may tell of somebody or something, and are not emptied by any redaction."""
    is_text = column.type == STRING or (isinstance(column.type, ListOf) and column.type.item == STRING)
    return is_text and column.carries not in (declaration.NOTHING_PERSONAL, declaration.FREE_FORM)


BY_NAME: dict[str, list[Column]] = defaultdict(list)
for _table in TABLES.values():
    for _column in _table.columns:
        if is_telling(_column):
            BY_NAME[_column.name].append(_column)


def texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts_of(item)


Texts = dict[tuple[int, str], set[str]]


def texts_in(tables: Tables) -> Texts:
    """The texts of every line and column that may tell something."""
    found: Texts = defaultdict(set)
    for name, table in TABLES.items():
        for column in table.columns:
            if column.carries and column.carries != declaration.NOTHING_PERSONAL:
                for row in tables[name]:
                    found[row["line"], column.name] |= {text for text in texts_of(row[column.name]) if text}
    return found


@cache
def examples() -> bytes:
    files = [ROOT / "examples" / "export.ndjson", *sorted((ROOT / "tests" / "golden").glob("*.ndjson"))]
    return b"".join(one.read_bytes().rstrip(b"\n") + b"\n" for one in files)


@cache
def plain_texts() -> Texts:
    return texts_in(converted_lines(examples())[0])


def assert_nowhere_plain(name: str, plain: Texts, redacted: Texts) -> None:
    for (line, column), texts in redacted.items():
        if frozenset({name, column}) in COINCIDENCES or column in NOT_SEARCHED:
            continue
        hidden = plain.get((line, name), set())
        assert not hidden & texts, f"{name} is redacted, and {column} still says it"
        ids = {one for one in hidden if len(one) == ID_CHARACTERS}
        assert not [one for one in ids for text in texts if one in text], f"{column} still holds {name}"


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_what_is_hashed_in_one_column_of_an_example_stands_plain_in_no_other(name: str) -> None:
    redacted, _ = converted_lines(examples(), redact={name: "hash"}, redact_key=KEY)
    assert_nowhere_plain(name, plain_texts(), texts_in(redacted))


OMITTED = sorted(name for name, of in BY_NAME.items() if of[0].identity and all(one.null for one in of))


@pytest.mark.parametrize("name", OMITTED)
def test_what_is_omitted_in_one_column_of_an_example_stands_plain_in_no_other(name: str) -> None:
    redacted, _ = converted_lines(examples(), redact={name: "omit"})
    assert_nowhere_plain(name, plain_texts(), texts_in(redacted))


@settings(max_examples=100)
@given(rows(), st.sampled_from(sorted(name for name, of in BY_NAME.items() if of[0].carries == "ids")))
def test_an_id_that_is_hashed_in_one_column_stands_plain_in_no_other(row: dict[str, Any], name: str) -> None:
    plain = {text for text in texts_in(converted(row))[1, name] if len(text) == ID_CHARACTERS}
    redacted = texts_in(converted(row, redact={name: "hash"}, redact_key=KEY))
    for (_, column), texts in redacted.items():
        assert not [one for one in plain for text in texts if one in text], column


@pytest.mark.parametrize("how", ["omit", "hash"])
@pytest.mark.parametrize("name", ["answer_feature_id", "feature_id"])
def test_spans_and_key_frames_name_an_answer_as_its_question_does(name: str, how: str) -> None:
    option = {"feature_id": "the-option", "name": "bird", "classifications": []}
    asked = {"feature_id": "the-question", "name": "visible", "radio_answer": option}
    about = {"segments": {"the-option": [[1, 9]]}, "key_frame_feature_map": {"the-option": [1]}}
    frames = {"1": {"objects": {}, "classifications": [asked]}}
    label = {"id": "l", "annotations": {"frames": frames, "classifications": [], **about}}
    row = {"data_row": {"id": "d"}, "projects": {"p": {"labels": [label]}}}
    if (name, how) == ("feature_id", "omit"):
        return  # refused: segments.feature_id is never null
    tables = converted(row, redact={name: how}, redact_key=KEY)
    assert "the-option" not in repr(tables)
    assert "the-question" not in repr(tables)
    (span,), (listed,), (answer,) = (tables[one] for one in ("segments", "key_frames", "classifications"))
    assert span["feature_id"] == listed["feature_id"]
    assert answer["answer_feature_id"] == (None if how == "omit" else span["feature_id"])


@pytest.mark.parametrize("workers", [1, 2])
def test_ids_that_cannot_be_omitted_are_hashed_alike_in_one_run_without_a_key(
    workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("EXPORTKIT_REDACT_KEY", raising=False)
    (tmp_path / "export.ndjson").write_bytes(examples())
    redact = {"selected_label_id": "omit"}
    exportkit.to_parquet(tmp_path / "export.ndjson", tmp_path / "lake", redact=redact, workers=workers)
    opened = exportkit.lake(tmp_path / "lake")
    labels = opened.table("labels").to_pylist()
    assert not {row["label_id"] for row in labels} & {
        text for (_, column), texts in plain_texts().items() if column == "label_id" for text in texts
    }
    of_objects = {row["label_id"] for row in opened.table("objects").to_pylist()}
    assert of_objects <= {row["label_id"] for row in labels}
