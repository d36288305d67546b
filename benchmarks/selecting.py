"""Selecting: the cost of converting a selection, relative to the whole export.

Command: ``python -m benchmarks.selecting [--shape SHAPE] [--size SIZE] [--runs N]``. Each selection converts
to Parquet in a process of its own, in turn with the others; times are medians and include the start of the
process.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.corpora import SHAPES, parse_size
from benchmarks.corpus_files import CorpusFiles
from benchmarks.measuring import Measurement, measure

__all__ = ["main"]

CONVERT = (
    "import exportkit; "
    "exportkit.to_parquet({source!r}, {destination!r}, mode='overwrite', workers=1, **{selected!r})"
)


def selections(source: Path) -> dict[str, dict[str, Any]]:
    """Return the options of each selection by its name; the data row is one in the middle of the file."""
    with source.open("rb") as file:
        file.seek(source.stat().st_size // 2)
        file.readline()
        data_row = json.loads(file.readline())["data_row"]["id"]
    return {
        "everything": {},
        'tables=["labels"]': {"tables": ["labels"]},
        "one data_row_id": {"filters": {"data_row_ids": [data_row]}},
        'params={"label_details": True}': {"params": {"label_details": True}},
        'labels="latest"': {"labels": "latest"},
        'redact={"created_by": "hash"}': {"redact": {"created_by": "hash"}, "redact_key": "key"},
    }


def main(arguments: list[str] | None = None) -> None:
    """Print wall-clock and processor seconds of each selection, and their shares of those for everything."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.selecting", description=main.__doc__)
    parser.add_argument("--shape", choices=SHAPES, default="images")
    parser.add_argument("--size", type=parse_size, default=200_000_000, help="such as 200MB")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args(arguments)
    source = CorpusFiles().plain(options.shape, options.size)
    options_by_name = selections(source)
    found: dict[str, list[Measurement]] = {name: [] for name in options_by_name}
    with tempfile.TemporaryDirectory(prefix="exportkit-bench-") as folder:
        destination = str(Path(folder) / "lake")
        for _ in range(options.runs):
            for name, selected in options_by_name.items():
                code = CONVERT.format(source=str(source), destination=destination, selected=selected)
                found[name].append(measure([sys.executable, "-W", "ignore", "-c", code]))
    whole = medians(found["everything"])
    for name, measurements in found.items():
        shares = zip(medians(measurements), whole, strict=True)
        print(f"{name:32}", *(f"{own:8.2f} s {own / all_of_it:5.0%}" for own, all_of_it in shares))


def medians(measurements: list[Measurement]) -> tuple[float, float]:
    """Return the median wall-clock and processor seconds."""
    return (
        statistics.median(one.seconds for one in measurements),
        statistics.median(one.cpu_seconds for one in measurements),
    )


if __name__ == "__main__":
    main()
