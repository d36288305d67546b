"""Peak memory: takes exports of growing size and lines that do not fit, gives the peak of the process tree.

Command: ``python -m benchmarks.memory [--only sizes|lines] [--shape NAME] [--scale 0.1]``. The peak must not
depend on the export: peaks of growing exports are compared with one another, and every peak with a bound. The
exit code is 1 if either comparison fails. Exports are made one at a time and removed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from benchmarks.candidates import CANDIDATES, Candidate
from benchmarks.conversions import Job, run_once
from benchmarks.corpora import LONG_LINES, SHAPES, parse_size
from benchmarks.corpus_files import CorpusFiles
from benchmarks.measuring import BenchmarkError, Measurement

__all__ = ["MOST_BYTES", "MOST_SPREAD", "jobs_of_lines", "jobs_of_sizes", "main", "missed", "table"]

MB = 10**6
GB = 10**9
#: No conversion with two workers may exceed this peak.
MOST_BYTES = 700 * MB
#: Ratio of the largest to the smallest peak of one shape, over all sizes.
MOST_SPREAD = 1.15
SIZES = (800 * MB, 1_600 * MB, 3_200 * MB)
STORED = ("plain", "gzip", "stdin")
#: Single lines: bytes of a video, or the number of members of the line.
LINES = (
    ("one_video_row", 100 * MB),
    ("one_video_row", 1 * GB),
    ("one_row_of_objects", 1_000_000),
    ("one_label_of_answers", 100_000),
    ("one_row_of_projects", 10_000),
)

Found = list[tuple[Job, Measurement]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print a table, and print the bounds that were exceeded."""
    options = parse(arguments)
    jobs: list[Job] = []
    if options.only != "lines":
        jobs += jobs_of_sizes(options.shape or ["images", "video"], options.scale)
    if options.only != "sizes":
        jobs += jobs_of_lines(options.scale, options.shape)
    candidate = CANDIDATES[f"exportkit-{options.workers}"]
    found: Found = []
    try:
        for one, taken in measured(jobs, candidate, options.corpora, options.memory_limit):
            found.append((one, taken))
            print(row(one, taken), file=sys.stderr, flush=True)
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(table(found))
    failures = missed(found, options.bound)
    for failure in failures:
        print(failure)
    return 1 if failures else 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.memory", description=__doc__)
    parser.add_argument("--only", choices=["sizes", "lines"], help="growing exports, or long lines")
    parser.add_argument("--shape", action="append", choices=SHAPES, help="images and video by default")
    parser.add_argument("--scale", type=float, default=1, help="a share of every size, for a short look")
    parser.add_argument("--workers", choices=["1", "2"], default="2")
    parser.add_argument("--memory-limit", help="passed on to the conversion")
    parser.add_argument("--bound", type=parse_size, default=MOST_BYTES, help="largest peak that is allowed")
    parser.add_argument("--corpora", type=Path, help="folder in which exports are kept")
    return parser.parse_args(arguments)


def jobs_of_sizes(shapes: Sequence[str], scale: float) -> list[Job]:
    """Return conversions of growing exports, in every form of storage."""
    sizes = [max(1, int(size * scale)) for size in SIZES]
    growing = [shape for shape in shapes if shape not in LONG_LINES]
    return [
        Job(shape, size, stored=stored)
        for shape in growing
        if shape != "one_video_row"
        for stored in STORED
        for size in sizes
    ]


def jobs_of_lines(scale: float, shapes: Sequence[str] | None = None) -> list[Job]:
    """Return conversions of single long lines, from a file and from a stream that cannot be read twice."""
    return [
        Job(shape, max(1, int(amount * scale)), stored=stored)
        for shape, amount in LINES
        if not shapes or shape in shapes
        for stored in ("plain", "stdin")
    ]


def measured(
    jobs: Sequence[Job], candidate: Candidate, folder: Path | None, memory_limit: str | None
) -> Iterator[tuple[Job, Measurement]]:
    """Yield the figures of each job; without a folder, an export is made for its jobs and then removed."""
    for _, same in groupby(sorted(jobs, key=_corpus), key=_corpus):
        with tempfile.TemporaryDirectory(prefix="exportkit-bench-") as temporary:
            corpora = CorpusFiles(folder or Path(temporary))
            for job in same:
                taken, _ = run_once(job, candidate, corpora, sample_memory=True, memory_limit=memory_limit)
                yield job, taken


def missed(found: Found, bound: int = MOST_BYTES) -> list[str]:
    """Return one line per bound that was exceeded."""
    exceeded = [
        f"{described(job)}: {peak(taken) / MB:.0f} MB are more than {bound / MB:.0f} MB"
        for job, taken in found
        if peak(taken) > bound
    ]
    growing: dict[tuple[str, str], list[int]] = {}
    for job, taken in found:
        if job.shape not in dict(LINES):
            growing.setdefault((job.shape, job.stored), []).append(peak(taken))
    return exceeded + [
        f"{shape}, {stored}: the largest peak is {max(peaks) / min(peaks):.2f} times the smallest"
        for (shape, stored), peaks in growing.items()
        if max(peaks) > MOST_SPREAD * min(peaks)
    ]


def table(found: Found) -> str:
    """Return a Markdown table of all peaks."""
    head = ["| export | stored | peak, MB | seconds, with sampling |", "| --- | --- | --- | --- |"]
    return "\n".join([*head, *(row(job, taken) for job, taken in found)])


def row(job: Job, taken: Measurement) -> str:
    """Return a row of the table."""
    return f"| {_named(job)} | {job.stored} | {peak(taken) / MB:.0f} | {taken.seconds:.1f} |"


def described(job: Job) -> str:
    """Return a description of a job."""
    return f"{_named(job)}, {job.stored}"


def peak(taken: Measurement) -> int:
    """Return the peak of the process tree in bytes."""
    return taken.peak_pss_bytes or 0


def _named(job: Job) -> str:
    if job.shape in LONG_LINES:
        return f"{job.shape} ({job.size_bytes})"
    return f"{job.shape} {job.size_bytes / MB:g} MB"


def _corpus(job: Job) -> tuple[str, int]:
    return job.shape, job.size_bytes


if __name__ == "__main__":
    sys.exit(main())
