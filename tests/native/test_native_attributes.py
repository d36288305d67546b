"""One attribute of many structs: what asking each of them for it gives, in whatever form."""

from __future__ import annotations

import sys
from itertools import chain
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit.native.attributes import Structs, all_differ, children, codes, present, values
from exportkit.rows.features import Box, Metric, Point
from exportkit.rows.specialised import Shape, make_decoder


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
some_whole = st.none() | st.integers(-(2**63), 2**63 - 1) | st.booleans()


def structs_of(cells: Any) -> st.SearchStrategy[list[Any]]:
    """Return lists of structs of one class or of both, with gaps."""
    wide = st.builds(lambda one: Wide(before="x", text=one, number=one), cells)
    narrow = st.builds(lambda one: Narrow(text=one, number=one), cells)
    loose = st.builds(Loose, cells)
    mixtures: list[list[Any]] = [
        [wide], [wide, st.none()], [narrow], [wide, narrow, st.none()], [loose], [loose, wide],
    ]  # fmt: skip
    return st.sampled_from(mixtures).flatmap(lambda kinds: st.lists(st.one_of(kinds), max_size=30))


def asked(structs: list[Any], name: str | None) -> list[Any]:
    """Return what Python says of an attribute."""
    return structs if name is None else [getattr(one, name, None) for one in structs]


@pytest.mark.parametrize("name", [*NAMES, None])
@given(structs=structs_of(some_texts | some_whole), wrapped=st.booleans())
def test_values_are_what_python_says(name: str | None, structs: list[Any], *, wrapped: bool) -> None:
    wanted = asked(structs, name)
    given_structs = Structs(structs) if wrapped else structs
    assert len(given_structs) == len(structs)
    found = values(given_structs, name)
    assert found == (wanted if any(one is not None for one in wanted) else None)
    assert np.frombuffer(present(structs, name), np.bool_).tolist() == [one is not None for one in wanted]


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


@given(structs=structs_of(st.none() | st.lists(st.integers(), max_size=4) | st.just([])))
def test_runs_are_what_the_lists_hold_one_after_another(structs: list[Any]) -> None:
    held = [one or [] for one in asked(structs, "text")]
    found = children(structs, "text")
    if not any(held):
        assert found is None
        return
    assert found is not None
    at, counts, items, keys = found
    assert np.frombuffer(at, np.int64).tolist() == [place for place, one in enumerate(held) if one]
    assert np.frombuffer(counts, np.int64).tolist() == [len(one) for one in held if one]
    assert items == list(chain.from_iterable(held))
    assert keys == []


@given(structs=structs_of(st.none() | st.dictionaries(st.text(max_size=3), st.integers(), max_size=4)))
def test_runs_of_dictionaries_have_keys(structs: list[Any]) -> None:
    held = [one or {} for one in asked(structs, "text")]
    found = children(structs, "text")
    if found is not None:
        assert found[2] == [item for one in held for item in one.values()]
        assert found[3] == [key for one in held for key in one]
    assert (found is None) == (not any(held))


def test_what_becomes_of_the_list_changes_nothing_in_structs_made_of_it() -> None:
    some: list[Any] = [Wide(text="a"), Wide(text="b")]
    structs = Structs(some)
    some[0] = Narrow(text="x")
    some.clear()
    assert values(structs, "text") == ["a", "b"]
    assert [one.text for one in structs.items] == ["a", "b"]


@pytest.mark.parametrize("stray", [(1, 2), "ab", None, {}, 7])
def test_anything_but_a_list_of_structs_is_refused(stray: Any) -> None:
    with pytest.raises(TypeError):
        values(stray, "text")
    with pytest.raises(TypeError):
        values(stray, None)


def test_members_that_are_no_references_are_read_by_python() -> None:
    assert values([1j, 2 + 3j], "real") == [0.0, 2.0]
    assert values([slice(1, 2), None], "start") == [1, None]


def test_runs_of_anything_else_are_refused() -> None:
    with pytest.raises(TypeError):
        children([Wide(text="abc")], "text")


@given(structs=structs_of(st.none() | st.text("ab", max_size=4) | st.text("cd", min_size=9, max_size=9)))
def test_all_differ_as_in_a_set(structs: list[Any]) -> None:
    names = asked(structs, "text")
    assert all_differ(structs, "text") == (None not in names and len(set(names)) == len(names))


@pytest.mark.parametrize("count", [8, 1000, 5000])
def test_many_ids_differ_until_one_comes_again(count: int) -> None:
    ids = [f"cm7syg5jr00{number:014d}" for number in range(count)]
    assert all_differ(ids, None)
    assert not all_differ([*ids, "".join(ids[count // 2])], None)


def test_a_number_among_strings_is_refused() -> None:
    with pytest.raises(TypeError):
        all_differ(["a", 1], None)


def test_the_fields_of_a_twin_with_learned_fields_are_found_where_they_lie() -> None:
    decoder = make_decoder(Shape(learned={"Point": {"snap", "z"}}))
    line = (
        b'{"data_row":{"id":"d"},"projects":{"p":{"labels":[{"annotations":{"objects":[{"polygon":'
        b'[{"x":1,"y":2,"z":3},{"snap":true,"x":-0.0,"y":0.5}]}]}}]}}}'
    )
    row: Any = decoder.decode(line)
    points = row.projects["p"].labels[0].annotations.objects[0].polygon
    assert values(points, "y") == [2.0, 0.5]
    assert values([*points, Point(7.0, 8.0), None], "y") == [2.0, 0.5, 8.0, None]


def test_nothing_is_kept_and_nothing_freed_too_early() -> None:
    """Counts of references stay what they were, however often an attribute is read."""
    text, number = "a text of its own " * 2, 12345.678
    structs: list[Any] = [Metric(text, number), None, Metric(text, number), Box(1.0, 2.0, 3.0, number)]
    few = structs[:3]
    lists = [Wide(text=[text, number]), Wide(text={text: number})]
    before = [sys.getrefcount(one) for one in (text, number, few[0], None)]
    for _ in range(1000):
        for some in (few, structs):
            found: list[Any] = [values(some, "name"), present(some, "value"), children(lists, "text")]
            found += [codes(some, "name", {None: -1}), all_differ(some, "name")]
            del found
    after = [sys.getrefcount(one) for one in (text, number, few[0], None)]
    assert after[:3] == before[:3]
    assert abs(after[3] - before[3]) < 100
