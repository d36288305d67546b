"""Goals: the speed of exportkit as a factor of a reference, next to the factors to reach.

Takes results; gives rows of a table, of the largest size of each shape. DuckDB counts with whichever number
of threads was faster.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median

from benchmarks.candidates import CANDIDATES
from benchmarks.results import Conversion, Results
from benchmarks.starting import IMPORT, TO_PARQUET

__all__ = ["comparisons"]

MB = 10**6
#: The factor to reach, and a more ambitious one.
Goal = tuple[float, float]
ALL_TABLES: Mapping[str, Goal] = {"images": (3, 4), "video": (4.5, 6)}
ONE_TABLE: Goal = (2, 3)
COMPRESSED: Goal = (0.7, 0.9)
ONE_PROCESS: Mapping[str, Goal] = {"images": (0.25, 0.35), "video": (0.33, 0.45)}
START_UP: Goal = (2, 1.5)

#: Job, reference, factor, factor to reach, and the more ambitious one.
Row = tuple[str, str, str, str, str]


def comparisons(results: Results) -> list[Row]:
    """Return the speed of exportkit as factors of its references."""
    largest: dict[str, int] = {}
    for one in results.conversions:
        largest[one.shape] = max(largest.get(one.shape, 0), one.size_bytes)
    measured = {
        (*one.job, one.candidate): one
        for one in results.conversions
        if one.seconds and one.size_bytes == largest[one.shape]
    }
    found = [
        row
        for ours in measured.values()
        if ours.candidate.startswith("exportkit")
        for row in (*_beside_duckdb(ours, measured), *_beside_plain(ours, measured))
    ]
    return [*found, *_beside_decoding(results, measured), *_beside_import(results)]


Measured = Mapping[tuple[str, int, str, str, str], Conversion]


def _beside_duckdb(ours: Conversion, measured: Measured) -> Iterator[Row]:
    rivals = [measured[*ours.job, name] for name in ("duckdb-1", "duckdb-2") if (*ours.job, name) in measured]
    if rivals:
        best = max(rivals, key=lambda one: one.rate)
        goal = ONE_TABLE if ours.tables != "all" else ALL_TABLES.get(ours.shape)
        both = goal if ours.candidate == "exportkit-2" else None
        yield _row(_named(ours), CANDIDATES[best.candidate].label, ours.rate / best.rate, both)


def _beside_plain(ours: Conversion, measured: Measured) -> Iterator[Row]:
    plain = measured.get((ours.shape, ours.size_bytes, ours.tables, "plain", ours.candidate))
    if ours.stored != "plain" and plain:
        wanted = ours.stored == "gzip" and ours.candidate == "exportkit-2"
        yield _row(_named(ours), "the same, plain", ours.rate / plain.rate, COMPRESSED if wanted else None)


def _beside_decoding(results: Results, measured: Measured) -> Iterator[Row]:
    alone = {(one.shape, one.size_bytes): one for one in results.stages if one.stage == "decode alone"}
    for ours in measured.values():
        decoding = alone.get((ours.shape, ours.size_bytes))
        if decoding and ours.candidate == "exportkit-1" and (ours.tables, ours.stored) == ("all", "plain"):
            factor = ours.rate / decoding.rate
            yield _row(_named(ours), "msgspec decoding alone", factor, ONE_PROCESS.get(ours.shape))


def _beside_import(results: Results) -> Iterator[Row]:
    starts = {one.job: median(one.seconds) for one in results.start_up}
    for job, seconds in starts.items():
        if job != IMPORT:
            goal = START_UP if job == TO_PARQUET else None
            _, _, factor, *limits = _row(job, IMPORT, seconds / starts[IMPORT], goal)
            reach, beyond = (limit and f"under {limit}" for limit in limits)
            yield job, IMPORT, f"{factor} times its time", reach, beyond


def _named(ours: Conversion) -> str:
    wanted = "all tables" if ours.tables == "all" else f"`{ours.tables}` only"
    stored = "" if ours.stored == "plain" else f", {ours.stored}"
    return (
        f"{ours.shape}, {ours.size_bytes / MB:.0f} MB, {wanted}{stored}: {CANDIDATES[ours.candidate].label}"
    )


def _row(job: str, beside: str, factor: float, goal: Goal | None) -> Row:
    reach, beyond = (f"{one:g}" for one in goal) if goal else ("", "")
    return job, beside, f"{factor:.2f}", reach, beyond
