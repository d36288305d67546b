"""Progress: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import termios
from pathlib import Path

import pytest

from cli.commands import COMMAND, ENVIRONMENT, run
from exportkit.cli.progress import PlainLines, line_of, seconds_left
from exportkit.events import Progress

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def progress(
    stored_bytes: int,
    seconds: float,
    *,
    total_bytes: int | None = 1_000_000,
    data_rows: int = 10,
    rejects: int = 0,
) -> Progress:
    return Progress(stored_bytes, total_bytes, data_rows, rejects, seconds, "export.ndjson")


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (progress(500_000, 2.0), "read 500.0 kB of 1.0 MB, 10 data rows, 250.0 kB/s, 2.0 s left"),
        (progress(500_000, 0.5), "read 500.0 kB of 1.0 MB, 10 data rows, 1.0 MB/s"),
        (progress(500_000, 2.0, total_bytes=None), "read 500.0 kB, 10 data rows, 250.0 kB/s"),
        (
            progress(1_000_000, 4.0, data_rows=1, rejects=1_234),
            "read 1.0 MB of 1.0 MB, 1 data row, 1,234 bad lines, 250.0 kB/s",
        ),
        (progress(0, 0.0), "read 0 B of 1.0 MB, 10 data rows, 0 B/s"),
    ],
)
def test_a_plain_line_says_bytes_rows_rate_and_time_left(given: Progress, line: str) -> None:
    assert line_of(given) == line


def test_time_left_is_not_guessed_without_a_total() -> None:
    assert seconds_left(progress(500_000, 2.0, total_bytes=None)) is None


def test_plain_lines_come_every_five_seconds_and_at_the_end() -> None:
    stream = io.StringIO()
    lines = PlainLines(stream)
    for second in range(13):
        lines.show(progress(1_000 * second, float(second), total_bytes=None))
    lines.end()
    assert [line.split(",")[0] for line in stream.getvalue().splitlines()] == [
        "read 5.0 kB",
        "read 10.0 kB",
        "read 12.0 kB",
    ]


def test_a_run_that_never_began_says_nothing() -> None:
    stream = io.StringIO()
    PlainLines(stream).end()
    assert stream.getvalue() == ""


def test_a_piped_conversion_says_on_standard_error_how_far_it_came(desk: Path) -> None:
    ran = run("convert", "export.ndjson", "lake", cwd=desk)
    assert ran.stderr.splitlines()[-1].startswith("read 1.2 kB of 1.2 kB, 2 data rows, ")
    assert "\x1b" not in ran.stderr + ran.stdout


def in_terminal(*arguments: str, cwd: Path, columns: int, environment: dict[str, str]) -> tuple[str, int]:
    """Run ``exportkit`` in a pseudo-terminal; return everything it shows, and its exit code."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    with subprocess.Popen(
        [*COMMAND, *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=cwd,
        env=ENVIRONMENT | environment,
    ) as running:
        os.close(theirs)
        shown = bytearray()
        while chunk := read_or_end(ours):
            shown += chunk
    os.close(ours)
    return shown.decode().replace("\r\n", "\n"), running.returncode


def read_or_end(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # Linux says so when the other end of a terminal is closed
        return b""


@pytest.mark.parametrize("columns", [80, 120])
def test_a_terminal_shows_a_bar_and_then_the_summary(desk: Path, columns: int) -> None:
    shown, code = in_terminal(
        "convert", "export.ndjson", "lake", cwd=desk, columns=columns, environment={"TERM": "xterm-256color"}
    )
    assert code == 0
    assert (desk / "lake" / "objects").is_dir()
    assert "━" in shown
    assert " · 2 rows · " in shown
    assert ("export.ndjson ━" in ESCAPES.sub("", shown)) == (columns == 120)
    assert " in 14 files to lake\n" in ESCAPES.sub("", shown)


def test_a_dumb_terminal_gets_plain_lines(desk: Path) -> None:
    shown, code = in_terminal(
        "convert", "export.ndjson", "lake", cwd=desk, columns=80, environment={"TERM": "dumb"}
    )
    assert code == 0
    assert "\x1b" not in shown
    assert shown.startswith("read ")


@pytest.mark.parametrize("columns", [80, 120])
def test_findings_fit_the_terminal(desk: Path, columns: int) -> None:
    shown, code = in_terminal(
        "inspect", "export.ndjson", "--quiet", cwd=desk, columns=columns, environment={"TERM": "xterm"}
    )
    assert code == 0
    assert max(map(len, ESCAPES.sub("", shown).splitlines())) <= columns
