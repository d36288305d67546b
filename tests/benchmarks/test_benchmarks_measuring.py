"""Measuring: what a run took, and that failures are not figures."""

from __future__ import annotations

import os
import sys

import pytest

from benchmarks.measuring import BenchmarkError, children, measure, pss

MIB = 2**20


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_run_gives_the_json_value_on_its_last_line() -> None:
    taken = measure(python("print('working'); print('{\"rows\": {\"labels\": 3}}')"))
    assert taken.answer == {"rows": {"labels": 3}}
    assert taken.peak_pss_bytes is None


def test_processor_time_counts_the_children_of_a_run() -> None:
    burn = "import time\nwhile time.process_time() < 0.3: pass"
    alone = measure(python("pass")).cpu_seconds
    taken = measure(python(f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}])"))
    assert taken.cpu_seconds >= alone + 0.2


def test_peak_memory_adds_up_the_children_of_a_run() -> None:
    hold = f"held = bytearray({64 * MIB}); import time; time.sleep(0.5)"
    start = f"import subprocess, sys; child = subprocess.Popen([sys.executable, '-c', {hold!r}])"
    taken = measure(python(f"{start}; {hold}; child.wait()"), sample_memory=True)
    assert taken.peak_pss_bytes is not None
    assert taken.peak_pss_bytes > 128 * MIB
    assert taken.max_rss_bytes > 64 * MIB


def test_a_command_that_fails_is_an_error_with_its_last_words() -> None:
    with pytest.raises(BenchmarkError, match=r"ended with 3:\nno such table"):
        measure(python("import sys; sys.stderr.write('no such table'); sys.exit(3)"))


def test_a_process_that_has_ended_holds_no_memory() -> None:
    assert pss(2**22 + 1) == 0
    assert children(2**22 + 1) == []
    assert pss(os.getpid()) > 0
