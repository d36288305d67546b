"""The one warning of a run that met something beside plain rows."""

from __future__ import annotations

import io
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import exportkit
from cli.commands import run
from exportkit import ExportkitWarning

PLAIN: dict[str, Any] = {"data_row": {"id": "d1"}}
WAYS: dict[str, Callable[[bytes, Path], object]] = {
    "to_parquet": lambda data, lake: exportkit.to_parquet(io.BytesIO(data), lake),
    "to_arrow": lambda data, lake: exportkit.to_arrow(io.BytesIO(data), lake, tables=["data_rows"]),
    "iter_batches": lambda data, _: list(exportkit.iter_batches(io.BytesIO(data))),
    "read_table": lambda data, _: exportkit.read_table(io.BytesIO(data), "data_rows"),
    "open_reader": lambda data, _: list(exportkit.open_reader(io.BytesIO(data), "data_rows")),
}


def export_of(*rows: Any) -> bytes:
    return b"".join(row if isinstance(row, bytes) else json.dumps(row).encode() + b"\n" for row in rows)


def warnings_of(way: str, data: bytes, lake: Path) -> list[warnings.WarningMessage]:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        WAYS[way](data, lake)
    return caught


@pytest.mark.parametrize("way", WAYS)
def test_a_run_without_anything_odd_gives_no_warning(tmp_path: Path, way: str) -> None:
    assert warnings_of(way, export_of(PLAIN, PLAIN), tmp_path / "lake") == []


@pytest.mark.parametrize("way", WAYS)
def test_a_run_warns_once_and_in_the_name_of_its_caller(tmp_path: Path, way: str) -> None:
    data = export_of(b"{\n", *[{**PLAIN, "new": at, "newer": at} for at in range(200)], b"[]\n")
    (caught,) = warnings_of(way, data, tmp_path / "lake")
    assert caught.category is ExportkitWarning
    assert caught.filename == __file__
    assert str(caught.message) == (
        "2 lines could not become rows; fields without a column: data_rows.new (200), data_rows.newer (200)\n"
        "hint: nothing is lost: look into the table rejects, the columns extra and media_attributes; "
        "the report counts them"
    )


def test_workers_warn_no_more_often(tmp_path: Path) -> None:
    (tmp_path / "export.ndjson").write_bytes(export_of(*[{**PLAIN, "new": 1}] * 100))
    with pytest.warns(ExportkitWarning) as caught:
        exportkit.to_parquet(tmp_path / "export.ndjson", tmp_path / "lake", workers=2)
    assert len(caught) == 1


def test_a_warning_names_the_most_frequent_and_counts_the_rest() -> None:
    rows = [{**PLAIN, **{f"field{at}": 1 for at in range(most)}} for most in (1, 2, 3, 4, 5)]
    with pytest.warns(ExportkitWarning, match=r"^fields without a column: data_rows\.field0") as caught:
        exportkit.read_table(io.BytesIO(export_of(*rows)), "data_rows")
    assert "data_rows.field0 (5), data_rows.field1 (4), data_rows.field2 (3) and 2 more\n" in str(
        caught[0].message
    )


def test_a_warning_names_unknown_kinds() -> None:
    objects = [{"feature_id": "f", "annotation_kind": "ImageCuboid"}] * 3
    row = {**PLAIN, "projects": {"p": {"labels": [{"id": "l", "annotations": {"objects": objects}}]}}}
    with pytest.warns(ExportkitWarning, match="ImageCuboid") as caught:
        exportkit.read_table(io.BytesIO(export_of(row)), "objects")
    assert str(caught[0].message) == (
        "kinds that the catalogue does not know: ImageCuboid (3)\n"
        "hint: nothing is lost: look into the column payload; the report counts them"
    )


def test_what_an_export_makes_up_cannot_fill_or_break_a_warning_or_a_report() -> None:
    row = {**PLAIN, "x" * 1_000_000: "secret value", "two\nlines\x1b[31m\u202e": "secret value"}
    batches = exportkit.iter_batches(io.BytesIO(export_of(row)))
    with pytest.warns(ExportkitWarning) as caught:
        list(batches)
    text = str(caught[0].message)
    assert text.count("\n") == 1
    assert text.replace("\n", "").isprintable()
    assert len(text) < 400
    assert "secret" not in text
    assert max(map(len, batches.report.unknown_fields)) == 200


def test_lines_left_out_on_purpose_are_no_reason_to_warn() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        exportkit.read_table(io.BytesIO(export_of(PLAIN, b"{\n")), "data_rows", on_bad_row="skip")


def test_the_command_says_it_in_its_summary_and_not_as_a_warning(tmp_path: Path) -> None:
    (tmp_path / "export.ndjson").write_bytes(export_of({**PLAIN, "new": 1}, b"{\n"))
    ran = run("convert", "export.ndjson", "lake", cwd=tmp_path)
    assert ran.returncode == 3
    assert "data_rows.new" in ran.stdout
    assert "Warning" not in ran.stderr
