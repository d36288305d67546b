"""Part names: what the files of a lake are called, and the one rule of what a part is.

A *part* of a table is a regular file, or a link to one, that lies directly in the table's directory. Its
name begins with neither ``.`` nor ``_`` and ends in ``.parquet`` or ``.arrow``. Nothing else counts, neither
who wrote it nor the rest of its name: compactors rename parts, and every engine that reads the directory sees
them all the same. A link counts because those engines follow it. Directories, pipes, and links that lead
nowhere are no parts.

The parts that exportkit writes are called ``part-<run>-<worker>-<number>.<suffix>``, zero-padded. Their names
sort in the order of writing: later runs after earlier ones, then by worker, then by number. A raw file, which
holds one value too long for its column, is called ``_raw-<run>-<worker>-<number>.bin``: readers of whole
directories (pyarrow, pandas, Spark) skip names that begin with an underscore.
"""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime
from typing import get_args

from exportkit.options import FormatName

__all__ = [
    "FORMAT_NAMES",
    "RECORD_FILE",
    "REPLACED",
    "UNFINISHED",
    "WAITING",
    "format_of",
    "is_own_file",
    "is_part",
    "is_plain_name",
    "is_raw_file",
    "new_run_id",
    "part_name",
    "raw_name",
    "run_of_file",
    "run_of_staging",
    "staging_name",
    "waiting_name",
]

#: Format of a part; its file name ends with it.
FORMAT_NAMES: tuple[FormatName, ...] = get_args(FormatName)

#: Endings that hide a file from every reader, also from one that globs ``**/*.parquet`` into hidden
#: directories, as DuckDB, polars and pathlib do.
UNFINISHED = ".inprogress"
REPLACED = ".replaced"
#: Where the files of a run wait, in its staging directory.
WAITING = "new"
#: What a run makes visible stands in this file of its staging directory, once it is committed.
RECORD_FILE = "order.json"

_RUN = r"\d{8}T\d{12}Z[0-9a-f]{6}"
_NUMBERS = r"\d{4,9}-\d{5,9}"
_OWN_FILE = re.compile(
    rf"(?:part-({_RUN})-{_NUMBERS}\.(?:parquet|arrow)|_raw-({_RUN})-{_NUMBERS}\.bin)", re.ASCII
)
_STAGING = re.compile(rf"\.exportkit-({_RUN})", re.ASCII)
_SUFFIXES = tuple(f".{name}" for name in FORMAT_NAMES)


def is_part(name: str) -> bool:
    """Whether a regular file of this name, directly in a table's directory, is a part of the table."""
    return name.endswith(_SUFFIXES) and not name.startswith((".", "_"))


def format_of(name: str) -> FormatName:
    """Return the format of the part with this file name."""
    return "parquet" if name.endswith(".parquet") else "arrow"


def is_own_file(name: str) -> bool:
    """Whether exportkit gave this name to a part or a raw file."""
    return _OWN_FILE.fullmatch(name) is not None


def is_raw_file(name: str) -> bool:
    """Whether exportkit gave this name to a raw file."""
    return name.startswith("_raw-") and is_own_file(name)


def is_plain_name(name: str) -> bool:
    """Whether a name found on disk is that of a visible file or directory, and leads nowhere else."""
    return bool(name) and not name.startswith(".") and not {"/", "\\", "\0"} & {*name}


def new_run_id() -> str:
    """Return a name that sorts after all earlier runs: UTC time in microseconds, six random hex digits."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S%f}Z{os.urandom(3).hex()}"


def part_name(run: str, worker: int, number: int, suffix: str) -> str:
    """Return the file name of the part that `worker` wrote as its `number`-th, both from 0."""
    return f"part-{run}-{worker:04d}-{number:05d}.{suffix}"


def raw_name(run: str, worker: int, number: int) -> str:
    """Return the file name of the raw file that `worker` wrote as its `number`-th, both from 0."""
    return f"_raw-{run}-{worker:04d}-{number:05d}.bin"


def run_of_file(name: str) -> str | None:
    """Return the run that wrote a part or a raw file; None where exportkit did not name the file."""
    match = _OWN_FILE.fullmatch(name)
    return match[1] or match[2] if match else None


def waiting_name(table: str, name: str) -> str:
    """Return what a file of a table is called until its run is committed."""
    return f"{table}.{name}{UNFINISHED}"


def staging_name(run: str) -> str:
    """Return the name of the hidden directory in which a run gathers its files."""
    return f".exportkit-{run}"


def run_of_staging(name: str) -> str | None:
    """Return the run whose staging directory this is; None for any other name."""
    match = _STAGING.fullmatch(name)
    return match[1] if match else None
