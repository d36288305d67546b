"""Lakes with rejected lines, and how they look from outside: takes lines, gives lakes and their rows."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from msgspec.structs import replace

from exportkit.options import Mode
from exportkit.pipeline import make_options, write_lake
from exportkit.rejects import Command
from exportkit.report import Report
from exportkit.tables import TABLES
from exportkit.write import FormatName, WriteOptions

__all__ = [
    "COMMA",
    "MEND",
    "broken",
    "everything_below",
    "good",
    "program",
    "rows_of",
    "tables_in",
    "write_rejecting",
]

#: Takes the surplus comma out of a line.
MEND = "import sys; sys.stdout.write(sys.stdin.read().replace(',,', ','))"
COMMA = "the line is not JSON: object keys must be strings at byte 23 of the line"


def good(name: str, **more: Any) -> bytes:
    """Return a line with a label and an object."""
    box = {"top": 1.0, "left": 2.0, "height": 3.0, "width": 4.0}
    one = {
        "feature_id": f"f{name}",
        "name": "car",
        "annotation_kind": "ImageBoundingBox",
        "bounding_box": box,
    }
    label = {"id": f"l{name}", "annotations": {"objects": [one], "classifications": []}}
    project = {"name": "Streets", "labels": [label]}
    row = {"data_row": {"id": name}, "projects": {"p": project}, **more}
    return json.dumps(row, separators=(",", ":")).encode()


def broken(name: str, **more: Any) -> bytes:
    """Return the same line with a comma too much."""
    return good(name, **more).replace(b",", b",,", 1)


def program(text: str, *arguments: str, timeout_seconds: float = 60.0) -> Command:
    """Return a command that runs a program in Python."""
    return Command([sys.executable, "-S", "-c", text, *arguments], timeout_seconds)


def write_rejecting(
    lake: Path,
    lines: Sequence[bytes],
    *,
    name: str = "export.ndjson",
    form: FormatName = "parquet",
    mode: Mode = "error",
    max_raw_bytes: int = 2**24,
    part_bytes: int = 2**28,
    **asked: Any,
) -> Report:
    """Write a lake of these lines, which are in a file beside it; no two rejects share a part."""
    source = lake.parent / name
    source.write_bytes(b"\n".join(lines) + b"\n")
    options = replace(make_options(export_id=name, **asked), max_raw_bytes=max_raw_bytes)
    write_options = WriteOptions(part_bytes=part_bytes)
    return write_lake(str(source), lake, options, write_options, format=form, mode=mode, workers=1)


def tables_in(lake: Path) -> dict[str, pa.Table]:
    """Return all tables of a lake, sorted by line and position."""
    found = {}
    for name in TABLES:
        parts = sorted([*lake.glob(f"{name}/part-*.parquet"), *lake.glob(f"{name}/part-*.arrow")])
        if parts:
            table = pa.concat_tables([_read(part) for part in parts])
            found[name] = table.sort_by([("export_id", "ascending"), ("line", "ascending")])
    return found


def _read(part: Path) -> pa.Table:
    if part.suffix == ".parquet":
        return pq.ParquetFile(part).read()
    with pa.ipc.open_file(part) as reader:
        return reader.read_all()


def rows_of(lake: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of all tables of a lake by table."""
    return {name: table.to_pylist() for name, table in tables_in(lake).items()}


def everything_below(directory: Path) -> dict[str, bytes]:
    """Return all files below a directory with their bytes, hidden ones included."""
    files = (path for path in sorted(directory.rglob("*")) if path.is_file())
    return {str(path.relative_to(directory)): path.read_bytes() for path in files}
