"""Results: the figures of one run of the benchmarks, and the file that keeps them."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from statistics import median

import msgspec

__all__ = [
    "STAGES",
    "Conversion",
    "Machine",
    "Results",
    "Stage",
    "StartUp",
    "describe_machine",
    "read_results",
]

MB = 10**6
#: The stages in order, the freeing of decoded rows, and decoding without the other stages.
STAGES = ("read", "split", "decode", "flatten", "batch", "write", "free", "decode alone")
#: Libraries whose versions a results file has.
PACKAGES = ("dlt", "duckdb", "isal", "msgspec", "numpy", "orjson", "pandas", "polars", "pyarrow")


class Machine(msgspec.Struct, kw_only=True):
    """The machine, the commit and the versions of a measurement."""

    date: str
    commit: str
    system: str
    processor: str
    cores: int
    memory_bytes: int
    python: str
    versions: dict[str, str]


class Conversion(msgspec.Struct, kw_only=True, omit_defaults=True):
    """One candidate's conversion of one export.

    Attributes
    ----------
    shape, size_bytes : str, int
        The export; `size_bytes` of its plain form.
    tables : str
        ``all``, or the names of the tables.
    stored : str
        ``plain``, ``gzip`` or ``stdin``.
    candidate : str
        Name in `CANDIDATES`.
    seconds, cpu_seconds : list of float
        Wall clock and user + system time of each run, start of the process included.
    peak_pss_bytes : int
        Peak of the memory of the process tree, from a run of its own.
    max_rss_bytes : int
        Largest resident set of a single process.
    output_bytes : int
        Size of the Parquet files.
    rows : dict of str to int
        Rows by table.
    missing : list of str
        Tables with rows that this candidate does not make.
    failure : str
        The reason why there are no figures.
    """

    shape: str
    size_bytes: int
    tables: str
    stored: str
    candidate: str
    seconds: list[float] = []
    cpu_seconds: list[float] = []
    peak_pss_bytes: int = 0
    max_rss_bytes: int = 0
    output_bytes: int = 0
    rows: dict[str, int] = {}
    missing: list[str] = []
    failure: str = ""

    @property
    def rate(self) -> float:
        """MB/s of plain input, by the median run; 0 if it failed."""
        return self.size_bytes / MB / median(self.seconds) if self.seconds else 0.0

    @property
    def job(self) -> tuple[str, int, str, str]:
        """The job without the candidate."""
        return self.shape, self.size_bytes, self.tables, self.stored


class Stage(msgspec.Struct, kw_only=True):
    """One stage, in process: seconds for `size_bytes` of input, one figure per run."""

    shape: str
    size_bytes: int
    #: Results files keep the key that the first of them had.
    stage: str = msgspec.field(name="room")
    seconds: list[float]

    @property
    def rate(self) -> float:
        """MB/s of plain input, by the median run."""
        return self.size_bytes / MB / median(self.seconds)


class StartUp(msgspec.Struct, kw_only=True):
    """A small job in a new process: the seconds of each run."""

    job: str
    seconds: list[float]


class Results(msgspec.Struct, kw_only=True):
    """All figures of one run."""

    machine: Machine
    conversions: list[Conversion] = []
    #: Results files keep the key that the first of them had.
    stages: list[Stage] = msgspec.field(default_factory=list, name="rooms")
    start_up: list[StartUp] = []


def read_results(path: Path) -> Results:
    """Return the results in a file."""
    return msgspec.json.decode(path.read_bytes(), type=Results)


def describe_machine() -> Machine:
    """Return the current machine, commit and versions."""
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False
    )
    versions = {name: version(name) for name in PACKAGES}
    return Machine(
        date=datetime.now(UTC).date().isoformat(),
        commit=commit.stdout.strip() or "unknown",
        system=platform.platform(),
        processor=processor(),
        cores=os.cpu_count() or 1,
        memory_bytes=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"),
        python=platform.python_version(),
        versions={name: found for name, found in versions.items() if found},
    )


def version(package: str) -> str:
    """Return the version of an installed package, empty if it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def processor() -> str:
    """Return the name of the processor."""
    try:
        facts = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in facts.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()
