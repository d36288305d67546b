"""The law of long lines: read in runs of any length, a row gives the tables that it gives as a whole."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from exportkit.pipeline import batches, make_options
from exportkit.report import Report
from exportkit.select import make_selection
from oracle import differences, rows_of_batches
from strategies import MEDIA, line_of, mutated_rows, rows

EVERYTHING_IS_LONG = 1
FILTERS = [
    {},
    {"media_types": ["image", "video"]},
    {"workflow_status": "Done"},
    {"annotation_kinds": ["ImageBoundingBox", "VideoBoundingBox"]},
]


def tables_of(data: bytes, **sizes: Any) -> tuple[Any, Report]:
    options = replace(make_options(export_id="e"), **sizes)
    made = batches(io.BytesIO(data), options)
    return rows_of_batches(made), made.report


def check(data: bytes, chunk_bytes: int, block_bytes: int = 1 << 18) -> None:
    expected, report = tables_of(data)
    long, long_report = tables_of(
        data, max_line_bytes=EVERYTHING_IS_LONG, chunk_bytes=chunk_bytes, block_bytes=block_bytes
    )
    assert differences(expected, long) == []
    for name in ("lines", "data_rows", "rejects", "blanks", "rows", "unknown_fields", "unknown_kinds"):
        assert getattr(long_report, name) == getattr(report, name)


@given(
    row=rows(), chunk_bytes=st.sampled_from([1, 30, 200, 1000]), block_bytes=st.sampled_from([7, 64, 1 << 18])
)
def test_a_row_of_the_catalogue_gives_the_same_tables_in_runs_of_any_length(
    row: dict[str, Any], chunk_bytes: int, block_bytes: int
) -> None:
    check(line_of(row) + b"\n", chunk_bytes, block_bytes)


@given(row=mutated_rows(rows()), chunk_bytes=st.sampled_from([1, 30, 200, 1000]))
@example(row={"data_row": {"x_new": None}, "projects": {"p": {"labels": []}}}, chunk_bytes=1)
def test_a_row_beyond_the_catalogue_gives_the_same_tables_in_runs_of_any_length(
    row: dict[str, Any], chunk_bytes: int
) -> None:
    check(line_of(row) + b"\n", chunk_bytes)


@pytest.mark.parametrize("media", MEDIA)
@given(data=st.data())
@settings(max_examples=max(1, settings().max_examples // 6))
def test_lines_of_any_media_type_give_the_same_tables_whatever_is_too_long_to_hold(
    media: str, data: st.DataObject
) -> None:
    several = data.draw(st.lists(rows(media) | mutated_rows(rows(media)), min_size=1, max_size=3))
    lines = [line_of(row) for row in several]
    longest = max(map(len, lines))
    sizes = {
        "max_line_bytes": data.draw(st.integers(1, longest), "max_line_bytes"),
        "chunk_bytes": data.draw(st.integers(1, longest), "chunk_bytes"),
        "block_bytes": data.draw(st.sampled_from([61, 4096, 1 << 18]), "block_bytes"),
    }
    end = data.draw(st.sampled_from([b"\n", b"\r\n", b" \n\n"]), "end")
    for form in (end.join([*lines, b""]), b"[" + b" , ".join(lines) + b"]"):
        expected, report = tables_of(form)
        long, long_report = tables_of(form, **sizes)
        assert differences(expected, long) == []
        assert (long_report.rows, long_report.blanks) == (report.rows, report.blanks)


@given(
    several=st.lists(rows(), min_size=1, max_size=3),
    filters=st.sampled_from(FILTERS),
    redact=st.sampled_from([None, {"feature_id": "hash", "created_by": "omit"}]),
    labels=st.sampled_from(["all", "latest"]),
    params=st.sampled_from([None, {"label_details": True}, {"interpolated_frames": True}]),
)
def test_what_is_chosen_of_long_lines_is_what_is_chosen_of_others(
    several: list[dict[str, Any]], **chosen: Any
) -> None:
    selection = make_selection(**chosen, redact_key="key")
    data = b"\n".join([*map(line_of, several), b"{", b" ", b""])
    expected, report = tables_of(data, selection=selection)
    long, long_report = tables_of(
        data, selection=selection, max_line_bytes=EVERYTHING_IS_LONG, chunk_bytes=100
    )
    assert differences(without_reasons(expected), without_reasons(long)) == []
    for name in ("lines", "data_rows", "rejects", "blanks", "filtered", "rows"):
        assert getattr(long_report, name) == getattr(report, name)


def without_reasons(tables: Any) -> Any:
    """Leave out why lines were refused: a long one is not looked at with the same eyes."""
    shown = {"export_id", "line", "byte_offset", "byte_length", "raw"}
    rejects = [{key: row[key] for key in row.keys() & shown} for row in tables["rejects"]]
    return {**tables, "rejects": rejects}


SAMPLES = sorted(Path(__file__).parents[2].glob("examples/*.ndjson"))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
@pytest.mark.parametrize("chunk_bytes", [1, 500])
def test_an_export_gives_the_same_tables_in_runs_of_any_length(path: Path, chunk_bytes: int) -> None:
    check(path.read_bytes(), chunk_bytes)


@pytest.mark.parametrize(
    "line",
    [
        b'{"data_row":{"id":"a"},"projects":{"p":{"labels":[{"id":"l"},{"id":}]}}}',
        b'{"data_row":{"id":"a"},"projects":{"p":{"labels":[{"id":"l"}]}}',
        b'{"data_row":{"id":"a"},"projects":{"p":{"labels":[{"id":"l"}]}}}}',
        b'{"data_row":{"id":"a"},"projects":{"p":{"labels":[{"id":"l"},]}}}',
        b'{"data_row":{"id":""},"projects":{"p":{"labels":[{"id":"l"}]}}}',
        b"[1, 2]",
        b"{",
    ],
)
def test_a_broken_long_line_is_refused_as_a_whole_and_its_neighbours_are_not(line: bytes) -> None:
    good = json.dumps({"data_row": {"id": "g"}, "attachments": [{"id": "1"}, {"id": "2"}]}).encode()
    data = b"\n".join([good, line, good, b"   ", good])
    tables, report = tables_of(data, max_line_bytes=EVERYTHING_IS_LONG, chunk_bytes=1)
    assert (report.lines, report.data_rows, report.rejects, report.blanks) == (5, 3, 1, 1)
    assert [row["line"] for row in tables["data_rows"]] == [1, 3, 5]
    assert [row["line"] for row in tables["attachments"]] == [1, 1, 3, 3, 5, 5]
    assert [row["line"] for row in tables["rejects"]] == [2]
