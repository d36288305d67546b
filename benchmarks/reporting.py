"""Tables in Markdown: takes results, gives the text between the markers of benchmarks/README.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import median

from benchmarks.candidates import CANDIDATES
from benchmarks.results import ROOMS, Conversion, Machine, Results
from benchmarks.starting import IMPORT

__all__ = ["comparisons", "renew", "report", "summary"]

BEGIN, END = "<!-- results: begin -->", "<!-- results: end -->"
MB = 10**6


def report(results: Results) -> str:
    """Return everything that was measured."""
    parts = [about(results.machine)]
    jobs = dict.fromkeys(one.job for one in results.conversions)
    parts += [job_table([one for one in results.conversions if one.job == job]) for job in jobs]
    if found := comparisons(results):
        parts.append("### What was to be reached\n\n" + table(("job", "beside", "factor"), found))
    if results.rooms:
        parts.append(rooms_table(results))
    if results.start_up:
        parts.append(start_up_table(results))
    return "\n\n".join(parts) + "\n"


def summary(results: Results) -> str:
    """Return the short table for the project's README: all tables, the largest size that was measured."""
    rows = []
    for shape in dict.fromkeys(one.shape for one in results.conversions):
        same = [one for one in results.conversions if one.shape == shape and one.stored == "plain"]
        all_tables = [one for one in same if one.tables == "all" and one.seconds]
        largest = max((one.size_bytes for one in all_tables), default=0)
        for one in sorted(all_tables, key=lambda one: -one.rate):
            if one.size_bytes == largest and not one.missing:
                memory = f"{one.peak_pss_bytes / MB:.0f} MB"
                size = f"{shape}, {largest / MB:.0f} MB"
                rows.append((size, CANDIDATES[one.candidate].label, f"{one.rate:.0f} MB/s", memory))
    return table(("export", "all tables to Parquet by", "speed", "peak memory"), rows)


def renew(readme: Path, text: str) -> None:
    """Put `text` between the markers of a file.

    Raises
    ------
    ValueError
        The markers are not there.
    """
    before, begin, rest = readme.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{readme} lacks the markers {BEGIN} and {END}")
    readme.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")


def about(machine: Machine) -> str:
    """Return a sentence about where and with what this was measured."""
    versions = ", ".join(f"{name} {version}" for name, version in machine.versions.items())
    return (
        f"Measured on {machine.date} at commit {machine.commit}: {machine.processor}, {machine.cores} cores, "
        f"{machine.memory_bytes / 2**30:.0f} GiB, {machine.system}, Python {machine.python}; {versions}."
    )


def job_table(conversions: Sequence[Conversion]) -> str:
    """Return what all candidates took for one job."""
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


def comparisons(results: Results) -> list[tuple[str, str, str]]:
    """Return how many times as fast exportkit is as what it was to be compared with."""
    found = []
    plain = {(*one.job, one.candidate): one for one in results.conversions if one.seconds}
    alone = {room.shape: room for room in results.rooms if room.room == "decode alone"}
    for (shape, size, tables, stored, candidate), ours in plain.items():
        if not candidate.startswith("exportkit"):
            continue
        job = f"{shape} {size / MB:.0f} MB, {tables}, {CANDIDATES[candidate].label}"
        rivals = [plain.get((shape, size, tables, stored, name)) for name in ("duckdb-1", "duckdb-2")]
        best = max((one for one in rivals if one), key=lambda one: one.rate, default=None)
        if best:
            label = CANDIDATES[best.candidate].label
            found.append((f"{job}, {stored}", label, f"{ours.rate / best.rate:.2f}"))
        other = plain.get((shape, size, tables, "plain", candidate))
        if stored != "plain" and other:
            found.append((f"{job}, {stored}", "the same, plain", f"{ours.rate / other.rate:.2f}"))
        if candidate == "exportkit-1" and tables == "all" and stored == "plain" and shape in alone:
            found.append((job, "msgspec decoding alone", f"{ours.rate / alone[shape].rate:.2f}"))
    starts = {one.job: median(one.seconds) for one in results.start_up}
    found += [
        (job, IMPORT, f"{seconds / starts[IMPORT]:.2f} times its time")
        for job, seconds in starts.items()
        if job != IMPORT
    ]
    return found


def rooms_table(results: Results) -> str:
    """Return the speed of every room by shape."""
    shapes = list(dict.fromkeys(room.shape for room in results.rooms))
    rates = {(room.room, room.shape): f"{room.rate:.0f}" for room in results.rooms}
    rows = [(room, *(rates.get((room, shape), "") for shape in shapes)) for room in ROOMS]
    return "### The rooms, MB/s of one process\n\n" + table(("room", *shapes), rows)


def start_up_table(results: Results) -> str:
    """Return what small jobs cost in a new process."""
    rows = [(one.job, f"{median(one.seconds):.3f}") for one in results.start_up]
    return "### Start-up in a new process\n\n" + table(("job", "seconds"), rows)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the first column is text, the others line up to the right where they are numbers."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
