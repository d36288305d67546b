"""Command: ``python -m benchmarks`` measures, prints the results, and records them with ``--record``."""

from __future__ import annotations

import argparse
import compileall
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import msgspec

from benchmarks.candidates import CANDIDATES, Candidate
from benchmarks.conversions import Job, run_job
from benchmarks.corpora import SHAPES, parse_size
from benchmarks.corpus_files import CorpusFiles
from benchmarks.measuring import BenchmarkError, measure
from benchmarks.recording import record
from benchmarks.reporting import report
from benchmarks.results import Results, Stage, describe_machine
from benchmarks.starting import time_starting

__all__ = ["main"]

SECTIONS = ("all", "objects", "gzip", "stdin", "stages", "start-up")
#: The short form takes under five minutes on two cores; a candidate that needs a quarter of that is left out.
SHORT_SIZE, FULL_SIZE = "20MB", "200MB"
#: Recorded runs measure all tables in each of these sizes, to show how speed and memory grow.
RECORDED_SIZES = ("20MB", "60MB", FULL_SIZE)
TOO_SLOW_FOR_SHORT = {"dlt"}


def main(arguments: list[str] | None = None) -> int:
    """Measure the selected sections; return an exit code."""
    options = parse(arguments)
    corpora = CorpusFiles(options.corpora)
    try:
        results = measure_sections(options, corpora)
    except BenchmarkError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(report(results))
    if options.record:
        for path in record(results, options.machine_name):
            print(f"recorded in {path}")
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the options of the command line, with defaults filled in."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--short", action="store_true", help=f"small exports ({SHORT_SIZE}): a few minutes")
    parser.add_argument(
        "--only", action="append", choices=[*SECTIONS, *CANDIDATES], metavar="NAME",
        help=f"a section ({', '.join(SECTIONS)}) or a candidate ({', '.join(CANDIDATES)}); may be repeated",
    )  # fmt: skip
    parser.add_argument("--shape", action="append", choices=SHAPES, help="images and video by default")
    parser.add_argument("--size", action="append", type=parse_size, help="such as 200MB; may be repeated")
    parser.add_argument("--runs", type=int, default=3, help="timed runs of everything")
    parser.add_argument("--corpora", type=Path, help="folder in which exports are made and kept")
    parser.add_argument(
        "--record",
        action="store_true",
        help="write a results file, the tables of both READMEs and the picture",
    )
    parser.add_argument("--machine-name", default="two-cores", help="names the results file")
    options = parser.parse_args(arguments)
    only = options.only or []
    options.sections = [one for one in SECTIONS if one in only] or [one for one in SECTIONS if one != "stdin"]
    default = set(CANDIDATES) - (TOO_SLOW_FOR_SHORT if options.short else set())
    named = set(CANDIDATES).intersection(only) or default
    options.candidates = [one for name, one in CANDIDATES.items() if name in named]
    options.shape = options.shape or ["images", "video"]
    named_sizes = RECORDED_SIZES if options.record else (SHORT_SIZE if options.short else FULL_SIZE,)
    options.size = sorted(options.size or map(parse_size, named_sizes))
    return options


def measure_sections(options: argparse.Namespace, corpora: CorpusFiles) -> Results:
    """Measure the selected sections, one after another."""
    compile_modules()
    results = Results(machine=describe_machine())
    for shape in options.shape:
        for section, job, candidates in jobs(options, shape):
            if section in options.sections and candidates:
                results.conversions += run_job(job, candidates, corpora, options.runs, report_progress)
        if "stages" in options.sections:
            report_progress(f"stages: {shape}")
            path = corpora.plain(shape, options.size[-1])
            command = [sys.executable, "-m", "benchmarks.stages", shape, str(path)]
            found = measure([*command, "--runs", str(options.runs)])
            results.stages += msgspec.convert(found.answer, list[Stage])
    if "start-up" in options.sections:
        report_progress("start-up")
        results.start_up = time_starting(corpora, max(options.runs, 5))
    return results


def jobs(options: argparse.Namespace, shape: str) -> Iterator[tuple[str, Job, list[Candidate]]]:
    """Yield the jobs of a shape, each with its section and its candidates.

    All tables are made from every size, the rest only from the largest. A candidate that cannot take a size
    gets as much as it can take, once, with the smallest.
    """
    largest = options.size[-1]
    for size in options.size:
        able = [one for one in options.candidates if size <= one.most_bytes or size == options.size[0]]
        yield "all", Job(shape, size), able
    ours = [one for one in options.candidates if one.rival == "exportkit"]
    selective = [one for one in options.candidates if one in SOME_TABLES]
    yield "objects", Job(shape, largest, ("objects",)), selective
    yield "gzip", Job(shape, largest, stored="gzip"), ours
    yield "stdin", Job(shape, largest, stored="stdin"), ours


def compile_modules() -> None:
    """Compile the modules that pip did not install, as pip does with those that it installs."""
    for package in ("exportkit", "benchmarks"):
        spec = find_spec(package)  # does not import it
        for folder in (spec and spec.submodule_search_locations) or ():
            compileall.compile_dir(folder, quiet=2)


#: Candidates that make only the requested tables; the others would make all and drop the rest.
SOME_TABLES = {one for one in CANDIDATES.values() if one.rival in {"exportkit", "duckdb", "polars"}}


def report_progress(line: str) -> None:
    """Print a line about progress on standard error."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
