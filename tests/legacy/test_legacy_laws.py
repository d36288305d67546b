"""Laws of the upgrade: nothing that V1 said is lost, and no label depends on its neighbours."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exportkit.legacy import begins_as_v1, looks_like_v1
from exportkit.legacy.first_look import V1_NAMES, V1_PAIR
from exportkit.legacy.naming import FEATURE
from exportkit.legacy.wkt import looks_like_wkt
from legacy.leaves import found_in, labels, leaf, missing, said
from legacy.upgrading import upgrade_rows
from legacy.v1_labels import labels as v1_labels
from legacy.v1_labels import plain_answers, points, words

SAMPLES = Path(__file__).parents[3] / "shared" / "samples"
FIXTURES = sorted((Path(__file__).parent / "golden").glob("*.v1.json"))
FILES = [*FIXTURES, *sorted(SAMPLES.glob("real/v1_*.json")), *sorted(SAMPLES.glob("handmade/v1*.json"))]

few_ids = st.sampled_from(["a", "b", "c"])


def upgraded(data: bytes) -> list[dict[str, Any]]:
    return list(upgrade_rows(io.BytesIO(data)))


def as_array(items: list[Any]) -> bytes:
    return json.dumps(items).encode()


def data_row_id(element: dict[str, Any]) -> str:
    """Return the id of the row that a label alone becomes."""
    return str(upgraded(as_array([element]))[0]["data_row"]["id"])


def elements_of(path: Path) -> list[dict[str, Any]]:
    document = json.loads(path.read_text("utf-8"))
    return document if isinstance(document, list) else [document]


@given(v1_labels())
def test_every_scalar_of_a_label_is_in_its_row(label: dict[str, Any]) -> None:
    (row,) = upgraded(as_array([label]))
    assert not missing(label, row)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_scalar_of_a_file_is_in_its_rows(path: Path) -> None:
    for element in elements_of(path):
        (row,) = upgraded(as_array([element]))
        assert not missing(element, row)


def is_wkt(value: Any) -> bool:
    return any(looks_like_wkt(one) for one in ([value] if isinstance(value, str) else value))


def answered(questions: list[dict[str, Any]]) -> dict[str, Any]:
    """Return plain questions as 2018 wrote them: words by name."""
    return {
        one["name"]: one["text_answer"]["content"]
        if "text_answer" in one
        else [option["name"] for option in one["checklist_answers"]]
        for one in questions
    }


a_ring = st.lists(points, min_size=3, max_size=4)
geometry = points | a_ring | st.lists(a_ring, min_size=1, max_size=2) | st.just("MULTIPOINT (1 2, 3 4)")
headers = {*FEATURE, "geometry", "classifications"}
answers = plain_answers.map(lambda one: {k: v for k, v in one.items() if k not in headers and not is_wkt(v)})


@given(st.dictionaries(words, st.lists(st.tuples(geometry, answers), min_size=1, max_size=3), max_size=3))
def test_words_beside_a_geometry_answer_about_that_object(
    classes: dict[str, list[tuple[Any, dict[str, Any]]]],
) -> None:
    label = {name: [{"geometry": shape, **more} for shape, more in items] for name, items in classes.items()}
    element = {"ID": "l", "DataRow ID": "r", "Label": label}
    ((upgraded_label,),) = map(labels, upgraded(as_array([element])))
    expected = [
        (name, more)
        for name, items in classes.items()
        for shape, more in items
        for _ in range(2 if isinstance(shape, str) else 1)
    ]
    objects = upgraded_label["annotations"].get("objects", [])
    assert [(one["name"], answered(one.get("classifications", []))) for one in objects] == expected
    ids = [one["feature_id"] for one in objects if "classifications" in one]
    assert len(set(ids)) == len(ids)


@given(st.lists(v1_labels(few_ids), max_size=6))
def test_every_scalar_is_kept_when_labels_share_a_data_row(elements: list[dict[str, Any]]) -> None:
    rows = upgraded(as_array(elements))
    found = {item for row in rows for item in found_in(row)} | {leaf("")}
    assert {item for element in elements for item in said(element, found)} <= found


@given(st.lists(v1_labels(few_ids), max_size=6))
def test_a_data_row_is_one_row_and_rows_keep_the_order_of_first_appearance(
    elements: list[dict[str, Any]],
) -> None:
    rows = upgraded(as_array(elements))
    assert [row["data_row"]["id"] for row in rows] == list(dict.fromkeys(map(data_row_id, elements)))
    assert sum(len(labels(row)) for row in rows) == len(elements)


V1_KEY = re.compile(r'(?:DataRow ID|Labeled Data)\\?" ?:')


@given(st.lists(v1_labels(few_ids), max_size=4), st.data())
def test_rows_do_not_depend_on_how_the_file_is_written(
    elements: list[dict[str, Any]], data: st.DataObject
) -> None:
    expected = upgraded(as_array(elements))
    indent = data.draw(st.sampled_from([None, 0, 2]))
    texts = [json.dumps(element, indent=indent, ensure_ascii=False) for element in elements]
    separator = data.draw(st.sampled_from(["\n", "\r\n", " ", "\n\n"]))
    one_by_one = separator.join(texts).encode()
    mark = data.draw(st.sampled_from([b"", b"\xef\xbb\xbf", b"\n \t", b" " * 70_000]))
    assert upgraded(mark + one_by_one) == expected
    assert upgraded(mark + json.dumps(elements, indent=indent).encode() + b"\n") == expected
    if elements:
        arrays = "".join(json.dumps([element], indent=indent) for element in elements)
        strings = separator.join(map(json.dumps, texts))
        wrapped = [json.dumps({"data": held}, indent=indent) for held in (elements, texts)]
        for form in (arrays, json.dumps(texts), *wrapped, strings if "\n" in separator else arrays):
            assert upgraded(mark + form.encode()) == expected
            assert looks_like_v1(form.encode())
            # The first label may be longer than the head, which shows one of its keys.
            head = form[: form.find("}") - data.draw(st.integers(0, 9))]
            assert looks_like_v1(head.encode()) or not V1_KEY.search(head)


@given(st.lists(v1_labels(few_ids), max_size=5))
def test_rows_hold_the_same_labels_wherever_those_lie(elements: list[dict[str, Any]]) -> None:
    together = sorted(elements, key=data_row_id)
    assert labels_by_data_row(upgraded(as_array(elements))) == labels_by_data_row(
        upgraded(as_array(together))
    )


def labels_by_data_row(rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Return the labels of each data row and project, in order, as text."""
    return {
        f"{row['data_row']['id']} {project_id}": [json.dumps(label) for label in project["labels"]]
        for row in rows
        for project_id, project in row["projects"].items()
    }


