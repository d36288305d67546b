"""Members of one long line: what is handed on, and what is too large to be handed on whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit.errors import SplitError
from exportkit.place import Members
from exportkit.split import TooHeavyError, cut_members
from exportkit.split.array_scan import MarkCount
from split.cutting import pieces_of


def never(_path: object, _is_object: object) -> bool:
    return False


@given(st.data(), st.lists(st.integers(0, 10**9), min_size=1, max_size=8), st.integers(1, 20))
def test_members_that_may_not_be_entered_come_whole_however_the_line_is_cut(
    data: st.DataObject, numbers: list[int], chunk_bytes: int
) -> None:
    members = [b'"k%d":[%d]' % (at, number) for at, number in enumerate(numbers)]
    blocks = data.draw(pieces_of(b"{" + b",".join(members) + b"}"))
    chunks = list(cut_members(blocks, never, chunk_bytes=chunk_bytes))
    assert b",".join(chunk.data for chunk in chunks).split(b",") == members
    assert [chunk.first for chunk in chunks] == [
        sum(chunk.data.count(b":") for chunk in chunks[:at]) for at in range(len(chunks))
    ]


@given(st.data(), st.integers(200, 400))
def test_a_value_that_is_clearly_longer_than_what_is_held_is_refused(
    data: st.DataObject, length: int
) -> None:
    line = b'{"a":1,"b":"' + b"x" * length + b'","c":2}'
    blocks = [line[at : at + 10] for at in range(0, len(line), 10)]
    chunk_bytes = data.draw(st.integers(1, 20))
    assert list(cut_members(blocks, never, chunk_bytes=chunk_bytes, max_member_bytes=length + 40))
    with pytest.raises(SplitError) as raised:
        list(cut_members(blocks, never, chunk_bytes=chunk_bytes, max_member_bytes=length - 40))
    assert raised.value.problem == f"a value of the line is longer than {(length - 40) / 2**20:g} MiB"


def test_a_value_with_more_objects_and_arrays_than_are_held_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    blocks = [b'{"a":[', *[b"{},[],"] * 20, b"0]}"]
    assert len(list(cut_members(blocks, never, chunk_bytes=1))) == 1
    monkeypatch.setattr("exportkit.split.members.MAX_MEMBER_OPENINGS", 30)
    with pytest.raises(SplitError) as raised:
        list(cut_members(blocks, never, chunk_bytes=1))
    assert raised.value.problem == "a value of the line holds more than 30 objects and arrays"


def test_many_values_that_are_each_short_are_as_many_as_they_like() -> None:
    line = b'{"a":' + b",".join(b'"k%d":[{}]' % at for at in range(1_000)).replace(b'"k0":', b"", 1) + b"}"
    blocks = [line[at : at + 50] for at in range(0, len(line), 50)]
    chunks = list(cut_members(blocks, never, chunk_bytes=100, max_member_bytes=300))
    assert b",".join(chunk.data for chunk in chunks) == line[1:-1]


@given(st.integers(1, 60), st.integers(1, 9))
def test_a_member_is_entered_wherever_the_line_is_cut(chunk_bytes: int, block_bytes: int) -> None:
    """Also in the middle of its key, and before its bracket."""
    line = b'{ "a" : 1, "the \\"key\\"" : [ {"x": 1}, {"y": [2, 3]} , {}] ,"b":2 }'
    blocks = [line[at : at + block_bytes] for at in range(0, len(line), block_bytes)]
    outline = Members()
    chunks = list(cut_members(blocks, lambda *_: True, chunk_bytes=chunk_bytes, line=outline))
    for chunk in chunks:
        assert line[chunk.run.start : chunk.run.end] == chunk.data
        assert line[chunk.within.start - 1 : chunk.within.start] in (b"{", b"[")
        assert line[chunk.within.end : chunk.within.end + 1] in (b"}", b"]")
    if chunk_bytes <= 20:  # then the key, or what is before it, is longer than a chunk
        assert 'the "key"' in {step for chunk in chunks for step in chunk.path}


@given(st.integers(20, 60), st.integers(1, 100), st.integers(1, 90))
def test_what_is_too_large_to_be_held_does_not_depend_on_how_the_line_is_cut(
    length: int, chunk_bytes: int, block_bytes: int
) -> None:
    members = [b'"a":1', b' "big" : "' + b"x" * (length - 10) + b'" ', b'"in":[1,22,333,{"a":[]}]', b'"c":2']
    line = b"{" + b",".join(members) + b"}"
    blocks = [line[at : at + block_bytes] for at in range(0, len(line), block_bytes)]
    enter = lambda path, _: path == ("in",)  # noqa: E731 - said once
    for most in range(20, 64):
        try:
            list(cut_members(blocks, enter, chunk_bytes=chunk_bytes, max_member_bytes=most))
        except SplitError:
            assert most < length
        else:
            assert most >= length


@given(st.sampled_from([b"[1,2,3]", b'",,{{[["', b'[{},{"a":[]}]', b"5"]), st.integers(1, 12))
def test_a_value_that_weighs_too_much_ends_the_cut_whatever_it_is_cut_into(
    value: bytes, block_bytes: int
) -> None:
    """Commas and brackets weigh, those in texts do not; what is refused is refused first."""
    value = b"[" + b",".join([value] * 9) + b"]"
    marks = MarkCount()
    marks.add(value)
    size = len(b'"big":' + value)
    weight = size + 15 * marks.commas + 80 * marks.openings
    line = b'{"a":1,"big":' + value + b',"c":2}'
    blocks = [line[at : at + block_bytes] for at in range(0, len(line), block_bytes)]
    assert list(cut_members(blocks, never, chunk_bytes=1, max_weight=weight))
    with pytest.raises(TooHeavyError) as raised:
        list(cut_members(blocks, never, chunk_bytes=1, max_weight=weight - 1))
    assert raised.value.size == size
    with pytest.raises(SplitError):
        list(cut_members(blocks, never, chunk_bytes=1, max_weight=weight - 1, max_member_bytes=size - 1))
