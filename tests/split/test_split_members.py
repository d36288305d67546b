"""Members of one long line: what is handed on, and what is too large to be handed on whole."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit.errors import SplitError
from exportkit.split import cut_members
from split.cutting import pieces_of


def never(_: object) -> bool:
    return False


@given(st.data(), st.lists(st.integers(0, 10**9), min_size=1, max_size=8), st.integers(1, 20))
def test_members_that_may_not_be_entered_come_whole_however_the_line_is_cut(
    data: st.DataObject, numbers: list[int], chunk_bytes: int
) -> None:
    members = [b'"k%d":[%d]' % (at, number) for at, number in enumerate(numbers)]
    blocks = data.draw(pieces_of(b"{" + b",".join(members) + b"}"))
    runs = list(cut_members(blocks, never, chunk_bytes=chunk_bytes))
    assert b",".join(run.data for run in runs).split(b",") == members
    assert [run.first for run in runs] == [
        sum(run.data.count(b":") for run in runs[:at]) for at in range(len(runs))
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
    runs = list(cut_members(blocks, never, chunk_bytes=100, max_member_bytes=300))
    assert b",".join(run.data for run in runs) == line[1:-1]
