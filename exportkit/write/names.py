"""Names: what part files and staging directories are called, and how to tell them from other files.

A part is ``part-<run>-<worker>-<number>.<suffix>``, zero-padded, so that names sort in the order of writing:
later runs after earlier ones, then by worker, then by number. A raw file, which holds one value too long for
its column, is ``_raw-<run>-<worker>-<number>.bin``: those who read whole directories (pyarrow, pandas, Spark)
pass over names that begin with an underscore.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime

from msgspec import Struct

__all__ = [
    "REPLACED",
    "UNFINISHED",
    "WAITING",
    "PartFile",
    "is_own_part",
    "is_part",
    "is_raw_file",
    "new_run_id",
    "part_name",
    "raw_name",
    "run_of_part",
    "run_of_staging",
    "staging_name",
    "waiting_name",
]

#: Endings that keep a part from every reader, also from one that globs ``**/*.parquet`` into hidden
#: directories, as DuckDB, polars and pathlib do.
UNFINISHED = ".inprogress"
REPLACED = ".replaced"
#: Where the files of a run wait, in its staging directory.
WAITING = "new"

_RUN = r"\d{8}T\d{12}Z[0-9a-f]{6}"
_NUMBERS = r"\d{4,}-\d{5,}"
_OWN_FILE = re.compile(rf"(?:part-({_RUN})-{_NUMBERS}\.(?:parquet|arrow)|_raw-({_RUN})-{_NUMBERS}\.bin)")
_ANY_PART = re.compile(r"part-.*\.(?:parquet|arrow)", re.DOTALL)
_STAGING = re.compile(rf"\.exportkit-({_RUN})")


class PartFile(Struct, frozen=True, order=True):
    """One whole file of one table: a part, or a raw file beside its parts.

    Attributes
    ----------
    table : str
        Name of the table.
    path : str
        Where readers find the file once its run is published.
    rows : int
        Rows in it; 0 for a part that only holds the schema, and for a raw file.
    bytes : int
        Size of the file.
    """

    table: str
    path: str
    rows: int
    bytes: int

    @property
    def name(self) -> str:
        """File name without directories."""
        return self.path.rpartition("/")[2]


def new_run_id() -> str:
    """Return a name that sorts after all earlier runs: UTC time in microseconds, six random hex digits."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z{os.urandom(3).hex()}"


def part_name(run: str, worker: int, number: int, suffix: str) -> str:
    """Return the file name of the part that `worker` wrote as its `number`-th, both from 0."""
    return f"part-{run}-{worker:04d}-{number:05d}.{suffix}"


def raw_name(run: str, worker: int, number: int) -> str:
    """Return the file name of the raw file that `worker` wrote as its `number`-th, both from 0."""
    return f"_raw-{run}-{worker:04d}-{number:05d}.bin"


def is_part(name: str) -> bool:
    """Whether a reader of a table takes this file for a part of it, whoever wrote it."""
    return _ANY_PART.fullmatch(name) is not None


def is_own_part(name: str) -> bool:
    """Whether exportkit gave this name to a part or a raw file."""
    return _OWN_FILE.fullmatch(name) is not None


def is_raw_file(name: str) -> bool:
    """Whether exportkit gave this name to a raw file."""
    return name.startswith("_raw-") and is_own_part(name)


def run_of_part(name: str) -> str | None:
    """Return the run that wrote a part or a raw file; None where the name is not ours."""
    match = _OWN_FILE.fullmatch(name)
    return match[1] or match[2] if match else None


def waiting_name(table: str, name: str) -> str:
    """Return what a file of a table is called until its run is published."""
    return f"{table}.{name}{UNFINISHED}"


def staging_name(run: str) -> str:
    """Return the name of the hidden directory in which a run gathers its parts."""
    return f".exportkit-{run}"


def run_of_staging(name: str) -> str | None:
    """Return the run whose staging directory this is; None for any other name."""
    match = _STAGING.fullmatch(name)
    return match[1] if match else None
