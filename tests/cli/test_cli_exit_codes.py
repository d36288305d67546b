"""How a run ends: its exit code, and one message without a traceback."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

import exportkit
from cli.commands import COMMAND, ENVIRONMENT, export_of, row, run
from exportkit.cli import main
from exportkit.cli.command import COMMANDS

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
    ],
)
def test_a_failure_ends_with_1_and_says_what_to_do(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--quiet"]) == 1
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
            ["convert", "export.ndjson", "lake", "--max-rejects", "-1"],
            "error: --max-rejects must be 0 or more, or none, not -1\n",
        ),
        (
            ["convert", "export.ndjson", "lake", "--redact", "label_id=hash"],
            (
                "error: hashes need a key\n"
                "hint: set the environment variable EXPORTKIT_REDACT_KEY, or in Python give redact_key\n"
            ),
        ),
        (
            ["convert", "export.ndjson", "lake", "--where", "data_row_ids=@no.txt"],
            "error: the file no.txt cannot be read: No such file or directory\n",
        ),
        (
            ["upgrade", "v1.json", ""],
            "error: the destination is empty: name a file, or - for standard output\n",
        ),
        (
            ["convert", "export.ndjson", "lake", "--where", "metadata.=3"],
            "error: --where metadata.NAME=VALUE needs the name of a metadata field\n",
        ),
        (
            ["convert", "export.ndjson", "lake", "--param", "project_ids"],
            "error: --param project_ids takes ids with commas between them, as project_ids=A,B\n",
        ),
        (
            ["convert", "export.ndjson", "lake", "--tables", ""],
            (
                "error: Invalid value for --tables: it must be names with commas between them, such as "
                "labels,objects\nhint: exportkit convert --help\n"
            ),
        ),
        (["rejects", "lake", "--top", "0"], "error: --top must be 1 or more, not 0\n"),
        (
            ["rejects", "lake", "--top", "1.5"],
            "error: Invalid value for --top: it must be a whole number\nhint: exportkit rejects --help\n",
        ),
        (
            ["convert", "export.ndjson", "lake", "--tables", "labels,objcts"],
            "error: there is no table 'objcts'\nhint: did you mean 'objects'?\n",
        ),
        (["schema", "projcts"], "error: there is no table 'projcts'\nhint: did you mean 'projects'?\n"),
        (
            ["upgrade", "export.ndjson", "-", "--json"],
            "error: --json prints to standard output, where the lines go already\nhint: name a file\n",
        ),
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
    said, complained = capsys.readouterr()
    assert complained == message
    assert said == "" or "--json" in arguments


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["convert", "missing.ndjson", "lake"],
            {"type": "FileNotFoundError", "exit_code": 1,
             "problem": "No such file or directory: missing.ndjson", "hint": None},
        ),
        (
            ["convert", "bad.ndjson", "lake", "--on-bad-row", "raise"],
            {"type": "DecodeError", "exit_code": 1, "problem": "the line has no usable data row id",
             "hint": None, "json_path": "$.data_row.id", "source_uri": "bad.ndjson", "line": 2,
             "byte_offset": 510},
        ),
        (
            ["convert", "a"],
            {"type": "UsageError", "exit_code": 2, "problem": "convert needs a source and a destination",
             "hint": "exportkit convert --help"},
        ),
        (
            ["inspect", "a", "--tp", "3"],
            {"type": "UsageError", "exit_code": 2,
             "problem": "Unknown option: --tp. Did you mean --top?", "hint": "exportkit inspect --help"},
        ),
        (
            ["schema", "projcts"],
            {"type": "UnknownNameError", "exit_code": 2, "problem": "there is no table 'projcts'",
             "hint": "did you mean 'projects'?", "json_path": None, "source_uri": None, "line": None,
             "byte_offset": None},
        ),
    ],
)  # fmt: skip
def test_json_is_one_object_about_the_failure(
    arguments: list[str], told: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*arguments, "--json"]) == told["exit_code"]
    said, complained = capsys.readouterr()
    assert json.loads(said) == {"error": told}
    assert f"error: {told['problem']}" in complained


@pytest.mark.usefixtures("desk")
def test_a_fault_of_the_program_is_not_taken_for_wrong_usage(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise TypeError("a fault")

    monkeypatch.setattr(exportkit, "to_parquet", broken)
    with pytest.raises(TypeError, match=r"^a fault$"):
        main(["convert", "export.ndjson", "lake"])


@pytest.mark.parametrize("stopped_by", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_conversion_that_a_signal_ends_says_which_by_its_exit_code_and_leaves_nothing(
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
    assert running.returncode == 128 + stopped_by
    assert not (desk / "lake").exists()


def test_a_signal_that_was_to_be_ignored_is(desk: Path) -> None:
    with subprocess.Popen(
        ["nohup", *COMMAND, "convert", "-", "lake", "--quiet"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=desk, env=ENVIRONMENT,
    ) as running:  # fmt: skip
        assert running.stdin is not None
        running.stdin.write(export_of(row("a", "car")))
        running.stdin.flush()
        while not list(desk.glob("lake/.exportkit-*")) and running.poll() is None:
            time.sleep(0.01)
        running.send_signal(signal.SIGHUP)
        running.communicate(export_of(row("b")), timeout=120)
    assert running.returncode == 0


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["schema", "objects"], 0),
        (["schema", "--json"], 0),
        (["convert", "export.ndjson", "lake", "--json"], 0),
        (["inspect", "bad.ndjson", "--quiet"], 3),
        (["convert", "missing.ndjson", "lake", "--json"], 1),
    ],
)
def test_a_reader_that_leaves_early_changes_no_exit_code(desk: Path, command: list[str], code: int) -> None:
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
    assert ran.returncode == code
    assert b"Traceback" not in ran.stderr
    assert b"BrokenPipe" not in ran.stderr


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (["schema"], 0),
        (["convert", "export.ndjson", "lake"], 0),
        (["inspect", "export.ndjson"], 0),
        (["validate", "bad.ndjson"], 3),
        (["inspect", "missing.ndjson", "--json"], 1),
        (["schema", "projcts"], 2),
        (["upgrade", "export.ndjson", "-"], 2),
    ],
)
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_closed_streams_are_no_fault(desk: Path, command: list[str], code: int, closed: str) -> None:
    words = shlex.join([*COMMAND, *command])
    ran = subprocess.run(
        ["sh", "-c", f"{words} {closed}"], capture_output=True, cwd=desk, env=ENVIRONMENT, check=False
    )
    if command[0] == "upgrade" and closed == "2>&-":
        code = 1  # it can be written to then, and is no Export V1
    assert ran.returncode == code
    assert b"Traceback" not in ran.stderr


def test_a_destination_whose_name_is_not_utf_8_is_written_and_read(desk: Path) -> None:
    lake = os.fsdecode(b"l\xffke")
    assert run("convert", "export.ndjson", lake, "--quiet", cwd=desk).returncode == 0
    ran = run("rebuild", lake, "back.ndjson", cwd=desk)
    assert (ran.returncode, ran.stdout) == (0, "Wrote 2 lines to back.ndjson\n")


def test_the_version_is_that_of_the_package(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr() == (f"{exportkit.__version__}\n", "")


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS)])
def test_help_says_what_every_option_does(command: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*command, "--help"]) == 0
    said = capsys.readouterr().out
    assert said.startswith(" ".join(["Usage: exportkit", *command]))
    assert "Exit codes: 0 done, 1 failed, 2 wrong usage, 3 done but some lines were" in said
    assert "129 interrupted by SIGHUP, 130 by Ctrl-C, 143 by SIGTERM" in said
    assert ("SOURCE is a file" in said) is ("SOURCE" in COMMANDS.get("".join(command), "SOURCE"))
    assert "--LAKE" not in said
