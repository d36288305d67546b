"""What goes where: results to standard output, progress and errors to standard error."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import exportkit
from cli.commands import ENVIRONMENT, export_of, row, run
from exportkit.cli import main
from exportkit.tables import TABLES

JsonOf = Callable[..., tuple[dict[str, Any], int]]

HEAVY = {"ijson", "msgspec", "numpy", "pandas", "polars", "pyarrow"}


@pytest.fixture
def json_of(desk: Path, capsys: pytest.CaptureFixture[str]) -> JsonOf:
    """Run a command with ``--json`` at the desk; its output is one object on one line and nothing else."""
    assert desk.is_dir()

    def run_it(*arguments: str) -> tuple[dict[str, Any], int]:
        code = main([*arguments, "--json"])
        (line,) = capsys.readouterr().out.splitlines()
        value = json.loads(line)
        assert isinstance(value, dict)
        return value, code

    return run_it


def test_convert_prints_its_report_as_json(json_of: JsonOf) -> None:
    report, code = json_of("convert", "bad.ndjson", "lake")
    assert code == 3
    assert list(report) == list(exportkit.Report.__struct_fields__)
    assert (report["lines"], report["data_rows"], report["rejects"], report["blanks"]) == (4, 2, 2, 0)
    assert report["rows"] == dict.fromkeys(TABLES, 0) | {
        "data_rows": 2, "projects": 2, "labels": 2, "objects": 1, "classifications": 2, "rejects": 2,
    }  # fmt: skip
    assert len(report["first_rejects"]) == 2


def test_what_the_catalogue_does_not_know_is_counted_in_json(desk: Path, json_of: JsonOf) -> None:
    odd = row("c", sparkle=True)
    odd["projects"]["p1"]["labels"][0]["annotations"]["objects"] = [
        {"feature_id": "f", "annotation_kind": "Odd"}
    ]
    (desk / "odd.ndjson").write_bytes(export_of(odd))
    report, code = json_of("convert", "odd.ndjson", "lake")
    assert code == 0
    assert (report["unknown_fields"], report["unknown_kinds"]) == ({"data_rows.sparkle": 1}, {"Odd": 1})


def test_inspect_prints_its_findings_as_json(json_of: JsonOf) -> None:
    found, code = json_of("inspect", "export.ndjson")
    assert code == 0
    assert found["media_types"] == {"image": 2}
    assert found["classes"]["items"] == [
        {"name": "car", "annotation_kind": "ImageBoundingBox", "objects": 2},
        {"name": "bus", "annotation_kind": "ImageBoundingBox", "objects": 1},
    ]


def test_validate_prints_its_problems_as_json(json_of: JsonOf) -> None:
    found, code = json_of("validate", "bad.ndjson")
    assert code == 3
    assert list(found) == ["report", "problems"]
    assert [(one["line"], one["json_path"]) for one in found["problems"]] == [(2, "$.data_row.id"), (4, None)]


def test_schema_prints_tables_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "--json"]) == 0
    described = json.loads(capsys.readouterr().out)
    assert list(described) == list(TABLES)
    assert main(["schema", "labels", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == described["labels"]
    assert [one["name"] for one in described["labels"]["columns"]] == exportkit.schema("labels").names


@pytest.mark.parametrize("table", TABLES)
def test_schema_shows_every_column(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", table]) == 0
    said = capsys.readouterr().out
    first_words = [line.split(" ")[0] for line in said.splitlines() if line]
    assert set(exportkit.schema(table).names) <= set(first_words)


@pytest.mark.usefixtures("desk")
def test_the_summary_says_what_was_written_and_where_rejects_are(capsys: pytest.CaptureFixture[str]) -> None:
    main(["convert", "bad.ndjson", "lake"])
    said = capsys.readouterr().out
    lines = [line.split() for line in said.splitlines()]
    assert ["objects", "1", "1"] in lines
    assert ["rejects", "2", "1"] in lines
    assert "Read 4 lines: 2 data rows, 2 rejected (" in said
    assert " in 14 files to lake\n" in said
    assert (
        "2 lines rejected:\n"
        "  the line has no usable data row id (at $.data_row.id in bad.ndjson, line 2, byte 510)\n"
    ) in said
    assert "  All of them, with places and bytes: lake/rejects\n" in said


@pytest.mark.usefixtures("desk")
def test_rejects_that_were_not_wanted_are_not_said_to_be_anywhere(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "bad.ndjson", "lake", "--tables", "labels"]) == 3
    said = capsys.readouterr().out
    assert "2 lines rejected:\n" in said
    assert "All of them" not in said


def test_validate_prints_a_problem_a_line_with_its_place(
    desk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["validate", "bad.ndjson"])
    first, second, last = capsys.readouterr().out.splitlines()
    assert first == "bad.ndjson:2:510: the line has no usable data row id (at $.data_row.id)"
    assert second.startswith("bad.ndjson:4:897: ")
    assert last.startswith("Read 4 lines: 2 data rows, 2 rejected (")
    assert not (desk / "lake").exists()


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize("command", [["convert", "export.ndjson", "lake"], ["validate", "export.ndjson"]])
def test_quiet_says_nothing_of_what_went_well(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--quiet"]) == 0
    assert capsys.readouterr() == ("", "")


def test_a_dash_is_standard_input_and_several_sources_are_one_conversion(desk: Path) -> None:
    ran = run("convert", "export.ndjson", "-", "lake", "--json", cwd=desk, given=export_of(row("c")))
    report = json.loads(ran.stdout)
    assert report["sources"] == ["export.ndjson", "stdin:"]
    assert report["data_rows"] == 3


def test_arrow_files_are_written_when_asked_for_and_only_the_tables_named(
    desk: Path, json_of: JsonOf
) -> None:
    report, _ = json_of(
        "convert", "export.ndjson", "lake", "--format", "arrow", "--tables", "labels, objects"
    )
    assert {path.parent.name for path in (desk / "lake").rglob("*.arrow")} == {"labels", "objects"}
    assert len(report["files"]) == 2


@pytest.mark.usefixtures("desk")
def test_text_out_of_an_export_neither_styles_nor_steers_the_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("export.ndjson").write_bytes(export_of(row("a", "[red]car[/red]", "\x1b[2Jbus\n:smile:")))
    assert main(["inspect", "export.ndjson", "--quiet"]) == 0
    said = capsys.readouterr().out
    assert "[red]car[/red]" in said
    assert "\\x1b[2Jbus\\n:smile:" in said
    assert "\x1b" not in said


def test_output_that_cannot_hold_a_character_gets_a_question_mark(desk: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "exportkit", "inspect", "export.ndjson", "--quiet"],
        capture_output=True, cwd=desk, env=ENVIRONMENT | {"PYTHONIOENCODING": "ascii"}, check=False,
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert ran.stdout.isascii()


@pytest.mark.parametrize("arguments", [["convert", "--help"], ["schema", "objects"]])
def test_what_needs_no_export_loads_no_heavy_library(arguments: list[str]) -> None:
    code = (
        f"import sys\nfrom exportkit.cli import main\nmain({arguments!r})\n"
        f"print(*{HEAVY!r} & sys.modules.keys(), file=sys.stderr)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT
    )
    assert ran.stderr.split() == []
