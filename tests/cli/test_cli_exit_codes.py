"""How a run ends: its exit code, and one message without a traceback."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

import exportkit
from cli.commands import COMMAND, ENVIRONMENT, export_of, row, run
from exportkit.cli import main

HINT = "hint: exportkit convert --help\n"


def test_a_conversion_ends_with_0_and_leaves_every_table(desk: Path) -> None:
    ran = run("convert", "export.ndjson", "lake", cwd=desk)
    assert ran.returncode == 0
    assert {path.name for path in (desk / "lake").iterdir()} == set(exportkit.schema())
    assert exportkit.read_table(desk / "export.ndjson", "objects").num_rows == 3


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["convert", "bad.ndjson", "lake"], 3),
        (["inspect", "bad.ndjson"], 3),
        (["validate", "bad.ndjson"], 3),
        (["convert", "bad.ndjson", "lake", "--on-bad-row", "skip"], 0),
    ],
)
def test_rejected_lines_end_with_3_and_skipped_ones_with_0(command: list[str], code: int) -> None:
    assert main(command) == code


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["convert", "missing.ndjson", "lake"], "error: No such file or directory: missing.ndjson\n"),
        (
            ["convert", "bad.ndjson", "lake", "--on-bad-row", "raise"],
            "error: the line has no usable data row id (at $.data_row.id in bad.ndjson, line 2, byte 510)\n",
        ),
        (
            ["convert", "export.ndjson", "lake", "--tables", "labels,objcts"],
            "error: there is no table 'objcts'\nhint: did you mean 'objects'?\n",
        ),
        (["schema", "projcts"], "error: there is no table 'projcts'\nhint: did you mean 'projects'?\n"),
    ],
)
def test_a_failure_ends_with_1_and_says_what_to_do(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, *([] if arguments[0] == "schema" else ["--quiet"])]) == 1
    assert capsys.readouterr() == ("", message)


@pytest.mark.usefixtures("desk")
def test_a_hint_names_options_as_the_command_does(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", "export.ndjson", "lake", "--quiet"]) == 0
    assert main(["convert", "export.ndjson", "lake", "--quiet"]) == 1
    assert capsys.readouterr().err == (
        "error: the destination already holds attachments, classifications, data_rows and 11 more (in lake)\n"
        "hint: choose --mode append or --mode overwrite, or another destination\n"
    )


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["convert"], f"error: convert needs a source and a destination\n{HINT}"),
        (["convert", "export.ndjson"], f"error: convert needs a source and a destination\n{HINT}"),
        (["inspect"], "error: inspect needs a source\nhint: exportkit inspect --help\n"),
        (["validate"], "error: validate needs a source\nhint: exportkit validate --help\n"),
        (
            ["convert", "a", "b", "--frmat", "arrow"],
            f"error: Unknown option: --frmat. Did you mean --format?\n{HINT}",
        ),
        (
            ["convert", "a", "b", "--format", "csv"],
            f'error: Invalid value "csv" for --format. Choose from: "parquet", "arrow".\n{HINT}',
        ),
        (
            ["convert", "a", "b", "--max-rejects", "few"],
            f"error: Invalid value for --max-rejects: it must be a number or none\n{HINT}",
        ),
        (
            ["convert", "export.ndjson", "lake", "--compression-level", "99"],
            "error: --compression-level must be 1 to 22, not 99\n",
        ),
        (
            ["convert", "export.ndjson", "lake", "--workers", "2", "--memory-limit", "100MB"],
            "error: --memory-limit must be at least 300 MB for 2 workers, not 100 MB\n",
        ),
        (
            ["convert", "export.ndjson", "lake", "--memory-limit", "much"],
            "error: --memory-limit must be a number of bytes, or a size such as '700MB', not 'much'\n",
        ),
        (["inspect", "export.ndjson", "--top", "-1"], "error: --top must be 0 or more, not -1\n"),
        (
            ["zigzag"],
            (
                'error: Unknown command "zigzag". Available commands: convert, inspect, rejects, rebuild, '
                "replay, schema, upgrade, validate.\n"
                "hint: exportkit --help\n"
            ),
        ),
    ],
)
def test_wrong_usage_ends_with_2_and_names_the_help(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert capsys.readouterr() == ("", message)


@pytest.mark.usefixtures("desk")
def test_a_fault_of_the_program_is_not_taken_for_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise TypeError("a fault")

    monkeypatch.setattr(exportkit, "to_parquet", broken)
    with pytest.raises(TypeError, match=r"^a fault$"):
        main(["convert", "export.ndjson", "lake"])


@pytest.mark.parametrize("stopped_by", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_conversion_ends_with_130_and_leaves_nothing(
    desk: Path, stopped_by: signal.Signals
) -> None:
    with subprocess.Popen(
        [*COMMAND, "convert", "-", "lake", "--quiet"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=desk,
        env=ENVIRONMENT,
    ) as running:
        assert running.stdin is not None
        running.stdin.write(export_of(row("a", "car")))
        running.stdin.flush()
        while not list(desk.glob("lake/.exportkit-*")) and running.poll() is None:
            time.sleep(0.01)
        time.sleep(0.5)  # by then it waits for the rest of its input
        running.send_signal(stopped_by)
        said, complained = running.communicate(timeout=120)
    assert (said, complained.decode()) == (b"", "interrupted; nothing was written\n")
    assert running.returncode == 130
    assert not (desk / "lake").exists()


@pytest.mark.parametrize("command", [["schema", "objects"], ["schema", "--json"]])
def test_a_reader_that_leaves_early_ends_the_command_quietly(desk: Path, command: list[str]) -> None:
    out, to_command = os.pipe()
    os.close(out)
    with os.fdopen(to_command, "wb") as stdout:
        ran = subprocess.run(
            [*COMMAND, *command],
            stdout=stdout,
            stderr=subprocess.PIPE,
            cwd=desk,
            env=ENVIRONMENT,
            check=False,
        )
    assert (ran.returncode, ran.stderr) == (1, b"")


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr() == (f"{exportkit.__version__}\n", "")


@pytest.mark.parametrize("command", [[], ["convert"], ["inspect"], ["schema"], ["validate"]])
def test_help_says_what_every_option_does(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(" ".join(["Usage: exportkit", *command]))
    assert "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but some lines were" in said
