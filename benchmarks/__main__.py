"""Command: ``python -m benchmarks`` measures, prints what it found and records it when asked to."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from benchmarks.candidates import CANDIDATES
from benchmarks.conversions import Job, run_job
from benchmarks.corpora import SHAPES, parse_size
from benchmarks.corpus_files import CorpusFiles
from benchmarks.measuring import BenchmarkError, measure
from benchmarks.reporting import renew, report, summary
from benchmarks.results import Results, Room, describe_machine
from benchmarks.starting import time_starting

__all__ = ["main"]

HERE = Path(__file__).parent
PARTS = ("all", "objects", "gzip", "stdin", "rooms", "start-up")
#: The short form takes under five minutes on two cores; who needs a quarter of that alone is left out.
SHORT_SIZE, FULL_SIZE = "20MB", "200MB"
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
    text = report(results)
    print(text)
    if options.record:
        name = re.sub(r"[^\w.]+", "-", options.machine_name.lower()).strip("-")
        path = HERE / "results" / f"{results.machine.date}-{name}.json"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(msgspec.json.format(msgspec.json.encode(results), indent=1) + b"\n")
        renew(HERE / "README.md", text)
        print(f"recorded in {path}; for the README:\n\n{summary(results)}")
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
        "--record", action="store_true", help="write a results file and renew benchmarks/README.md"
    )
    parser.add_argument("--machine-name", default="two-cores", help="names the results file")
    options = parser.parse_args(arguments)
    only = options.only or []
    options.parts = [part for part in PARTS if part in only] or [part for part in PARTS if part != "stdin"]
    everyone = set(CANDIDATES) - (TOO_SLOW_FOR_SHORT if options.short else set())
    named = set(CANDIDATES).intersection(only) or everyone
    options.candidates = [one for name, one in CANDIDATES.items() if name in named]
    options.shape = options.shape or ["images", "video"]
    options.size = options.size or [parse_size(SHORT_SIZE if options.short else FULL_SIZE)]
    return options


def measure_parts(options: argparse.Namespace, corpora: CorpusFiles) -> Results:
    """Measure the parts that were asked for, one after another."""
    results = Results(machine=describe_machine())
    ours = [one for one in options.candidates if one.rival == "exportkit"]
    for shape in options.shape:
        for size in options.size:
            jobs = {
                "all": (Job(shape, size), options.candidates),
                "objects": (Job(shape, size, ("objects",)), SOME_TABLES & set(options.candidates)),
                "gzip": (Job(shape, size, stored="gzip"), ours),
                "stdin": (Job(shape, size, stored="stdin"), ours),
            }
            for part, (job, candidates) in jobs.items():
                if part in options.parts and candidates:
                    in_order = [one for one in options.candidates if one in candidates]
                    results.conversions += run_job(job, in_order, corpora, options.runs, tell)
        if "rooms" in options.parts:
            tell(f"rooms: {shape}")
            path = corpora.plain(shape, max(options.size))
            command = [sys.executable, "-m", "benchmarks.rooms", shape, str(path)]
            found = measure([*command, "--runs", str(options.runs)])
            results.rooms += msgspec.convert(found.answer, list[Room])
    if "start-up" in options.parts:
        tell("start-up")
        results.start_up = time_starting(corpora, max(options.runs, 5))
    return results


#: Who can leave out what was not asked for before making it; the others would only throw it away.
SOME_TABLES = {one for one in CANDIDATES.values() if one.rival in {"exportkit", "duckdb", "polars"}}


def tell(line: str) -> None:
    """Say on standard error how far the run is."""
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
