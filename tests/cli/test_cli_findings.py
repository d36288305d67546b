"""Findings on a screen: whatever the export holds, they fit it and say what they leave out."""

from __future__ import annotations

import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from cli.commands import export_of, row
from exportkit.cli.findings import show_inspection
from exportkit.inspection import inspect_export
from strategies import rows


def screen(data: bytes, columns: int, top: int = 10) -> str:
    console = Console(file=io.StringIO(), width=columns, markup=False, emoji=False, highlight=False)
    show_inspection(inspect_export(io.BytesIO(data), top=top), console)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


@settings(max_examples=20)
@given(st.lists(rows(), min_size=1, max_size=4), st.sampled_from([80, 120]))
def test_findings_are_never_wider_than_the_screen(given: list[dict[str, Any]], columns: int) -> None:
    assert max(map(cell_len, screen(export_of(*given), columns).splitlines())) <= columns


@pytest.mark.parametrize("columns", [80, 120])
def test_a_word_of_a_list_is_never_torn_from_its_count(columns: int) -> None:
    many = [row(f"r{at}", f"class number {at}", attachments=[{"type": f"KIND {at}"}]) for at in range(10)]
    said = screen(export_of(*many), columns)
    assert all(f"KIND {at}: 1" in said for at in range(10))


def test_long_lists_say_how_many_more_there_are() -> None:
    said = screen(export_of(row("a", *(f"class {at:02}" for at in range(12)))), 80)
    assert "class 09" in said
    assert "class 10" not in said
    assert "\n… and 2 more\n" in said


def test_parts_that_an_export_does_not_hold_are_left_out() -> None:
    said = screen(b'{"data_row": {"id": "a"}}\n', 80)
    titles = [line.split("  ")[0] for line in said.splitlines() if line and not line.startswith(" ")]
    assert titles[2:] == ["media types", "A conversion writes", "data_rows: 1"]


def test_an_export_of_bad_lines_alone_shows_them() -> None:
    said = screen(export_of(b'{"data_row": {"id": 7}}'), 80)
    assert (
        "1 line rejected:\n  the line has no usable data row id (at $.data_row.id in stream:, line 1, byte 0)"
        in said
    )


def test_what_the_catalogue_does_not_know_is_named() -> None:
    odd = row("a", sparkle=1)
    odd["projects"]["p1"]["labels"][0]["annotations"]["objects"] = [
        {"feature_id": "f", "annotation_kind": "Odd"}
    ]
    said = screen(export_of(odd), 80)
    assert "Fields without a column, kept in extra or media_attributes: data_rows.sparkle: 1\n" in said
    assert "Unknown annotation kinds, their geometry kept in payload: Odd: 1\n" in said
