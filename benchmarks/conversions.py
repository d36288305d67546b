"""Conversions end to end by all candidates, in turn, each in a process of its own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.candidates import Candidate
from benchmarks.corpus_files import CorpusFiles
from benchmarks.measuring import BenchmarkError, Measurement, measure
from benchmarks.results import Conversion

__all__ = ["Job", "check_rows", "run_job"]


@dataclass(frozen=True, slots=True)
class Job:
    """An export to convert.

    Attributes
    ----------
    shape, size_bytes : str, int
        The corpus.
    tables : sequence of str, optional
        Tables to make; all by default.
    stored : {"plain", "gzip", "stdin"}
        How the input is stored.
    """

    shape: str
    size_bytes: int
    tables: tuple[str, ...] | None = None
    stored: str = "plain"


def run_job(
    job: Job,
    candidates: Sequence[Candidate],
    corpora: CorpusFiles,
    runs: int,
    report_progress: Callable[[str], None],
) -> list[Conversion]:
    """Run a job with every candidate: once for memory and rows, then `runs` times in turn for time.

    The first run also warms the file cache. The order is reversed after every round, so that no candidate
    always runs after the same one.

    Raises
    ------
    BenchmarkError
        Two candidates disagree about the rows of a table.
    """
    entries = []
    for candidate in candidates:
        smaller = Job(job.shape, min(job.size_bytes, candidate.most_bytes), job.tables, job.stored)
        entries.append((candidate, smaller))
    found: list[Conversion] = []
    for candidate, own in entries:
        found.append(first_run(own, candidate, corpora))
        report_progress(described(candidate, found[-1]))
    check_rows(found)
    pairs = [pair for pair in zip(entries, found, strict=True) if not pair[1].failure]
    for number in range(runs):
        for (candidate, own), conversion in pairs if number % 2 == 0 else reversed(pairs):
            taken, _ = run_once(own, candidate, corpora)
            conversion.seconds.append(taken.seconds)
            conversion.cpu_seconds.append(taken.cpu_seconds)
            conversion.max_rss_bytes = max(conversion.max_rss_bytes, taken.max_rss_bytes)
    return found


def first_run(job: Job, candidate: Candidate, corpora: CorpusFiles) -> Conversion:
    """Run a candidate once for its memory, its rows and its files."""
    conversion = Conversion(
        shape=job.shape,
        size_bytes=corpora.plain(job.shape, job.size_bytes).stat().st_size,
        tables=",".join(job.tables) if job.tables else "all",
        stored=job.stored,
        candidate=candidate.name,
        seconds=[],
        cpu_seconds=[],
    )
    try:
        taken, conversion.output_bytes = run_once(job, candidate, corpora, sample_memory=True)
    except BenchmarkError as error:
        conversion.failure = str(error).splitlines()[-1]
        return conversion
    conversion.peak_pss_bytes = taken.peak_pss_bytes or 0
    conversion.max_rss_bytes = taken.max_rss_bytes
    conversion.rows = {name: count for name, count in taken.answer["rows"].items() if count}
    return conversion


def run_once(
    job: Job,
    candidate: Candidate,
    corpora: CorpusFiles,
    *,
    sample_memory: bool = False,
    memory_limit: str | None = None,
) -> tuple[Measurement, int]:
    """Run a candidate; return its measurement, and the size of its Parquet files in bytes."""
    compressed = job.stored == "gzip"
    source = (corpora.compressed if compressed else corpora.plain)(job.shape, job.size_bytes)
    piped = source if job.stored == "stdin" else None
    destination = Path(tempfile.mkdtemp(prefix="exportkit-bench-"))
    try:
        command = candidate.command("-" if piped else source, destination, job.tables)
        command += ["--memory-limit", memory_limit] if memory_limit else []
        taken = measure(command, sample_memory=sample_memory, standard_input=piped)
        return taken, sum(path.stat().st_size for path in destination.rglob("*.parquet"))
    finally:
        shutil.rmtree(destination)


def check_rows(conversions: Sequence[Conversion]) -> None:
    """Compare the rows of all candidates with those of the first, and note the tables that a candidate lacks.

    Candidates with a smaller input are compared with one another.

    Raises
    ------
    BenchmarkError
        Two candidates disagree about the rows of a table.
    """
    first: dict[tuple[str, int, str, str], Conversion] = {}
    for conversion in conversions:
        if conversion.failure:
            continue
        reference = first.setdefault(conversion.job, conversion)
        for table, count in conversion.rows.items():
            expected = reference.rows.get(table, 0)
            if count != expected:
                raise BenchmarkError(
                    f"{conversion.candidate} made {count} rows of {table} out of {conversion.shape}, "
                    f"{reference.candidate} {expected}"
                )
        conversion.missing = [table for table in reference.rows if table not in conversion.rows]


def described(candidate: Candidate, conversion: Conversion) -> str:
    """Return a line about a first run."""
    job = (
        f"{conversion.shape} {conversion.size_bytes / 10**6:.0f} MB, {conversion.tables}, {conversion.stored}"
    )
    memory = f"{conversion.peak_pss_bytes / 10**6:.0f} MB of memory"
    return f"{job}: {candidate.label}: {conversion.failure or memory}"
