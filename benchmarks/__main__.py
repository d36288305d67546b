"""Command: ``python -m benchmarks`` measures, prints what it found and records it when asked to."""

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
from benchmarks.results import Results, Room, describe_machine
from benchmarks.starting import time_starting

__all__ = ["main"]

PARTS = ("all", "objects", "gzip", "stdin", "rooms", "start-up")
#: The short form takes under five minutes on two cores; who needs a quarter of that alone is left out.
SHORT_SIZE, FULL_SIZE = "20MB", "200MB"
#: What is recorded also shows how speed and memory grow: all tables in each of these sizes.
RECORDED_SIZES = ("20MB", "60MB", FULL_SIZE)
TOO_SLOW_FOR_SHORT = {"dlt"}


def main(arguments: list[str] | None = None) -> int:
    """Measure what was asked for; return an exit code."""
    options = parse(arguments)
    corpora = CorpusFiles(options.corpora)
    try:
        results = measure_parts(options, corpora)
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
        "--only", action="append", choices=[*PARTS, *CANDIDATES], metavar="NAME",
        help=f"a part ({', '.join(PARTS)}) or a candidate ({', '.join(CANDIDATES)}); may be repeated",
    )  # fmt: skip
    parser.add_argument("--shape", action="append", choices=SHAPES, help="images and video when not given")
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
    options.parts = [part for part in PARTS if part in only] or [part for part in PARTS if part != "stdin"]
    everyone = set(CANDIDATES) - (TOO_SLOW_FOR_SHORT if options.short else set())
    named = set(CANDIDATES).intersection(only) or everyone
    options.candidates = [one for name, one in CANDIDATES.items() if name in named]
    options.shape = options.shape or ["images", "video"]
    named_sizes = RECORDED_SIZES if options.record else (SHORT_SIZE if options.short else FULL_SIZE,)
    options.size = sorted(options.size or map(parse_size, named_sizes))
    return options


def measure_parts(options: argparse.Namespace, corpora: CorpusFiles) -> Results:
    """Measure the parts that were asked for, one after another."""
    compile_modules()
    results = Results(machine=describe_machine())
    for shape in options.shape:
        for part, job, candidates in jobs(options, shape):
            if part in options.parts and candidates:
                results.conversions += run_job(job, candidates, corpora, options.runs, tell)
        if "rooms" in options.parts:
            tell(f"rooms: {shape}")
            path = corpora.plain(shape, options.size[-1])
            command = [sys.executable, "-m", "benchmarks.stages", shape, str(path)]
            found = measure([*command, "--runs", str(options.runs)])
            results.rooms += msgspec.convert(found.answer, list[Room])
    if "start-up" in options.parts:
        tell("start-up")
        results.start_up = time_starting(corpora, max(options.runs, 5))
    return results


def jobs(options: argparse.Namespace, shape: str) -> Iterator[tuple[str, Job, list[Candidate]]]:
    """Give the jobs of a shape, each with its part and with who does it.

    All tables are made out of every size, the rest out of the largest alone.
    Who cannot take a size is given as much as it can take, once, with the smallest.
    """
    largest = options.size[-1]
    for size in options.size:
        able = [one for one in options.candidates if size <= one.most_bytes or size == options.size[0]]
        yield "all", Job(shape, size), able
    ours = [one for one in options.candidates if one.rival == "exportkit"]
    choosy = [one for one in options.candidates if one in SOME_TABLES]
    yield "objects", Job(shape, largest, ("objects",)), choosy
    yield "gzip", Job(shape, largest, stored="gzip"), ours
    yield "stdin", Job(shape, largest, stored="stdin"), ours


def compile_modules() -> None:
    """Compile what is not installed by pip, as pip does with everybody's modules when it installs them."""
    for package in ("exportkit", "benchmarks"):
        spec = find_spec(package)  # does not import it
        for folder in (spec and spec.submodule_search_locations) or ():
            compileall.compile_dir(folder, quiet=2)


#: Who can leave out what was not asked for before making it; the others would only throw it away.
SOME_TABLES = {one for one in CANDIDATES.values() if one.rival in {"exportkit", "duckdb", "polars"}}


def tell(line: str) -> None:
    """Say on standard error how far the run is."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
