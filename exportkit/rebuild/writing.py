"""Writing: one line at a time out of the streams of all tables.

Takes the key of a line, gives its text to a sink: a rejected line as it was, a short line whole, a long one
in pieces. Does not know which lines there are.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from exportkit.errors import ReadError, TableError
from exportkit.json_text import JsonTextError, write_json
from exportkit.place import Place
from exportkit.rebuild.destinations import Sink
from exportkit.rebuild.line_rows import LineRows
from exportkit.rebuild.lines import line_of
from exportkit.rebuild.long_lines import LONG_TABLES, LongLine
from exportkit.rebuild.parts import raw_file_of, reading
from exportkit.rebuild.records import Record
from exportkit.rebuild.reports import RebuildReport
from exportkit.rebuild.sorted_runs import Key
from exportkit.rebuild.streams import TableStream

__all__ = ["Held", "write_line"]

NO_END = sys.maxsize
NO_ROWS = LineRows("data_rows", 0)
#: Bytes that are copied at a time of a rejected line that lies in a file.
PIECE_BYTES = 1024 * 1024


def write_line(
    key: Key, streams: Mapping[str, TableStream], sink: Sink, report: RebuildReport, held: Held
) -> None:
    """Write the line at `key`, and before it a rejected line that stands in its place; count both.

    Raises
    ------
    TableError
        The line stands in the lake twice, or a column does not hold what it is declared to hold.
    ReadError
        A rejected line is not in the lake any more.
    """
    if "rejects" in streams:
        for rows in streams["rejects"].take(key):
            for record in rows.batch.records[rows.start : rows.stop]:
                _write_reject(record, sink, held.lake, key[1])
                report.rejects += 1
    with held.rows_of(key, streams) as rows_by_table:
        count = rows_by_table["data_rows"].count
        place = Place(str(held.lake), key[1])
        if count > 1:
            hint = "the same export was added to the lake twice"
            raise TableError("a line stands in data_rows twice", place=place, hint=hint)
        if count:
            try:
                report.left_out += _write_rows(rows_by_table, sink)
            except JsonTextError:
                raise TableError("a column of JSON text holds none", place=place) from None
            report.data_rows += 1


@dataclass(frozen=True, slots=True)
class Held:
    """What is held of one line.

    Attributes
    ----------
    lake : Path
        Where it comes from.
    max_line_rows : int
        Rows of one table that are held in memory.
    """

    lake: Path
    max_line_rows: int

    @contextmanager
    def rows_of(self, key: Key, streams: Mapping[str, TableStream]) -> Iterator[dict[str, LineRows]]:
        """Take the rows of one line out of all tables."""
        found: dict[str, LineRows] = {}
        try:
            for name, stream in streams.items():
                if name != "rejects":
                    found[name] = NO_ROWS
                    for some in stream.take(key):
                        if found[name] is NO_ROWS:
                            found[name] = LineRows(
                                name, self.max_line_rows if name in LONG_TABLES else NO_END
                            )
                        found[name].add(some)
            yield found
        finally:
            for rows in found.values():
                rows.close()


def _write_rows(rows: Mapping[str, LineRows], sink: Sink) -> int:
    """Write the line that some rows are; return the number of those that are left out."""
    if any(one.is_spilled for one in rows.values()):
        long = LongLine(rows)
        for piece in long.pieces():
            sink.write(piece)
        left_out = long.left_out
    else:
        line, left_out = line_of({name: one.records() for name, one in rows.items()})
        sink.write(write_json(line))
    sink.write(b"\n")
    return left_out


def _write_reject(record: Record, sink: Sink, lake: Path, line: int) -> None:
    if "raw" in record:
        sink.write(record["raw"])
    elif (path := raw_file_of(lake / "rejects", record.get("raw_uri", ""))) is not None:
        with reading(path), path.open("rb") as file:
            for piece in iter(lambda: file.read(PIECE_BYTES), b""):
                sink.write(piece)
    else:
        raise ReadError("a rejected line is not in the lake", place=Place(str(lake), line))
    sink.write(b"\n")
