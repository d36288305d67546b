"""Programs that mend a line: what they get, and everything that leaves the line a reject."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from exportkit import ExportkitError
from exportkit.errors import RowError
from exportkit.rejects import Command, commands
from rejects.broken_lakes import program

ECHO = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"


@pytest.mark.parametrize("line", [b"x", b"\x00\xff\\", "é\u2028".encode(), b"y" * 3_000_000])
def test_a_program_gets_the_line_and_gives_a_line(line: bytes) -> None:
    assert program(ECHO).mended([line]) == line


def test_a_line_in_chunks_is_one_line_with_an_end() -> None:
    seen = program("import sys; print(repr(sys.stdin.read()))").mended([b"a", b"", b"b" * 100_000])
    assert seen == repr("a" + "b" * 100_000 + "\n").encode()


def test_a_program_that_does_not_read_the_line_may_still_print_one() -> None:
    assert program("print('{}')").mended([b"x" * 3_000_000]) == b"{}"


def test_a_program_may_print_before_it_has_read_all() -> None:
    text = "import sys; sys.stdout.write('y' * 1_000_000); sys.stdout.flush(); sys.stdin.read()"
    assert program(text).mended([b"x" * 1_000_000]) == b"y" * 1_000_000


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "the command printed nothing"),
        ("print(' \\n\\t\\r\\n')", "the command printed nothing"),
        ("print('{}'); raise SystemExit(3)", "the command ended with exit code 3"),
        ("import os; print('{}', flush=True); os.kill(os.getpid(), 9)", "the command ended with SIGKILL"),
        ("print('{}\\n{}')", "the command printed more than one line"),
        ("import time; time.sleep(60)", "the command took longer than 0.5 s"),
        ("import os, time; os.close(1); time.sleep(60)", "the command took longer than 0.5 s"),
        ("while True: print('x' * 1000)", "the command printed more than 1 MiB"),
    ],
)
def test_what_cannot_be_used_is_said(text: str, problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "MAX_PRINTED_BYTES", 2**20)
    patient = "took" not in problem
    with pytest.raises(RowError) as caught:
        program(text, timeout_seconds=60.0 if patient else 0.5).mended([b"{"])
    assert str(caught.value) == problem


def test_nothing_of_a_program_is_left_that_took_too_long(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    child = (
        f"import os, pathlib, time; pathlib.Path({str(mark)!r}).write_text(str(os.getpid())); time.sleep(600)"
    )
    text = f"import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', {child!r}])"
    with pytest.raises(RowError, match="took longer"):
        program(text, timeout_seconds=3.0).mended([b"{"])
    deadline = time.monotonic() + 60
    while _runs(int(mark.read_text())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(int(mark.read_text()))


def _runs(number: int) -> bool:
    try:
        state = Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_program_that_is_not_there_ends_the_replay() -> None:
    with pytest.raises(ExportkitError) as caught:
        Command(["no-such-program"]).mended([b"{"])
    assert not isinstance(caught.value, RowError)
    assert str(caught.value) == (
        "the command 'no-such-program' cannot be started: No such file or directory\n"
        "hint: name a program that is on PATH, or give its path"
    )


def test_no_shell_reads_the_words(tmp_path: Path) -> None:
    touched = tmp_path / "touched"
    text = "import sys; print(sys.argv[1])"
    assert program(text, f"$(touch {touched}); *").mended([b"{"]) == f"$(touch {touched}); *".encode()
    assert not touched.exists()


def test_what_a_program_complains_of_goes_to_standard_error() -> None:
    complain = "import sys; print(1); sys.stderr.write('oh')"
    text = (
        "import sys; from exportkit.rejects import Command; "
        f"print(Command([sys.executable, '-c', {complain!r}]).mended([b'']))"
    )
    root = str(Path(__file__).parents[2])
    ran = subprocess.run(
        [sys.executable, "-c", text], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    assert (ran.stdout, ran.stderr) == ("b'1'\n", "oh")
