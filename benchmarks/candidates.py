"""Candidates: exportkit and its rivals, each with its number of threads or processes."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["CANDIDATES", "Candidate"]

MB = 10**6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A rival with its settings.

    Attributes
    ----------
    name : str
        Name on the command line.
    label : str
        Name in tables and pictures.
    rival : str
        Name in `benchmarks.versus.RIVALS`.
    threads : int
        Threads, or processes, that it may use.
    most_bytes : int
        Largest input that it gets: more would take minutes, or all memory, and show nothing new.
    """

    name: str
    label: str
    rival: str
    threads: int
    most_bytes: int = 10**12

    def command(
        self, source: Path | str, destination: Path, tables: Sequence[str] | None = None
    ) -> list[str]:
        """Return the command that converts `source` in a process of its own."""
        chosen = ["--tables", ",".join(tables)] if tables else []
        arguments = [self.rival, str(source), str(destination), "--threads", str(self.threads), *chosen]
        return [sys.executable, "-m", "benchmarks.versus", *arguments]


#: All candidates by name, exportkit first.
CANDIDATES = {
    one.name: one
    for one in (
        Candidate("exportkit-2", "exportkit, 2 processes", "exportkit", 2),
        Candidate("exportkit-1", "exportkit, 1 process", "exportkit", 1),
        Candidate("duckdb-2", "DuckDB, 2 threads", "duckdb", 2, 2_000 * MB),
        Candidate("duckdb-1", "DuckDB, 1 thread", "duckdb", 1, 2_000 * MB),
        Candidate("polars-2", "polars, 2 threads", "polars", 2, 2_000 * MB),
        Candidate("pyarrow-2", "pyarrow.json, 2 threads", "pyarrow", 2, 1_000 * MB),
        Candidate("json", "json and pyarrow", "json", 1, 200 * MB),
        Candidate("orjson", "orjson and pandas", "orjson", 1, 200 * MB),
        Candidate("dlt", "dlt", "dlt", 2, 10 * MB),
    )
}
