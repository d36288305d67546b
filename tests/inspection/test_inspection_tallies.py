"""Tallies are exact for a bounded number of keys, and do not mind how batches are cut."""

from __future__ import annotations

import io
import itertools
from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit.inspection import inspect_export
from exportkit.inspection.grouping import made
from exportkit.inspection.tallies import Counted, GroupCounter, Tally, grouped
from strategies import line_of

PAIRS = st.lists(st.tuples(st.sampled_from(["car", "bus", "", None]), st.none() | st.booleans()), max_size=30)


def batch_of(pairs: list[tuple[str | None, bool | None]]) -> pa.RecordBatch:
    names, flags = [name for name, _ in pairs], [flag for _, flag in pairs]
    return pa.record_batch(
        [pa.array(names, pa.string()), pa.array(flags, pa.bool_())], names=["name", "flag"]
    )


def cut(batch: pa.RecordBatch, places: list[int]) -> list[pa.RecordBatch]:
    edges = [0, *sorted(place % (batch.num_rows + 1) for place in places), batch.num_rows]
    return [batch.slice(start, end - start) for start, end in itertools.pairwise(edges)]


@given(PAIRS)
def test_grouping_counts_as_a_counter_does(pairs: list[tuple[str | None, bool | None]]) -> None:
    batch = batch_of(pairs)
    groups = grouped([batch.column("name"), batch.column("flag")])
    assert dict(groups) == Counter(pairs)
    assert [count for _, count in groups] == sorted((count for _, count in groups), reverse=True)


@given(PAIRS, st.lists(st.integers(0, 100), max_size=4), st.integers(1, 12))
def test_a_tally_holds_so_many_keys_exactly_and_sums_the_rest(
    pairs: list[tuple[str | None, bool | None]], places: list[int], max_keys: int
) -> None:
    tally = Tally(Counted("objects", ("name", "flag")), max_keys)
    for batch in cut(batch_of(pairs), places):
        tally.add(batch)
    expected = Counter(pairs)
    assert len(tally.counts) == min(len(expected), max_keys)
    assert all(expected[key] == count for key, count in tally.counts.items())
    assert sum(tally.counts.values()) + tally.beyond == len(pairs)


@given(PAIRS, st.lists(st.integers(0, 100), max_size=4))
def test_runs_do_not_depend_on_how_batches_are_cut(
    pairs: list[tuple[str | None, bool | None]], places: list[int]
) -> None:
    counter = GroupCounter(("name", "flag"))
    for batch in cut(batch_of(pairs), places):
        counter.add(batch)
    assert counter.groups == sum(1 for _ in itertools.groupby(pairs))


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=3), max_size=10))
def test_a_key_of_lists_counts_their_items(lists: list[list[str]]) -> None:
    tally = Tally(Counted("labels", ("sections",)))
    tally.add(pa.record_batch([pa.array(lists, pa.list_(pa.string()))], names=["sections"]))
    assert tally.counts == Counter((item,) for items in lists for item in items)


def test_a_name_is_cut_so_that_keys_stay_small() -> None:
    tally = Tally(Counted("objects", ("name",)))
    tally.add(pa.record_batch([pa.array(["x" * 10_000, "x" * 20_000])], names=["name"]))
    assert tally.counts == {("x" * 200,): 2}


def test_a_list_says_what_it_leaves_out() -> None:
    top = made({("b",): 1, ("a",): 1, ("c",): 5}, lambda name, count: (name, count), listed=2, beyond=7)
    assert (top.items, top.more, top.beyond, top.distinct) == ([("c", 5), ("a", 1)], 1, 7, 3)


@pytest.mark.parametrize("top", [0, 2, 100])
def test_the_lists_of_an_inspection_are_as_long_as_asked(top: int) -> None:
    labels = [
        {"annotations": {"objects": [{"feature_id": f"f{at}", "name": f"class {at}"}]}} for at in range(5)
    ]
    row = {"data_row": {"id": "a"}, "projects": {"p": {"name": "P", "labels": labels}}}
    classes = inspect_export(io.BytesIO(line_of(row)), top=top).classes
    assert (len(classes.items), classes.more) == (min(top, 5), max(5 - top, 0))


def test_a_negative_length_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^top must be 0 or more, not -1$"):
        inspect_export(io.BytesIO(b""), top=-1)
