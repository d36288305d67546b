"""Choosing on the command line says the same as choosing in Python."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from cli.commands import export_of, row
from exportkit.cli import main
from exportkit.cli.selecting import filters_of, params_of, redact_of
from exportkit.cli.usage import UsageError
from selecting.selections_of import converted


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory to work in, with three rows of an export."""
    (tmp_path / "export.ndjson").write_bytes(export_of(row("a", "car"), row("b"), row("c", "tree", "car")))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def report_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert main(["convert", "export.ndjson", "lake", "--json", *arguments]) == 0
    report = json.loads(capsys.readouterr().out)
    assert isinstance(report, dict)
    return report


def test_options_are_read_as_python_would_write_them(desk: Path) -> None:
    (desk / "ids.txt").write_text("b\n\nc, d\n")
    assert params_of(["attachments", "predictions=false", "project_ids=p,q", "project_ids=r"]) == {
        "attachments": True,
        "predictions": False,
        "project_ids": ["p", "q", "r"],
    }
    given = [
        "data_row_ids=a", "data_row_ids=@ids.txt", "last_activity_at=2025-01-01..", "metadata.a=b=c",
        "label_created_at=..2025-01-01", "workflow_status=Done",
    ]  # fmt: skip
    assert filters_of(given) == [
        {"data_row_ids": ["a"]},
        {
            "data_row_ids": ["b", "c, d"],
            "last_activity_at": ["2025-01-01", None],
            "metadata": {"a": ["b=c"]},
            "label_created_at": [None, "2025-01-01"],
            "workflow_status": ["Done"],
        },
    ]
    assert redact_of(["row_data=strip_query", "text=omit"]) == {"row_data": "strip_query", "text": "omit"}


@pytest.mark.parametrize("chosen", [params_of, redact_of])
def test_a_switch_and_a_way_that_contradict_another_are_refused(
    chosen: Callable[[list[str]], dict[str, Any]],
) -> None:
    for first, second in permutations(["embeddings=false", "embeddings=true"]):
        with pytest.raises(UsageError, match=r"embeddings must be .* not both"):
            chosen([first, second])
        assert chosen([first, first]) == chosen([first])


@pytest.mark.usefixtures("desk")
def test_rows_parts_and_labels_are_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    report = report_of(
        capsys, "--where", "data_row_ids=a,b", "--param", "attachments", "--labels", "selected"
    )
    assert report["filtered"] == {"data_row_ids": 1}
    assert (report["data_rows"], report["rows"]["labels"], report["rows"]["objects"]) == (2, 0, 0)


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("conditions", "data_rows"),
    [
        (["data_row_ids=a,b", "data_row_ids=b,c"], 1),
        (["data_row_ids=a", "data_row_ids=b"], 0),
        (["last_activity_at=2025-03-01..", "last_activity_at=..2025-02-01"], 0),
        (["last_activity_at=..2025-02-01", "last_activity_at=2025-03-01.."], 0),
    ],
)
def test_a_filter_that_is_given_several_times_holds_every_time(
    conditions: list[str], data_rows: int, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [word for one in conditions for word in ("--where", one)]
    assert report_of(capsys, *given)["data_rows"] == data_rows


@pytest.mark.parametrize(
    ("conditions", "kept"),
    [
        (["metadata.season=spring,summer"], "ab"),
        (["metadata.season=spring,summer", "metadata.wet=true"], "b"),
        (["metadata.season=spring", "metadata.season=summer"], ""),
        (["metadata.depth=7,8"], "b"),
    ],
)
def test_a_metadata_field_has_one_of_the_values_that_commas_separate(
    conditions: list[str], kept: str
) -> None:
    values = {"a": ("spring", "false", 1), "b": ("summer", "true", 7), "c": ("winter", "true", 2)}
    rows = [
        {
            "data_row": {"id": name},
            "metadata_fields": [
                {"schema_name": field, "schema_kind": "CustomMetadataString", "value": value}
                for field, value in zip(("season", "wet", "depth"), of_row, strict=True)
            ],
        }
        for name, of_row in values.items()
    ]
    tables = converted(*rows, filters=filters_of(conditions))
    assert "".join(one["data_row_id"] for one in tables["data_rows"]) == kept


@pytest.mark.usefixtures("desk")
def test_the_summary_says_what_was_filtered(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "export.ndjson", "lake", "--where", "data_row_ids=a"]) == 0
    assert "1 data row, 0 rejected, 2 filtered (data_row_ids 2)" in capsys.readouterr().out


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--where", "data_row_ids"], "--where takes NAME=VALUE, not 'data_row_ids'"),
        (["--where", "batch=1"], "there is no filter 'batch'\nhint: did you mean 'batch_ids'?"),
        (["--where", "last_activity_at=2025"], "--where last_activity_at takes FROM..TO"),
        (["--param", "predictions=1"], "--param predictions must be true or false, not '1'"),
        (["--redact", "text"], "--redact takes NAME=VALUE, not 'text'"),
    ],
)
def test_wrong_options_are_wrong_usage(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["convert", "export.ndjson", "lake", *arguments]) == 2
    assert capsys.readouterr().err.startswith(f"error: {message}")
