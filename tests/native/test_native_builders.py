"""Builder columns: what comes out are the values that went in, whatever the form they came in."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit.native.builders import NumberBuilder, TextBuilder, WordBuilder
from exportkit.rows.features import Metric

some_texts = st.lists(
    st.none() | st.text(max_size=30) | st.text("abc", min_size=25, max_size=25), max_size=20
)
#: What is added to a column of strings, in which form.
additions = st.lists(
    st.tuples(st.sampled_from(["list", "structs", "codes", "nulls"]), some_texts), max_size=6
)
NUMPY = {"d": np.float64, "q": np.int64, "i": np.int32, "?": np.bool_}
NUMBERS: dict[str, st.SearchStrategy[Any]] = {
    "d": st.floats(allow_nan=False) | st.integers(-(2**53), 2**53),
    "q": st.integers(-(2**63), 2**63 - 1),
    "i": st.integers(-(2**31), 2**31 - 1),
    "?": st.booleans(),
}


def given_texts(column: Any, added: list[tuple[str, list[str | None]]]) -> list[str | None]:
    """Add strings to a column and return those that it should then hold."""
    wanted: list[str | None] = []
    for form, texts in added:
        if form == "list":
            column.add(texts, None)
        elif form == "structs":
            column.add([None if one is None else Metric(one, 0.0) for one in texts], "name")
        elif form == "codes":
            words = [*dict.fromkeys(texts), "not used"]
            codes = [words.index(one) if one is not None or at % 2 else -1 for at, one in enumerate(texts)]
            column.add_coded(np.array(codes, dtype=np.int64), words)
        else:
            column.add_nulls(len(texts))
        wanted += [None] * len(texts) if form == "nulls" else texts
        assert column.rows == len(wanted)
    return wanted


def taken_texts(column: TextBuilder) -> list[str | None]:
    """Return what a column of strings holds, and empty it."""
    rows, flags = column.rows, column.take_validity()
    data, ends = column.take()
    cuts = np.frombuffer(ends, np.int32).tolist()
    assert len(cuts) == rows + 1
    assert cuts[-1] == len(data)
    held = [True] * rows if flags is None else np.frombuffer(flags, np.bool_).tolist()
    values = [data[start:stop].decode() for start, stop in pairwise(cuts)]
    return [value if one else None for value, one in zip(values, held, strict=True)]


@given(additions, additions)
def test_strings_come_out_as_they_went_in(first: Any, second: Any) -> None:
    column = TextBuilder()
    for added in (first, second):  # it begins anew after it was emptied
        wanted = given_texts(column, added)
        assert column.nulls == wanted.count(None)
        assert taken_texts(column) == wanted
        assert (column.rows, column.nulls, column.nbytes) == (0, 0, 0)


@given(additions, additions)
def test_words_come_out_as_they_went_in(first: Any, second: Any) -> None:
    column = WordBuilder()
    for added in (first, second):
        wanted = given_texts(column, added)
        words, codes = column.take()
        assert len(set(words)) == len(words)
        assert [None if code < 0 else words[code] for code in np.frombuffer(codes, np.int32)] == wanted
        assert column.rows == 0


def test_a_word_for_many_rows_is_one_word() -> None:
    column = WordBuilder()
    column.add_same("project", 3)
    column.add_same(None, 2)
    column.add(["project"], None)
    words, codes = column.take()
    assert (words, np.frombuffer(codes, np.int32).tolist()) == (["project"], [0, 0, 0, -1, -1, 0])


@given(st.lists(st.none() | st.binary(max_size=20), max_size=20))
def test_bytes_are_kept_as_they_are(values: list[bytes | None]) -> None:
    column = TextBuilder()
    column.add(values, None)
    data, ends = column.take()
    cuts = np.frombuffer(ends, np.int32).tolist()
    assert [bytes(data[start:stop]) for start, stop in pairwise(cuts)] == [one or b"" for one in values]


@pytest.mark.parametrize("form", NUMBERS)
@given(chance=st.data())
def test_numbers_come_out_bit_for_bit(form: str, chance: st.DataObject) -> None:
    column = NumberBuilder(form)
    wanted: list[Any] = []
    for way in chance.draw(st.lists(st.sampled_from(["list", "structs", "raw", "nulls"]), max_size=5)):
        numbers = chance.draw(st.lists(NUMBERS[form], max_size=10))
        if way == "list":
            numbers = [None if chance.draw(st.booleans()) else one for one in numbers]
            column.add(numbers, None)
        elif way == "structs":
            column.add([Metric("m", one) for one in numbers], "value")
        elif way == "raw":
            valid = np.array([chance.draw(st.booleans()) for _ in numbers], dtype=np.uint8)
            raw = np.array(numbers, dtype=NUMPY[form]).view(np.uint8)
            column.add_raw(raw, None if valid.all() else valid)
            numbers = [one if kept else None for one, kept in zip(numbers, valid.tolist(), strict=True)]
        else:
            numbers = [None] * len(numbers)
            column.add_nulls(len(numbers))
        wanted += numbers
    assert (column.rows, column.nulls) == (len(wanted), wanted.count(None))
    flags, found = column.take_validity(), np.frombuffer(column.take(), NUMPY[form]).tolist()
    held = [True] * len(wanted) if flags is None else np.frombuffer(flags, np.bool_).tolist()
    assert [one if kept else None for one, kept in zip(found, held, strict=True)] == wanted
    signs = [(math.copysign(1, one), math.copysign(1, two)) for one, two in zip(found, wanted, strict=True)
             if two is not None]  # fmt: skip
    assert all(one == two for one, two in signs)


@pytest.mark.parametrize(("form", "number"), [("q", 2**63), ("q", -(2**63) - 1), ("i", 2**31), ("?", 2**64)])
def test_a_number_that_a_column_cannot_hold_is_refused(form: str, number: int) -> None:
    with pytest.raises(OverflowError):
        NumberBuilder(form).add([number], None)


@pytest.mark.parametrize("make", [TextBuilder, WordBuilder])
def test_a_code_beyond_the_values_is_refused(make: Callable[[], Any]) -> None:
    with pytest.raises(IndexError, match="code 2 of 2 values"):
        make().add_coded(np.array([0, 2]), ["a", "b"])


@pytest.mark.parametrize("column", [TextBuilder(), NumberBuilder("d"), NumberBuilder("q")])
def test_a_value_of_another_type_is_refused(column: Any) -> None:
    with pytest.raises(TypeError):
        column.add([object()], None)


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        TextBuilder().add(["\ud800"], None)


def test_flags_and_numbers_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="1 flags for 2 numbers"):
        NumberBuilder("q").add_raw(np.array([1, 2]).view(np.uint8), np.array([1], dtype=np.uint8))


def test_nothing_is_kept_of_the_structs() -> None:
    text, number = "a text of its own " * 2, 12345.678
    structs: list[Any] = [Metric(text, number), None, Metric(text, number)]
    before = [sys.getrefcount(one) for one in (text, number, structs[0])]
    texts, words, numbers = TextBuilder(), WordBuilder(), NumberBuilder("d")
    for _ in range(100):
        texts.add(structs, "name")
        words.add(structs, "name")
        numbers.add(structs, "value")
        texts.take_validity()
        texts.take()
        words.take()
    assert [sys.getrefcount(one) for one in (text, number, structs[0])] == before
