"""How bytes come, and how work is cut, changes no table."""

from __future__ import annotations

import io
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import exportkit
from exportkit.pipeline import make_options
from exportkit.tables import TABLES
from journeys.converting import COMPRESSED, EXAMPLE, arrow_tables, rows_of, tables_cut, tables_of
from strategies import exports, line_of, mutated_rows, rows

GOOD = b'{"data_row":{"id":"good"}}\n'
FEW = settings(max_examples=settings().max_examples // 2)


def without_places(tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Leave out what says by which way the bytes came."""
    told = ("source_uri", "byte_offset", "byte_length")
    return {
        name: table.drop_columns([one for one in told if one in table.column_names])
        for name, table in tables.items()
    }


@FEW
@given(
    data=exports(max_lines=6, broken=True),
    block_bytes=st.integers(1, 3000),
    batch_rows=st.integers(1, 20),
    batch_bytes=st.integers(1, 5000),
    held_bytes=st.integers(1, 5000),
)
def test_sizes_of_blocks_and_batches_change_no_table(data: bytes, **sizes: int) -> None:
    data = GOOD + data.removeprefix(b"\xef\xbb\xbf")
    assert tables_cut(data, **sizes) == tables_cut(data)


@FEW
@given(exports(max_lines=6, broken=True), st.integers(1, 2000))
def test_batches_are_in_input_order_and_about_as_long_as_asked(data: bytes, batch_rows: int) -> None:
    lines: dict[str, list[int]] = {name: [] for name in TABLES}
    source = io.BytesIO(GOOD + data.removeprefix(b"\xef\xbb\xbf"))
    for name, batch in exportkit.iter_batches(source, batch_rows=batch_rows, max_rejects=None):
        assert batch.num_rows > 0
        lines[name] += batch.column("line").to_pylist()
    assert all(found == sorted(found) for found in lines.values())


def as_strings(some: list[dict[str, Any]], **layout: Any) -> list[str]:
    return [json.dumps(row, **layout) for row in some]


#: Ways to write rows, given how each is laid out.
FORMS: dict[str, Callable[..., str]] = {
    "an array": json.dumps,
    "a wrapped array": lambda some, **layout: json.dumps({"data": some}, **layout),
    "arrays": lambda some, **layout: "".join(json.dumps([row], **layout) for row in some) + "[]",
    "rows laid out": lambda some, **layout: "\n".join(as_strings(some, **layout)),
    "rows without a gap": lambda some, **layout: "".join(as_strings(some, **layout)),
    "an array of strings": lambda some, **layout: json.dumps(as_strings(some, **layout)),
    "strings": lambda some, **layout: "\n".join(map(json.dumps, as_strings(some, **layout))),
}


#: Bytes from which a line is read in chunks; the first are more than any line drawn has.
LONG_BYTES = [2**20, 300, 1000, 5000]


@pytest.mark.parametrize("form", FORMS)
@settings(max_examples=settings().max_examples // 5)
@given(
    some=st.lists(st.one_of(rows(), mutated_rows()), min_size=1, max_size=2),
    indent=st.sampled_from([0, 1, "\t"]),
    ascii_only=st.booleans(),
    block_bytes=st.integers(50, 3000),
    long_bytes=st.sampled_from(LONG_BYTES),
)
def test_rows_give_the_same_tables_in_whatever_form_they_are_written(
    *,
    form: str,
    some: list[dict[str, Any]],
    indent: int | str,
    ascii_only: bool,
    block_bytes: int,
    long_bytes: int,
) -> None:
    some = [{"data_row": {"id": "first"}}, *some]
    lines = b"".join(json.dumps(row).encode() + b"\n" for row in some)
    layout = {"indent": indent, "ensure_ascii": ascii_only}
    data = FORMS[form](some, **layout).encode("utf-8", "surrogatepass")
    wanted = without_places(tables_cut(lines))
    for mark in (b"", b"\xef\xbb\xbf"):
        sizes = {"block_bytes": block_bytes, "max_line_bytes": long_bytes, "chunk_bytes": long_bytes // 2}
        found = without_places(tables_cut(mark + data, **sizes))
        as_is = long_bytes == LONG_BYTES[0]
        told = (lambda tables: tables) if as_is else without_marks
        assert told(without_raw(found)) == told(without_raw(wanted))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("indent", [None, 1])
def test_a_row_that_is_too_long_to_hold_gives_the_same_tables_in_every_form(
    form: str, indent: int | None
) -> None:
    some = [json.loads(line) for line in EXAMPLE.splitlines()[:12]]
    lines = b"".join(json.dumps(row).encode() + b"\n" for row in some)
    data = FORMS[form](some, indent=indent).encode()
    sizes = {"max_line_bytes": 3000, "block_bytes": 1000, "chunk_bytes": 500}
    found, wanted = (without_places(tables_cut(one, **sizes)) for one in (data, lines))
    assert in_order(found) == in_order(wanted)


def in_order(tables: dict[str, pa.Table]) -> dict[str, Any]:
    """Put answers in an order: white space cuts a long row into other chunks, in whose order they come."""
    return tables | {"classifications": sorted(map(repr, tables["classifications"].to_pylist()))}


def without_marks(tables: dict[str, pa.Table]) -> dict[str, Any]:
    """Leave out `extra` of answers as well: whose id is that of several shows in whole labels."""
    return in_order(tables | {"classifications": tables["classifications"].drop_columns(["extra"])})


def without_raw(tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Leave out the bytes of rejects and what quotes their positions: white space differs."""
    return tables | {"rejects": tables["rejects"].select(["line", "error"])}


@FEW
@given(st.lists(st.one_of(rows(), mutated_rows()), min_size=1, max_size=3), st.integers(1, 3000))
def test_rows_in_memory_give_the_tables_of_their_lines(some: list[dict[str, Any]], block_bytes: int) -> None:
    lines = [line_of(row) for row in some]
    plain = without_places(tables_cut(b"\n".join(lines)))
    options = replace(make_options(export_id="e", max_rejects=None), block_bytes=block_bytes)
    for held in ([json.loads(line) for line in lines], lines, [line.decode() + "\n" for line in lines]):
        found = tables_of(held, options)
        assert set(found["data_rows"]["source_uri"].to_pylist()) <= {"rows:"}
        assert without_places(found) == plain


@FEW
@given(exports(max_lines=6, broken=True))
def test_lines_in_memory_are_rows_and_rejects_as_in_a_file(data: bytes) -> None:
    lines = (GOOD + data.removeprefix(b"\xef\xbb\xbf")).split(b"\n")
    found = tables_of(iter(lines), make_options(export_id="e", max_rejects=None))
    assert set(found["rejects"]["byte_offset"].to_pylist()) <= {None}
    assert without_places(found) == without_places(tables_cut(b"\n".join(lines)))


@pytest.mark.parametrize("compression", COMPRESSED)
def test_a_file_gives_the_same_tables_however_it_is_compressed(compression: str, tmp_path: Path) -> None:
    plain, path = tmp_path / "plain.ndjson", tmp_path / "export.bin"
    plain.write_bytes(EXAMPLE)
    path.write_bytes(COMPRESSED[compression](EXAMPLE))
    found = arrow_tables(path, export_id="e")
    assert found["data_rows"].column("source_uri").unique().to_pylist() == [str(path)]
    wanted = arrow_tables(plain, export_id="e")
    assert without_source(found) == without_source(wanted)


def without_source(tables: dict[str, pa.Table]) -> dict[str, pa.Table]:
    return {
        name: table.drop_columns([one for one in ("source_uri",) if one in table.column_names])
        for name, table in tables.items()
    }


def test_a_path_a_glob_a_directory_a_stream_and_a_pipe_give_the_same_tables(tmp_path: Path) -> None:
    path = tmp_path / "in" / "export.ndjson"
    path.parent.mkdir()
    path.write_bytes(EXAMPLE)
    wanted = arrow_tables(path, export_id="e")
    assert all(wanted[name].num_rows for name in TABLES if name != "rejects")
    for source in (str(path), path.parent, tmp_path / "*" / "*.ndjson", [path], iter([str(path)])):
        assert arrow_tables(source, export_id="e") == wanted
    with path.open("rb") as stream:
        assert arrow_tables(stream, export_id="e") == wanted
    reading, writing = os.pipe()
    writer = threading.Thread(target=write_all, args=(writing, EXAMPLE))
    writer.start()
    with os.fdopen(reading, "rb") as pipe:
        assert without_source(arrow_tables(pipe, export_id="e")) == without_source(wanted)
    writer.join()


def write_all(descriptor: int, data: bytes) -> None:
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(data)


def test_several_sources_are_told_apart_by_their_export_ids_and_count_their_own_lines(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.ndjson").write_bytes(GOOD * 2)
    batches = exportkit.iter_batches(tmp_path, tables=["data_rows"])
    [(_, batch)] = batches
    report = batches.report
    assert report.sources == (str(tmp_path / "a.ndjson"), str(tmp_path / "b.ndjson"))
    assert len(set(report.export_ids)) == 2
    assert batch.column("export_id").to_pylist() == [one for one in report.export_ids for _ in range(2)]
    assert batch.column("line").to_pylist() == [1, 2, 1, 2]
    assert batch.column("source_uri").to_pylist() == [one for one in report.sources for _ in range(2)]


def test_the_same_file_converted_again_gives_the_same_tables_and_names(tmp_path: Path) -> None:
    path = tmp_path / "export.ndjson"
    path.write_bytes(EXAMPLE)
    first, second = arrow_tables(path), arrow_tables(str(path))
    assert first == second
    assert len(first["data_rows"].column("export_id").unique()) == 1
    path.write_bytes(EXAMPLE + GOOD)
    third = arrow_tables(path)["data_rows"]
    assert third.column("export_id")[0] != first["data_rows"].column("export_id")[0]


@FEW
@given(
    st.lists(st.one_of(rows(), mutated_rows()), min_size=1, max_size=3),
    st.sets(st.sampled_from([*TABLES]), min_size=1),
    st.data(),
)
def test_tables_and_columns_that_are_left_out_change_none_of_the_others(
    some: list[dict[str, Any]], wanted: set[str], draw: st.DataObject
) -> None:
    data = b"\n".join(map(line_of, some))
    columns = {
        name: draw.draw(st.sets(st.sampled_from([one.name for one in TABLES[name].columns]), min_size=1))
        for name in sorted(wanted)
        if draw.draw(st.booleans())
    }
    everything = rows_of(data)
    found = rows_of(data, tables=wanted, columns={name: sorted(some) for name, some in columns.items()})
    for name in TABLES:
        kept = columns.get(name, {one.name for one in TABLES[name].columns})
        expected = [{column: row[column] for column in row if column in kept} for row in everything[name]]
        assert found[name] == (expected if name in wanted else [])
