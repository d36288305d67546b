"""One attribute of many structs: the column is what asking each struct for it gives, in whatever form."""

from __future__ import annotations

import gc
import math
import sys
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit.attributes import codes, floats, integers, present, texts, values
from exportkit.rows.features import Box, Metric, Point
from exportkit.rows.twins import Shape, make_decoder


class Wide(msgspec.Struct, gc=False):
    """A class with every kind of field, some before the ones that are asked for."""

    before: Any = None
    text: Any = None
    number: Any = None
    other: Any = None
    constant = None

    @property
    def made(self) -> Any:
        return self.text


class Narrow(msgspec.Struct):
    """Another class, whose fields lie elsewhere, and that has not all of them."""

    number: Any = None
    text: Any = None


class Loose:
    """A class of Python, whose objects keep what they like."""

    other = None

    def __init__(self, one: Any) -> None:
        self.text = self.number = self.other = one


NAMES = ("text", "number", "constant", "made", "other", "unheard_of")
some_texts = st.none() | st.text(max_size=30) | st.text("abc", min_size=25, max_size=25)
some_floats = st.none() | st.floats(allow_nan=False) | st.integers(-(2**53), 2**53)
some_whole = st.none() | st.integers(-(2**63), 2**63 - 1) | st.booleans()


def structs_of(cells: Any) -> st.SearchStrategy[list[Any]]:
    """Return lists of structs of one class or of both, with gaps."""
    wide = st.builds(lambda one: Wide(before="x", text=one, number=one), cells)
    narrow = st.builds(lambda one: Narrow(text=one, number=one), cells)
    loose = st.builds(lambda one: Loose(one), cells)
    mixtures: list[list[Any]] = [
        [wide], [wide, st.none()], [narrow], [wide, narrow, st.none()], [loose], [loose, wide],
    ]  # fmt: skip
    return st.sampled_from(mixtures).flatmap(lambda kinds: st.lists(st.one_of(kinds), max_size=30))


def asked(structs: list[Any], name: str | None) -> list[Any]:
    """Return what Python says of an attribute."""
    return structs if name is None else [getattr(one, name, None) for one in structs]


def as_texts(found: tuple[bytes, bytes, bytes | None] | None, count: int) -> list[bytes | None]:
    if found is None:
        return [None] * count
    data, ends, valid = found
    cuts = np.frombuffer(ends, np.int32).tolist()
    pieces = [data[start:stop] for start, stop in pairwise(cuts)]
    assert len(pieces) == count
    assert len(data) == cuts[-1]
    held = [True] * count if valid is None else np.frombuffer(valid, np.bool_).tolist()
    return [piece if one else None for piece, one in zip(pieces, held, strict=True)]


def as_numbers(found: tuple[bytes, bytes | None] | None, count: int, dtype: Any) -> list[Any]:
    if found is None:
        return [None] * count
    numbers = np.frombuffer(found[0], dtype).tolist()
    held = [True] * count if found[1] is None else np.frombuffer(found[1], np.bool_).tolist()
    return [number if one else None for number, one in zip(numbers, held, strict=True)]


@pytest.mark.parametrize("name", [*NAMES, None])
@given(structs=structs_of(some_texts | some_whole))
def test_values_are_what_python_says(name: str | None, structs: list[Any]) -> None:
    wanted = asked(structs, name)
    found = values(structs, name)
    assert found == (wanted if any(one is not None for one in wanted) else None)
    assert np.frombuffer(present(structs, name), np.bool_).tolist() == [one is not None for one in wanted]


@pytest.mark.parametrize("name", NAMES)
@given(structs=structs_of(some_texts))
def test_texts_are_the_bytes_of_the_strings(name: str, structs: list[Any]) -> None:
    wanted = [None if one is None else one.encode() for one in asked(structs, name)]
    found = texts(structs, name)
    assert as_texts(found, len(structs)) == wanted
    assert (found is None) == (wanted.count(None) == len(wanted))
    assert found is None or (found[2] is None) == (None not in wanted)


