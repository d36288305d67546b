"""Tables in Markdown: takes results, gives the text between the markers of benchmarks/README.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

from benchmarks.candidates import CANDIDATES
from benchmarks.goals import comparisons
from benchmarks.results import STAGES, Conversion, Machine, Results

__all__ = ["numbers", "renew", "report", "shown", "summary"]

MB = 10**6
#: Libraries whose versions the project's README has.
RIVALS_SHOWN = ("duckdb", "polars", "orjson", "pandas", "pyarrow")


def report(results: Results) -> str:
    """Return all tables of the results."""
    sections = [about(results.machine)]
    jobs = dict.fromkeys(one.job for one in results.conversions)
    sections += [job_table([one for one in results.conversions if one.job == job]) for job in jobs]
    if found := comparisons(results):
        head = ("job", "beside", "factor", "to reach", "beyond")
        sections.append("### What was to be reached\n\n" + table(head, found))
    if results.stages:
        sections.append(stages_table(results))
    if results.start_up:
        sections.append(start_up_table(results))
    return "\n\n".join(sections) + "\n"


def summary(results: Results) -> str:
    """Return the short table for the project's README: all tables, the largest size that was measured.

    One line per candidate, the fastest first. A candidate that makes fewer tables, or takes less input, has
    no figures.
    """
    head, rows = ["all tables to Parquet by"], {name: [CANDIDATES[name].label] for name in CANDIDATES}
    fastest: dict[str, float] = {}
    for shape in dict.fromkeys(one.shape for one in results.conversions):
        measured = [one for one in results.conversions if one.shape == shape and one.seconds]
        whole = [one for one in measured if one.tables == "all" and one.stored == "plain"]
        largest = max((one.size_bytes for one in whole), default=0)
        head += [f"{shape}, {largest / MB:.0f} MB", "peak memory"]
        by = {one.candidate: one for one in whole if one.size_bytes == largest and not one.missing}
        for name, cells in rows.items():
            found = by.get(name)
            cells.append(f"{found.rate:.0f} MB/s" if found else "")
            cells.append(f"{found.peak_pss_bytes / MB:.0f} MB" if found else "")
            fastest[name] = max(fastest.get(name, 0.0), found.rate if found else 0.0)
    shown = sorted((name for name in rows if fastest.get(name)), key=lambda name: -fastest[name])
    return table(head, [rows[name] for name in shown])


def numbers(results: Results, picture: str) -> str:
    """Return the section of the project's README: the machine, the short table and the picture.

    Parameters
    ----------
    results : Results
        What was measured.
    picture : str
        Path of the picture, from the README.
    """
    machine = results.machine
    return (
        f"Measured on {machine.date}: {machine.processor}, {machine.cores} cores, Python {machine.python}, "
        f"{versions(machine, RIVALS_SHOWN)};\nsynthetic exports, medians. All that was measured, and what is "
        "unfair about it, is in [benchmarks/README.md](benchmarks/README.md).\n\n"
        f"{summary(results)}\n\n{shown(picture)}\n"
    )


def shown(picture: str) -> str:
    """Return the Markdown that shows the picture; its path is relative to the file that shows it."""
    return (
        f"![Speed and peak memory of exportkit and other ways to the same tables, by input size]({picture})"
    )


def renew(readme: Path, name: str, text: str) -> None:
    """Put `text` between the markers ``<!-- name -->`` and ``<!-- /name -->`` of a file.

    Raises
    ------
    ValueError
        The file lacks the markers.
    """
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, begin, rest = readme.read_text(encoding="utf-8").partition(opening)
    _, end, after = rest.partition(closing)
    if not begin or not end:
        raise ValueError(f"{readme} lacks the markers {opening} and {closing}")
    readme.write_text(f"{before}{opening}\n\n{text}\n{closing}{after}", encoding="utf-8")


def about(machine: Machine) -> str:
    """Return a sentence about the machine, the commit and the versions."""
    return (
        f"Measured on {machine.date} at commit {machine.commit}: {machine.processor}, {machine.cores} cores, "
        f"{machine.memory_bytes / 2**30:.0f} GiB, {machine.system}, Python {machine.python}; "
        f"{versions(machine, machine.versions)}."
    )


def versions(machine: Machine, names: Iterable[str]) -> str:
    """Return the installed libraries among `names`, with their versions."""
    return ", ".join(f"{name} {machine.versions[name]}" for name in names if name in machine.versions)


def job_table(conversions: Sequence[Conversion]) -> str:
    """Return the figures of all candidates for one job."""
    shape, size, tables, stored = conversions[0].job
    wanted = "all tables" if tables == "all" else f"`{tables}` only"
    how = "" if stored == "plain" else f", {stored}"
    rows: list[tuple[str, ...]] = []
    for one in sorted(conversions, key=lambda one: -one.rate):
        label = CANDIDATES[one.candidate].label
        if one.failure:
            rows.append((label, "failed", "", "", "", one.failure))
            continue
        cells = (
            f"{one.rate:.0f}" if one.rate >= 10 else f"{one.rate:.1f}",  # noqa: PLR2004 - two digits are enough
            f"{median(one.seconds):.2f}",
            f"{median(one.cpu_seconds):.2f}",
            f"{one.peak_pss_bytes / MB:.0f}",
            f"{one.output_bytes / MB:.1f}",
        )
        remark = f"without {', '.join(one.missing)}" if one.missing else ""
        rows.append((label, *cells, remark))
    head = ("by", "MB/s", "seconds", "CPU seconds", "peak memory, MB", "Parquet, MB", "")
    runs = max(len(one.seconds) for one in conversions)
    return f"### {shape}, {size / MB:.0f} MB, {wanted}{how} (median of {runs})\n\n" + table(head, rows)


def stages_table(results: Results) -> str:
    """Return the speed of every stage by shape."""
    shapes = list(dict.fromkeys(one.shape for one in results.stages))
    rates = {(one.stage, one.shape): f"{one.rate:.0f}" for one in results.stages}
    rows = [(stage, *(rates.get((stage, shape), "") for shape in shapes)) for stage in STAGES]
    return "### The stages, MB/s of one process\n\n" + table(("stage", *shapes), rows)


def start_up_table(results: Results) -> str:
    """Return the seconds of small jobs in a new process."""
    rows = [(one.job, f"{median(one.seconds):.3f}") for one in results.start_up]
    return "### Start-up in a new process\n\n" + table(("job", "seconds"), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
