"""``exportkit rejects`` and ``exportkit replay`` as people and scripts run them."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path

import pytest

from cli.commands import run
from rejects.broken_lakes import MEND, broken, everything_below, good, rows_of, write_rejecting

LINES = [good("a"), broken("b"), b'{"data_row":{"id":7}}', broken("ccc")]
THROUGH = shlex.join([sys.executable, "-S", "-c", MEND])


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    write_rejecting(tmp_path / "lake", LINES)
    return tmp_path


def test_rejects_shows_causes_with_one_example_each(desk: Path) -> None:
    ran = run("rejects", "lake", cwd=desk)
    assert (ran.returncode, ran.stderr) == (0, "")
    offset = len(LINES[0]) + 1
    assert ran.stdout == (
        f"3 rejected lines ({sum(map(len, LINES[1:]))} B)\n"
        "\n"
        "2 lines: the line is not JSON: object keys must be strings at byte … of the line\n"
        f"  for example {desk}/export.ndjson:2:{offset}\n"
        "\n"
        "1 line: the line has no usable data row id\n"
        f"  for example {desk}/export.ndjson:3:{offset + len(LINES[1]) + 1}\n"
    )


def test_rejects_shows_what_the_platform_says(tmp_path: Path) -> None:
    entry = b'{"data_row_id":"d","error":"row not\\u001b[1m found"}'
    write_rejecting(tmp_path / "lake", [good("a"), entry])
    ran = run("rejects", "lake", cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines()[2:] == [
        "1 line: the line is an entry of the platform's error stream, not a data row",
        f"  for example {tmp_path}/export.ndjson:2:{len(good('a')) + 1}, data row d",
        r"  the platform says: row not\x1b[1m found",
    ]


def test_rejects_lists_so_many_causes_and_counts_the_rest(desk: Path) -> None:
    ran = run("rejects", "lake", "--top", "1", cwd=desk)
    assert ran.stdout.endswith("\n\n… and 1 line of other causes\n")
    told = json.loads(run("rejects", "lake", "--top", "1", "--json", cwd=desk).stdout)
    assert (told["lines"], told["others"], len(told["causes"])) == (3, 1, 1)
    assert told["causes"][0]["example"]["line"] == 2


def test_replay_moves_what_the_command_mends(desk: Path) -> None:
    ran = run("replay", "lake", "--through", THROUGH, cwd=desk)
    assert ran.returncode == 3
    assert ran.stdout.startswith("Tried 3 rejected lines: 2 moved into the tables, 1 still rejected\n\ntable")
    assert ran.stdout.endswith("\nWhy lines did not pass: the line has no usable data row id: 1\n")
    assert [row["line"] for row in rows_of(desk / "lake")["data_rows"]] == [1, 2, 4]
    again = run("replay", "lake", "--through", THROUGH, "--json", cwd=desk)
    assert again.returncode == 3
    told = json.loads(again.stdout)
    assert (told["lines"], told["moved"], told["rejects"]) == (1, 0, 1)


def test_replay_without_rejects_left_is_done(tmp_path: Path) -> None:
    write_rejecting(tmp_path / "lake", LINES[:2])
    ran = run("replay", "lake", "--through", THROUGH, "--quiet", cwd=tmp_path)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["rejects", "nowhere"], 1, "error: No such directory: nowhere\n"),
        (["replay", "nowhere"], 1, "error: No such directory: nowhere\n"),
        (["rejects", "lake", "--top", "0"], 2, "error: --top must be 1 or more, not 0\n"),
        (["replay", "lake", "--timeout", "0"], 2, "error: --timeout must be more than 0, not 0\n"),
        (["replay", "lake", "--through", ""], 2, "error: --through must name a program\n"),
        (["replay", "lake", "--through", "'x"], 2, "error: --through cannot be read: no closing quotation\n"),
        (
            ["replay", "lake", "--through", "no-such-program"],
            1,
            (
                "error: the command 'no-such-program' cannot be started: No such file or directory\n"
                "hint: name a program that is on PATH, or give its path\n"
            ),
        ),
    ],
)
def test_what_cannot_be_done_is_said(desk: Path, arguments: list[str], code: int, message: str) -> None:
    before = everything_below(desk)
    ran = run(*arguments, cwd=desk)
    assert (ran.returncode, ran.stdout, ran.stderr) == (code, "", message)
    assert everything_below(desk) == before