@given(v1_labels())
def test_an_upgraded_row_has_no_null_that_upgrading_made(label: dict[str, Any]) -> None:
    (row,) = upgraded(as_array([label]))
    for part in (row, row["data_row"], *row["projects"].values(), *labels(row)):
        assert None not in part.values()


@given(st.lists(v1_labels(), min_size=1, max_size=3))
def test_a_file_of_labels_looks_like_v1_and_its_rows_do_not(elements: list[dict[str, Any]]) -> None:
    assert looks_like_v1(as_array(elements))
    assert looks_like_v1(b"\n".join(json.dumps(element).encode() for element in elements))
    for row in upgraded(as_array(elements)):
        assert not looks_like_v1(json.dumps(row).encode())


@given(v1_labels(), st.integers(0, 400))
def test_a_cut_head_is_never_an_error(label: dict[str, Any], cut: int) -> None:
    assert looks_like_v1(as_array([label])[:cut]) in (True, False)


def escaped(text: str, at: int) -> str:
    """Return JSON with one of its letters spelled by its number."""
    letters = [index for index, one in enumerate(text) if one.isalpha()]
    if not letters:
        return text
    index = letters[at % len(letters)]
    return f"{text[:index]}\\u{ord(text[index]):04x}{text[index + 1 :]}"


names = st.sampled_from(["data_row", *sorted(V1_PAIR)]) | st.sampled_from(sorted(V1_NAMES))
nested = st.just("x") | st.dictionaries(names, names, max_size=2) | st.lists(names, max_size=2)


@given(
    elements=st.lists(st.dictionaries(names, nested, min_size=1, max_size=2), min_size=1, max_size=2),
    as_lines=st.booleans(),
    letter=st.integers(0, 30),
    cut=st.none() | st.integers(0, 100),
)
@example(elements=[{"ID": "x", "Label": "x"}], as_lines=False, letter=0, cut=None)
def test_what_is_told_without_a_parser_is_told_as_with_one(
    *, elements: list[dict[str, Any]], as_lines: bool, letter: int, cut: int | None
) -> None:
    text = "\n".join(map(json.dumps, elements)) if as_lines else json.dumps(elements)
    for spelled in (text, escaped(text, letter)):
        head = spelled.encode()[:cut]
        assert looks_like_v1(head) is begins_as_v1(head)
