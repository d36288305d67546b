"""Profile: structs cut to what was seen of an export change no row, whatever comes later."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from random import Random
from typing import Any
from unittest.mock import patch

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from decode.reading import SOURCE, block_of
from exportkit.decode import LineDecoder, profile
from exportkit.decode.profile import Profile
from exportkit.pipeline import batches, make_options
from exportkit.rows import Row
from exportkit.rows.specialised import Shape
from exportkit.split import places
from exportkit.tables import TABLES
from oracle import Tables, rows_of_batches
from strategies import line_of, mutated_rows, rows


@contextmanager
def eager(**limits: int) -> Iterator[None]:
    """Let every export be worth studying."""
    with ExitStack() as stack:
        for name, limit in {"WORTHWHILE_BYTES": 0, "BYTES_PER_MISS": 0, **limits}.items():
            stack.enter_context(patch.object(profile, name, limit))
        yield


def tables_of(lines: list[bytes], names: set[str]) -> Tables:
    options = replace(make_options(export_id="e", tables=names), block_bytes=2048)
    return rows_of_batches(batches(io.BytesIO(b"\n".join(lines)), options))


@given(
    st.lists(rows() | mutated_rows(), min_size=1, max_size=4),
    st.integers(0),
    st.just(set(TABLES)) | st.sets(st.sampled_from([*TABLES]), min_size=1),
)
def test_what_was_seen_before_changes_no_table(
    some: list[dict[str, Any]], seed: int, names: set[str]
) -> None:
    lines = [line_of(row) for row in some] * 3
    Random(seed).shuffle(lines)
    wanted = tables_of(lines, names)
    with eager(MOST_LOOKED_AT=3):
        assert tables_of(lines, names) == wanted


def line(number: int, *, name: str = "car", more: str = "") -> bytes:
    label = {"id": f"l{number}", "annotations": {"objects": [{"feature_id": f"f{number}", "name": name}]}}
    row = {"data_row": {"id": f"d{number}"}, "projects": {"p": {"name": "n", "labels": [label]}}}
    return json.dumps(row).encode()[:-1] + more.encode() + b"}"


def decoded(decoder: LineDecoder, *lines: bytes) -> list[Row]:
    block = block_of(b"\n".join(lines))
    found, rejects = decoder.decode(block, places(block), SOURCE)
    assert rejects == []
    return found.rows


def objects_of(row: Row) -> list[Any]:
    (project,) = (row.projects or {}).values()
    (label,) = project.labels or []
    assert label.annotations is not None
    return label.annotations.objects or []


def test_rows_that_keep_to_what_was_seen_are_decoded_into_small_structs_with_shared_words() -> None:
    decoder = LineDecoder()
    with eager():
        (first,) = decoded(decoder, line(1))
        decoded(decoder, line(2))
        third, fourth = decoded(decoder, line(3), line(4))
    assert type(objects_of(first)[0]).__struct_fields__ != ("feature_id", "name")
    assert type(objects_of(third)[0]).__struct_fields__ == ("feature_id", "name")
    assert objects_of(third)[0].polygon is None
    assert objects_of(third)[0].name is objects_of(fourth)[0].name


def test_a_field_or_a_word_that_was_never_seen_is_decoded_all_the_same() -> None:
    decoder = LineDecoder()
    with eager():
        decoded(decoder, line(1))
        decoded(decoder, line(2))
        (new_word,) = decoded(decoder, line(3, name="tram"))
        (new_field,) = decoded(decoder, line(4, more=',"media_attributes":{"width":7}'))
        (new_unknown,) = decoded(decoder, line(5, more=',"x_new":1'))
        (again,) = decoded(decoder, line(6, name="tram", more=',"x_new":2,"media_attributes":{"width":8}'))
    assert objects_of(new_word)[0].name == "tram"
    assert new_field.media_attributes is not None
    assert new_field.media_attributes.width == 7
    assert new_unknown.extra_ == {"x_new": 1}
    assert (again.extra_, again.media_attributes and again.media_attributes.width) == ({"x_new": 2}, 8)


def test_a_field_that_is_always_null_keeps_no_block_from_the_small_structs() -> None:
    nulls = ',"attachments":null,"metadata_fields":null'
    lines = [
        line(number, more=nulls).replace(b'"name": "car"', b'"name": "car", "mask": null')
        for number in range(9)
    ]
    decoder = LineDecoder()
    with eager():
        decoded(decoder, lines[0])
        decoded(decoder, lines[1])
        rows = [decoded(decoder, one)[0] for one in lines[2:]]
    assert {type(objects_of(row)[0]).__struct_fields__ for row in rows} == {("feature_id", "name", "mask")}
    assert {row.attachments for row in rows} == {None}


def test_small_exports_are_not_studied() -> None:
    decoder = LineDecoder()
    for number in range(20):
        (row,) = decoded(decoder, line(number))
        assert type(row) is Row


def rows_with(name: str) -> list[Row]:
    return [msgspec.json.decode(line(1, name=name), type=Row)]


def test_words_are_given_up_where_they_are_always_new_and_then_everything() -> None:
    kinds = []
    with eager(BYTES_PER_MISS=1000):
        found = Profile(Shape())
        for number in range(60):
            for _ in range(2):  # seen twice, since a decoder is made when nothing was new
                found.study(rows_with(f"word {number}"), 10)
            kinds.append("none" if found.decoder is None else _takes_any_word(found))
            if found.decoder is not None:
                found.miss()
    order = [kind for at, kind in enumerate(kinds) if at == 0 or kind != kinds[at - 1]]
    assert order == ["these words", "any word", "none"]


def _takes_any_word(found: Profile) -> str:
    assert found.decoder is not None
    try:
        found.decoder.decode(line(1, name="never heard of"))
    except msgspec.ValidationError:
        return "these words"
    return "any word"


def test_blocks_that_are_decoded_pay_for_those_that_are_not() -> None:
    with eager(BYTES_PER_MISS=1000):
        found = Profile(Shape())
        for number in range(200):
            for _ in range(2):
                found.study(rows_with(f"word {number % 7}"), 10)
            assert found.decoder is not None
            found.hit(1000)
            found.miss()


def test_a_type_with_too_many_words_takes_any() -> None:
    found = Profile(Shape())
    with eager(MAX_WORDS=3):
        for number in range(5):
            found.study(rows_with(f"word {number}"), 10)
        found.study(rows_with("word 1"), 10)
        assert _takes_any_word(found) == "any word"


@pytest.mark.parametrize("studies", [True, False])
def test_rows_whose_fields_are_to_be_set_are_never_cut(studies: bool) -> None:  # noqa: FBT001 - a parameter
    decoder = LineDecoder(studies=studies)
    with eager():
        row = [decoded(decoder, line(number))[0] for number in range(5)][-1]
    assert (type(row) is Row) == (not studies)
