"""Splits: converted apart, by whomever and in any order, the ranges of a file are the file."""

from __future__ import annotations

import pickle
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from exportkit.pipeline import (
    Conversion,
    Options,
    batches,
    make_options,
    split_batches,
    splits_of_source,
    units,
)
from exportkit.pipeline.units import units_of_split
from exportkit.place import Source
from exportkit.read import open_sources
from exportkit.report import Report, ReportBuilder, merged
from exportkit.split import Split
from oracle import Tables, differences, rows_of_batches
from strategies import broken_lines, row_lines

TABLES = ("data_rows", "labels", "objects", "rejects")


@st.composite
def files_and_ends(draw: st.DrawFn) -> tuple[bytes, list[int]]:
    """Give lines, good, broken and blank, with some of the offsets after a newline."""
    lines = draw(st.lists(row_lines() | broken_lines() | st.just(b""), min_size=1, max_size=8))
    text = b"\n".join(line.replace(b"\n", b" ") for line in lines) + draw(st.sampled_from([b"", b"\n"]))
    ends = [at + 1 for at, byte in enumerate(text) if byte == ord("\n") and at + 1 < len(text)]
    return text, sorted(draw(st.sets(st.sampled_from(ends)))) if ends else []


def converted(splits: list[Split], workers: int, options: Options) -> tuple[Tables, Report]:
    """Convert splits in turn by some workers that each have a conversion and a report of their own."""
    counts = [ReportBuilder() for _ in range(workers)]
    conversions = [Conversion(options, each) for each in counts]
    source = Source("file", "e")
    batches: list[Any] = []
    for number, split in enumerate(splits):
        for unit in units_of_split(pickle.loads(pickle.dumps(split)), options):
            batches += conversions[number % workers].feed(unit, source)
    for conversion in conversions:
        batches += conversion.flush()
    return rows_of_batches(iter(batches)), merged([each.report() for each in counts])


@settings(max_examples=max(1, settings().max_examples // 2))
@given(
    file=files_and_ends(),
    workers=st.integers(1, 3),
    max_line_bytes=st.sampled_from([1 << 20, 700]),
    data=st.data(),
)
def test_any_set_of_splits_gives_the_rows_and_places_of_the_whole(
    file: tuple[bytes, list[int]], workers: int, max_line_bytes: int, data: st.DataObject
) -> None:
    text, ends = file
    options = replace(make_options(tables=TABLES), max_line_bytes=max_line_bytes)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "export.ndjson"
        path.write_bytes(text)
        starts = [0, *ends]
        splits = [
            Split(str(path), start, end, text.count(b"\n", 0, start) + 1)
            for start, end in zip(starts, [*ends, len(text)], strict=True)
        ]
        whole, report = converted([Split(str(path), 0, len(text), 1)], 1, options)
        found, total = converted(data.draw(st.permutations(splits)), workers, options)
    assert differences(in_line_order(whole), in_line_order(found)) == []
    for name in ("lines", "data_rows", "rejects", "blanks", "rows", "unknown_fields", "unknown_kinds"):
        assert getattr(total, name) == getattr(report, name), name


def in_line_order(tables: Tables) -> Tables:
    return {name: sorted(rows, key=lambda row: row["line"]) for name, rows in tables.items()}


def test_the_batches_of_all_splits_are_those_of_one_pass_wherever_they_are_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(units, "MIN_SPLIT_BYTES", 10_000)
    example = (Path(__file__).parents[2] / "examples" / "export.ndjson").read_bytes()
    path = tmp_path / "export.ndjson"
    path.write_bytes(example + b"{\n\n" + example)
    options = make_options(export_id="e", params={"label_details": True}, filters={"media_types": ["image"]})
    with next(open_sources(path, export_id="e")) as opened:
        source, splits = opened.source, list(splits_of_source(opened, 3) or ())
    assert len(splits) > 3
    whole = batches(path, options)
    expected = rows_of_batches(whole)
    made = [split_batches(*pickle.loads(pickle.dumps((one, source, options)))) for one in splits]
    assert {one.report.lines for one in made} == {0}
    found = rows_of_batches(batch for one in made for batch in one)
    assert differences(expected, found) == []
    total = merged([one.report for one in made])
    counted = ("lines", "data_rows", "rejects", "blanks", "filtered", "rows", "input_bytes", "first_rejects")
    for name in counted:
        assert getattr(total, name) == getattr(whole.report, name), name
