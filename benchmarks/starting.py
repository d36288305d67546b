"""Start-up: what fifty lines cost in a new process, beside what importing pyarrow's Parquet costs."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.corpus_files import CorpusFiles
from benchmarks.measuring import measure
from benchmarks.results import StartUp

__all__ = ["IMPORT", "time_starting"]

LINES = 50
IMPORT = "import pyarrow.parquet"
CONVERT = "import exportkit; exportkit.to_parquet({source!r}, {destination!r}, mode='overwrite')"


def time_starting(corpora: CorpusFiles, runs: int) -> list[StartUp]:
    """Return the seconds of small jobs in new processes, from so many runs in turn."""
    source = str(corpora.lines("images", LINES))
    with tempfile.TemporaryDirectory(prefix="exportkit-bench-") as folder:
        destination = str(Path(folder) / "lake")
        python = sys.executable
        jobs = {
            IMPORT: [python, "-c", IMPORT],
            "import exportkit": [python, "-c", "import exportkit"],
            f"to_parquet, {LINES} lines": [
                python,
                "-c",
                CONVERT.format(source=source, destination=destination),
            ],
            f"exportkit convert, {LINES} lines": [
                python,
                *("-m", "exportkit", "convert", source, destination, "--mode", "overwrite", "--quiet"),
            ],
        }
        for command in jobs.values():
            measure(command)
        found = {job: StartUp(job=job, seconds=[]) for job in jobs}
        for _ in range(runs):
            for job, command in jobs.items():
                found[job].seconds.append(measure(command).seconds)
    return list(found.values())