@given(st.lists(st.none() | st.binary(max_size=20), max_size=20))
def test_texts_of_bytes_are_the_bytes(pieces: list[bytes | None]) -> None:
    assert as_texts(texts(pieces, None), len(pieces)) == pieces


@pytest.mark.parametrize("name", NAMES)
@given(structs=structs_of(some_texts), known=st.lists(st.text(max_size=2), unique=True, max_size=3))
def test_codes_lead_to_the_strings_and_old_words_keep_theirs(
    name: str, structs: list[Any], known: list[str]
) -> None:
    words: dict[str | None, int] = {None: -1}
    before = {word: words.setdefault(word, len(words) - 1) for word in known}
    found = codes(structs, name, words)
    by_code = {code: word for word, code in words.items()}
    numbers = [-1] * len(structs) if found is None else np.frombuffer(found, np.int32).tolist()
    assert [by_code[number] for number in numbers] == asked(structs, name)
    assert sorted(by_code) == list(range(-1, len(words) - 1))
    assert {word: words[word] for word in known} == before


@pytest.mark.parametrize("name", ["number", "constant", "unheard_of"])
@given(structs=structs_of(some_floats))
def test_floats_are_the_numbers_bit_for_bit(name: str, structs: list[Any]) -> None:
    wanted = asked(structs, name)
    found = as_numbers(floats(structs, name), len(structs), np.float64)
    assert found == wanted
    signs = [(math.copysign(1, one), math.copysign(1, two)) for one, two in zip(found, wanted, strict=True)
             if two is not None]  # fmt: skip
    assert all(one == two for one, two in signs)


@pytest.mark.parametrize("name", ["number", "constant", "unheard_of"])
@given(structs=structs_of(some_whole))
def test_integers_are_the_numbers(name: str, structs: list[Any]) -> None:
    assert as_numbers(integers(structs, name), len(structs), np.int64) == asked(structs, name)


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1])
def test_a_number_beyond_int64_is_refused(number: int) -> None:
    with pytest.raises(OverflowError):
        integers([number], None)


@pytest.mark.parametrize("make", [texts, floats, integers])
def test_a_value_of_another_type_is_refused(make: Any) -> None:
    with pytest.raises(TypeError):
        make([Wide(text=object(), number=object())], "number")


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(UnicodeEncodeError):
        texts(["\ud800"], None)


def test_the_fields_of_a_twin_with_learned_fields_are_found_where_they_lie() -> None:
    decoder = make_decoder(Shape(learned={"Point": {"snap", "z"}}))
    line = (
        b'{"data_row":{"id":"d"},"projects":{"p":{"labels":[{"annotations":{"objects":[{"polygon":'
        b'[{"x":1,"y":2,"z":3},{"snap":true,"x":-0.0,"y":0.5}]}]}}]}}}'
    )
    row: Any = decoder.decode(line)
    points = row.projects["p"].labels[0].annotations.objects[0].polygon
    assert as_numbers(floats(points, "x"), 2, np.float64) == [1.0, -0.0]
    assert as_numbers(floats(points, "y"), 2, np.float64) == [2.0, 0.5]
    # What is left of a point belongs to the object around it: a part has no extra of its own.
    assert as_numbers(floats([*points, Point(7.0, 8.0), None], "y"), 4, np.float64) == [2.0, 0.5, 8.0, None]


def test_nothing_is_kept_and_nothing_freed_too_early() -> None:
    """Counts of references stay what they were, however often columns are made."""
    text, number = "a text of its own " * 2, 12345.678
    structs: list[Any] = [Metric(text, number), None, Metric(text, number), Box(1.0, 2.0, 3.0, number)]
    few = structs[:3]
    gc.collect()
    before = [sys.getrefcount(one) for one in (text, number, few[0], None)]
    for _ in range(1000):
        for some in (few, structs):
            found = [values(some, "name"), texts(some, "name"), floats(some, "value"), present(some, "value")]
            found.append(codes(some, "name", {None: -1}))
            del found
    after = [sys.getrefcount(one) for one in (text, number, few[0], None)]
    assert after[:3] == before[:3]
    assert abs(after[3] - before[3]) < 100
