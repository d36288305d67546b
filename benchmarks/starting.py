"""Start-up: the time of converting fifty lines in a new process, next to that of importing pyarrow's Parquet.

The destination is new in every run.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from benchmarks.corpus_files import CorpusFiles
from benchmarks.measuring import measure
from benchmarks.results import StartUp

__all__ = ["IMPORT", "TO_PARQUET", "time_starting"]

LINES = 50
IMPORT = "import pyarrow.parquet"
TO_PARQUET = f"to_parquet, {LINES} lines"
CONVERT = "import exportkit; exportkit.to_parquet({source!r}, {destination!r})"


def time_starting(corpora: CorpusFiles, runs: int) -> list[StartUp]:
    """Return the seconds of small jobs in new processes, from `runs` rounds in turn."""
    source = str(corpora.lines("images", LINES))
    found: dict[str, StartUp] = {}
    with tempfile.TemporaryDirectory(prefix="exportkit-bench-") as folder:
        for number in range(-1, runs):
            for job, command in commands(source, Path(folder), number).items():
                seconds = measure(command).seconds
                if number >= 0:  # the first round warms the file cache
                    found.setdefault(job, StartUp(job=job, seconds=[])).seconds.append(seconds)
    return list(found.values())


def commands(source: str, folder: Path, number: int) -> dict[str, list[str]]:
    """Return the command of every job by its name, with new destinations."""
    by_library, by_command = str(folder / f"library-{number}"), str(folder / f"command-{number}")
    python = sys.executable
    return {
        IMPORT: [python, "-c", IMPORT],
        "import exportkit": [python, "-c", "import exportkit"],
        TO_PARQUET: [
            python, "-c", CONVERT.format(source=source, destination=by_library),
        ],
        f"exportkit convert, {LINES} lines": [
            python, "-m", "exportkit", "convert", source, by_command, "--quiet",
        ],
    }  # fmt: skip
