"""Round trips: takes lines, converts them to a lake and rebuilds them from it."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from msgspec.structs import replace

import exportkit
from exportkit.json_text import write_json
from exportkit.pipeline import batches, make_options
from exportkit.rebuild import to_ndjson
from exportkit.rebuild.line_rows import LineRows
from exportkit.rebuild.long_lines import LongLine
from exportkit.rebuild.streams import Slice
from exportkit.rebuild.table_rows import RowBatch
from exportkit.rebuild.whole_lines import line_of
from exportkit.tables import TABLES
from oracle import normal_form, rows_equal

__all__ = ["differing", "line", "lines_in", "rebuilt", "rebuilt_in_memory", "samples"]


def rebuilt_in_memory(
    data: bytes, *, chunk_rows: int | None = None, chunk_bytes: int | None = None
) -> list[bytes]:
    """Return the lines that the record batches of `data` are rebuilt to, without part files between.

    With `chunk_bytes`, each line is read as a long one, in chunks of about so many bytes; with `chunk_rows`,
    it is written as a long one: through temporary files, so many rows at a time.
    """
    options = make_options(export_id="export", on_bad_row="raise")
    if chunk_bytes is not None:
        options = replace(options, max_line_bytes=1, chunk_bytes=chunk_bytes)
    found: dict[int, dict[str, LineRows]] = {}
    most = 1_000_000 if chunk_rows is None else 0
    for table, batch in batches(io.BytesIO(data), options):
        lines = batch.column("line").to_pylist()
        rows = RowBatch(table, batch)
        for start, number in enumerate(lines):
            tables = found.setdefault(number, {name: LineRows(name, most) for name in TABLES})
            tables[table].add(Slice(rows, start, start + 1))
    return [_built(found[number], chunk_rows) for number in sorted(found)]


def _built(rows: dict[str, LineRows], chunk_rows: int | None) -> bytes:
    if chunk_rows is None:
        line, left_out = line_of({name: some.rows() for name, some in rows.items()})
        text = write_json(line)
    else:
        long = LongLine(rows, chunk_rows)
        text = b"".join(long.chunks())
        left_out = long.left_out
    for some in rows.values():
        some.close()
    assert not left_out
    return text


def rebuilt(
    data: bytes,
    *,
    form: str = "parquet",
    batch_rows: int = 2048,
    max_line_rows: int = 50_000,
    row_group_rows: int = 100_000,
) -> bytes:
    """Return what a lake made of `data` is rebuilt to, rejects included."""
    with tempfile.TemporaryDirectory() as directory:
        convert = exportkit.to_parquet if form == "parquet" else exportkit.to_arrow
        convert(io.BytesIO(data), directory, export_id="export", workers=1, row_group_rows=row_group_rows)
        stream = io.BytesIO()
        report = to_ndjson(
            directory, stream, include_rejects=True, batch_rows=batch_rows, max_line_rows=max_line_rows
        )
        assert report.left_out == 0
        return stream.getvalue()


def lines_in(data: bytes) -> list[bytes]:
    """Return the lines that are not blank."""
    return [line.removesuffix(b"\r") for line in data.split(b"\n") if line.strip()]


def differing(given: Sequence[bytes], found: Iterable[bytes]) -> list[str]:
    """Return the normal forms of the first pair of lines that are not the same; nothing when all are."""
    for one, other in zip(given, found, strict=True):
        if one != other and not rows_equal(one, other):
            return [normal_form(one), normal_form(other)]
    return []


def line(row: Any) -> bytes:
    """Return a row as a line."""
    return json.dumps(row).encode() + b"\n"


def samples() -> list[Path]:
    """Return the sample exports beside the repository, where there are any."""
    return sorted((Path(__file__).parents[3] / "shared" / "samples").glob("*/*.ndjson"))
