"""Measuring: takes a command, gives its time, memory and output; does not know what it runs."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

__all__ = ["BenchmarkError", "Measurement", "files_size", "measure"]

#: Pause between two samples of a process tree, in seconds: a shorter peak can be missed.
SAMPLE_EVERY_SECONDS = 0.02


class BenchmarkError(Exception):
    """A measured command failed, or two candidates disagree."""


class Measurement(msgspec.Struct, kw_only=True):
    """The figures of one run of a command.

    Attributes
    ----------
    seconds : float
        From the start of the process to its end.
    cpu_seconds : float
        User and system time of the process and of all its children.
    max_rss_bytes : int
        Largest resident set of a single process of the tree, shared pages included; never below that of the
        measuring process, whose memory a new process shares until it runs its program.
    peak_pss_bytes : int, optional
        Peak of the sum over the process tree, shared pages counted once; only where memory was sampled.
    answer : object
        The JSON value on the command's last line of output.
    """

    seconds: float
    cpu_seconds: float
    max_rss_bytes: int
    peak_pss_bytes: int | None
    answer: Any


def measure(
    arguments: Sequence[str], *, sample_memory: bool = False, standard_input: Path | None = None
) -> Measurement:
    """Run a command to its end and return its figures.

    Parameters
    ----------
    arguments : sequence of str
        The command.
    sample_memory : bool
        Sample the memory of the process tree. Sampling takes time of its own, so that `seconds` of such a run
        cannot be compared.
    standard_input : Path, optional
        A file that the command reads as its standard input.

    Raises
    ------
    BenchmarkError
        The command failed; the message ends with its output on standard error.
    """
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        given = standard_input.open("rb") if standard_input else None
        started = time.perf_counter()
        process = subprocess.Popen(arguments, stdin=given, stdout=output, stderr=errors)
        sampler = MemorySampler(process.pid) if sample_memory else None
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        peak = sampler.stop() if sampler else None
        if given:
            given.close()
        output.seek(0)
        errors.seek(0)
        if process.returncode != 0:
            last = errors.read().decode(errors="replace")[-2000:]
            raise BenchmarkError(f"{' '.join(arguments)} ended with {process.returncode}:\n{last}")
        lines = output.read().splitlines()
    return Measurement(
        seconds=seconds,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        max_rss_bytes=usage.ru_maxrss * 1024,
        peak_pss_bytes=peak,
        answer=json.loads(lines[-1]) if lines else None,
    )


class MemorySampler:
    """Samples a process tree from a thread until `stop` is called.

    Parameters
    ----------
    pid : int
        The root of the tree; its children are looked up for every sample.
    """

    def __init__(self, pid: int) -> None:
        self._root = pid
        self._peak = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> int:
        """Stop sampling and return the peak in bytes."""
        self._done.set()
        self._thread.join()
        return self._peak

    def _watch(self) -> None:
        while not self._done.wait(SAMPLE_EVERY_SECONDS):
            self._peak = max(self._peak, tree_pss(self._root))


def tree_pss(root: int) -> int:
    """Return the proportional set size of a process and all its descendants, in bytes."""
    return pss(root) + sum(tree_pss(child) for child in children(root))


def children(pid: int) -> list[int]:
    """Return the processes that a process has started, none if it has ended."""
    try:
        lists = [path.read_text(encoding="ascii") for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:
        return []
    return [int(child) for found in lists for child in found.split()]


def pss(pid: int) -> int:
    """Return the proportional set size of a process in bytes, 0 if it has ended."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    for line in rollup.splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def files_size(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
