"""What a buffer gives back are the rows it was given, wherever blocks and batches were cut."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from random import Random
from typing import Any
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batch.forms import INSTANTS, cells_of, value_of
from exportkit.batch import TableBuffer, arrow_schema
from exportkit.batch.column_builders import MAX_WORDS
from exportkit.errors import TableError
from exportkit.tables import TABLES
from exportkit.tables.cells import Cells, Coded, Lists, Same, TableBlock
from exportkit.tables.types import TIMESTAMP

Columns = dict[str, list[Any]]
#: Strings that are no instants to a microsecond of the years 1 to 9999.
ODD = ("yesterday", "", "2025-13-01T00:00:00Z", "2025-03-02T08:00:00.1234567Z", "0000-01-01T00:00:00Z",
       "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "2025-03-02T24:30:00Z")  # fmt: skip


def columns_of(chance: Random, table: str) -> Columns:
    """Return the values of every column of a table, the same number of each."""
    length = chance.randrange(12)
    return {
        column.name: [value_of(chance, column.type, null=column.null) for _ in range(length)]
        for column in TABLES[table].columns
    }


def blocks_of(chance: Random, table: str, columns: Columns) -> list[TableBlock]:
    """Return the rows of `columns` in blocks cut anywhere, each column of each block in any of its forms."""
    length = len(columns["export_id"])
    edges = sorted([0, length, *(chance.randint(0, length) for _ in range(chance.randrange(4)))])
    blocks = []
    for start, stop in pairwise(edges):
        cells = {
            name: cells_of(chance, TABLES[table].column(name).type, values[start:stop])
            for name, values in columns.items()
            if values[start:stop] != [None] * (stop - start) or chance.random() < 0.5
        }
        blocks.append(TableBlock(table, stop - start, made(cells)))
    return blocks


def made(cells: Mapping[str, Cells]) -> dict[str, Any]:
    return {name: lambda one=one: one for name, one in cells.items()}


@contextmanager
def small_limits(words: int) -> Iterator[None]:
    """Let few distinct strings be too many."""
    with patch("exportkit.batch.column_builders.MAX_WORDS", words):
        yield


def table_of(name: str, columns: Columns) -> pa.Table:
    arrays = {}
    for field in arrow_schema(name):
        values = columns[field.name]
        if TABLES[name].column(field.name).type == TIMESTAMP:
            values = [None if text is None else INSTANTS[text] for text in values]
        arrays[field.name] = pa.array(values, field.type)
    return pa.table(arrays, schema=arrow_schema(name))


@pytest.mark.parametrize("table", TABLES)
@given(seed=st.integers(0), words=st.sampled_from([1, 3, 1000]), encoded=st.booleans())
def test_rows_do_not_depend_on_blocks_batches_or_the_number_of_words(
    *, table: str, seed: int, words: int, encoded: bool
) -> None:
    chance = Random(seed)
    columns = columns_of(chance, table)
    buffer = TableBuffer(table, encoded=encoded)
    batches = []
    with small_limits(words):
        for block in blocks_of(chance, table, columns):
            buffer.add(block)
            if chance.random() < 0.3:
                batches.append(buffer.take())
        batches.append(buffer.take())
    assert (buffer.rows, buffer.bytes) == (0, 0)
    wanted = table_of(table, columns)
    for batch in batches:
        batch.validate(full=True)
        assert batch.schema.names == wanted.schema.names
        assert encoded or batch.schema.equals(wanted.schema, check_metadata=True)
    assert pa.Table.from_batches([batch.cast(wanted.schema) for batch in batches]).equals(wanted)


def test_a_column_with_more_strings_than_a_dictionary_holds_keeps_them_all() -> None:
    names = [f"name {number % (MAX_WORDS + 10)}" for number in range(3 * MAX_WORDS)]
    buffer = TableBuffer("attachments", ["name"], encoded=True)
    for start in range(0, len(names), 10_000):
        some = names[start : start + 10_000]
        buffer.add(TableBlock("attachments", len(some), made({"name": some})))
    assert buffer.take().column("name").to_pylist() == names


def test_a_column_that_nobody_asked_for_is_never_made() -> None:
    buffer = TableBuffer("attachments", ["name"])
    buffer.add(TableBlock("attachments", 1, {"name": lambda: ["a"], "value": lambda: 1 / 0}))  # type: ignore[dict-item,return-value]  # never called
    assert buffer.take().to_pydict() == {"name": ["a"]}


def test_rows_and_bytes_grow_with_what_is_held() -> None:
    buffer = TableBuffer("attachments", ["value"])
    buffer.add(TableBlock("attachments", 1000, {"value": lambda: Same("x" * 100)}))
    assert buffer.rows == 1000
    assert 100_000 <= buffer.bytes <= 200_000


@pytest.mark.parametrize("cells", [Same(None), [0, None], Coded(np.array([0, -1]), [0])])
def test_a_null_where_none_may_be_is_an_error(cells: Cells) -> None:
    buffer = TableBuffer("attachments", ["position"])
    buffer.add(TableBlock("attachments", 2, {"position": lambda: cells}))
    with pytest.raises(TableError) as raised:
        buffer.take()
    assert str(raised.value) == "column 'position' has nulls and may have none"


def test_a_value_that_does_not_fit_its_column_is_an_error_that_names_it() -> None:
    buffer = TableBuffer("attachments", ["position"])
    with pytest.raises(TableError, match=r"^column 'position' of 'attachments' cannot hold its values: "):
        buffer.add(TableBlock("attachments", 300, {"position": lambda: [2**31] * 300}))


@given(
    texts=st.lists(st.sampled_from([None, "2025-03-02T10:00:00+02:00", *ODD]), min_size=1, max_size=6),
    extras=st.sampled_from(
        [None, '{"x":1e400}', '{"label_details":{"y":[1]}}', '{"label_details":{"y":1},"\\ud800":1}']
    ),
    cut=st.integers(0, 6),
)
def test_a_timestamp_that_is_none_goes_to_extra_under_its_own_path(
    texts: list[str | None], extras: str | None, cut: int
) -> None:
    buffer = TableBuffer("labels", ["created_at", "updated_at", "extra"])
    rows = []
    for some in (texts[:cut], texts[cut:]):
        buffer.add(TableBlock("labels", len(some), made({"created_at": some, "extra": Same(extras)})))
        rows += buffer.take().to_pylist()
    for row, text in zip(rows, texts, strict=True):
        assert row["updated_at"] is None
        if text in ODD:
            assert row["created_at"] is None
            held = json.loads(extras or "{}")
            details = held.get("label_details")
            held["label_details"] = {**(details if isinstance(details, dict) else {}), "created_at": text}
            assert json.loads(row["extra"]) == held
            assert "1e400" in row["extra"] or "1e400" not in (extras or "")
        else:
            assert row["extra"] == extras
            assert (row["created_at"] is None) == (text is None)


def test_a_timestamp_that_is_none_is_a_null_where_nobody_asked_for_extra() -> None:
    buffer = TableBuffer("labels", ["created_at"])
    buffer.add(TableBlock("labels", 1, {"created_at": lambda: ["yesterday"]}))
    assert buffer.take().to_pydict() == {"created_at": [None]}


@pytest.mark.parametrize(
    ("column", "cells"),
    [
        ("name", ["a"]),
        ("text_groups", Lists(np.array([0]), Same(None))),
        ("confidence", np.array([0.5, 1.0, 0.0])),
        ("annotation_kind", Coded(np.array([0]), ["ImagePoint"])),
    ],
)
def test_cells_that_are_more_or_fewer_than_their_rows_are_refused(column: str, cells: Cells) -> None:
    buffer = TableBuffer("objects", [column])
    with pytest.raises(TableError, match=rf"^column '{column}' of 'objects' has [13] cells for 2 rows$"):
        buffer.add(TableBlock("objects", 2, made({column: cells})))
