"""The line writer: one line at a time, from the streams of all tables; and the report of what was written.

Takes the key of a line; writes its text to a sink: a rejected line byte for byte, a short line whole, a long
one in chunks. Does not know which lines there are.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from exportkit.errors import ReadError, TableError
from exportkit.json_text import JsonTextError, write_json
from exportkit.lakes import raw_file_beside, reading
from exportkit.place import Place
from exportkit.rebuild.line_destinations import Sink
from exportkit.rebuild.line_rows import LineRows
from exportkit.rebuild.long_lines import LONG_TABLES, LongLine
from exportkit.rebuild.sorted_runs import Key
from exportkit.rebuild.streams import TableStream
from exportkit.rebuild.table_rows import TableRow
from exportkit.rebuild.whole_lines import line_of

__all__ = ["LineReader", "RebuildReport", "write_line"]

NO_LIMIT = sys.maxsize
NO_ROWS = LineRows("data_rows", 0)
#: A rejected line in a file of its own is copied in chunks of this many bytes.
CHUNK_BYTES = 1024 * 1024


@dataclass(slots=True)
class RebuildReport:
    """What a rebuild wrote.

    Attributes
    ----------
    lake, destination : str
        Where the rows came from, and where the lines are.
    export_ids : list of str
        Exports in the order in which their lines were written.
    data_rows, rejects : int
        Lines built from tables; rejected lines written as they were.
    left_out : int
        Rows whose line, label, object or answer is not in the lake any more.
    bytes : int
        Bytes written.
    seconds : float
        Wall-clock time.
    """

    lake: str
    destination: str
    export_ids: list[str] = field(default_factory=list)
    data_rows: int = 0
    rejects: int = 0
    left_out: int = 0
    bytes: int = 0
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values."""
        return asdict(self)


def write_line(
    key: Key, streams: Mapping[str, TableStream], sink: Sink, report: RebuildReport, reader: LineReader
) -> None:
    """Write the line at `key`, and before it a rejected line of the same key; count both in `report`.

    Raises
    ------
    TableError
        The line is in the lake twice, or a column holds something else than its declaration says.
    ReadError
        The bytes of a rejected line are not in the lake any more.
    """
    place = Place(str(reader.lake), key[1])
    if "rejects" in streams:
        for rows in streams["rejects"].take(key):
            with _making(place):
                rejected = rows.batch.rows[rows.start : rows.stop]
            for row in rejected:
                _write_reject(row, sink, reader.lake, key[1])
                report.rejects += 1
    with reader.rows_of(key, streams) as rows_by_table:
        count = rows_by_table["data_rows"].count
        if count > 1:
            hint = "the same export was added to the lake twice"
            raise TableError("a line stands in data_rows twice", place=place, hint=hint)
        if count:
            report.left_out += _write_rows(rows_by_table, sink, place)
            report.data_rows += 1


@contextmanager
def _making(place: Place) -> Iterator[None]:
    """Turn what odd values lead to, where a line is made of them, into a `TableError`."""
    try:
        yield
    except JsonTextError:
        raise TableError("a column of JSON text holds none", place=place) from None
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        problem = "no line can be made of these rows: a value is missing, or none that a conversion writes"
        hint = "convert the export again"
        raise TableError(problem, place=place, hint=hint) from error


@dataclass(frozen=True, slots=True)
class LineReader:
    """Reads the rows of one line from all tables.

    Attributes
    ----------
    lake : Path
        Directory of the tables.
    max_line_rows : int
        Rows of one line and table that are held in memory; more go into a temporary file.
    """

    lake: Path
    max_line_rows: int

    @contextmanager
    def rows_of(self, key: Key, streams: Mapping[str, TableStream]) -> Iterator[dict[str, LineRows]]:
        """Return the rows of one line by table; temporary files are deleted when the context ends."""
        found: dict[str, LineRows] = {}
        try:
            for name, stream in streams.items():
                if name != "rejects":
                    found[name] = NO_ROWS
                    for some in stream.take(key):
                        if found[name] is NO_ROWS:
                            found[name] = LineRows(
                                name, self.max_line_rows if name in LONG_TABLES else NO_LIMIT
                            )
                        found[name].add(some)
            yield found
        finally:
            for rows in found.values():
                rows.close()


def _write_rows(rows: Mapping[str, LineRows], sink: Sink, place: Place) -> int:
    """Write the line that some rows make up; return the number of rows that are left out."""
    if any(one.is_spilled for one in rows.values()):
        long = LongLine(rows)
        chunks = iter(long.chunks())
        while True:
            with _making(place):
                chunk = next(chunks, None)
            if chunk is None:
                break
            sink.write(chunk)
        left_out = long.left_out
    else:
        with _making(place):
            line, left_out = line_of({name: one.rows() for name, one in rows.items()})
            text = write_json(line)
        sink.write(text)
    sink.write(b"\n")
    return left_out


def _write_reject(row: TableRow, sink: Sink, lake: Path, line: int) -> None:
    if "raw" in row:
        sink.write(row["raw"])
    elif (path := raw_file_beside(lake / "rejects", row.get("raw_uri", ""))) is not None:
        with reading(path), path.open("rb") as file:
            for chunk in iter(lambda: file.read(CHUNK_BYTES), b""):
                sink.write(chunk)
    else:
        raise ReadError("a rejected line is not in the lake", place=Place(str(lake), line))
    sink.write(b"\n")
