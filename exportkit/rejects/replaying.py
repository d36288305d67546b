"""Replaying: the rejected lines of a lake through the corridor again, as they are or mended by a command.

Takes a lake, moves the lines that pass from the table ``rejects`` into the others, in one run that appears as
a whole: at each instant a line is counted where it was before or where it is after, but for the renames of
publishing. Lines that do not pass keep their rows, to the byte.
"""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
from msgspec.structs import replace

from exportkit.errors import ExportkitError, RowError
from exportkit.pipeline import make_options
from exportkit.pipeline.conversion import Conversion
from exportkit.pipeline.options import Options
from exportkit.pipeline.units import Unit
from exportkit.pipeline.writing import hints_of, schemas_of
from exportkit.place import LineBlock, Place, Source, StoredLine
from exportkit.rejects.commands import Command
from exportkit.rejects.stored import (
    TABLE,
    StoredReject,
    parts_of_rejects,
    read_batches,
    record_of,
    rows_of,
    stored_rejects,
    tables_of_lake,
)
from exportkit.report import Progress, Report
from exportkit.select import Fingerprint, Selection
from exportkit.write import Destination, LakeWriter, PartFile, open_destination

__all__ = ["ReplayReport", "replay"]

#: Bytes that are read of a file at a time.
CHUNK_BYTES = 2**20
PROGRESS_SECONDS = 0.1


@dataclass(slots=True)
class ReplayReport:
    """What a replay did with every rejected line of a lake.

    Attributes
    ----------
    lines : int
        Rejected lines that were tried: ``moved + filtered + rejects``.
    moved : int
        Lines that are data rows now.
    filtered : int
        Lines that pass, and that the filters of the replay leave out: they are in no table any more.
    rejects : int
        Lines that are rejects as before.
    others : int
        Lines that were not tried: runs with another selection of rows, labels or columns wrote them.
    problems : Counter of str
        Why those did not pass, with counts.
    rows : dict of str to int
        Rows that were added, by table.
    files : list of str
        Files that were written.
    seconds : float
        Wall-clock time.
    """

    lines: int = 0
    moved: int = 0
    filtered: int = 0
    rejects: int = 0
    others: int = 0
    problems: Counter[str] = field(default_factory=Counter)
    rows: dict[str, int] = field(default_factory=dict)
    files: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, as ``--json`` prints it."""
        return {**asdict(self), "problems": dict(self.problems)}


def replay(
    lake: str | os.PathLike[str],
    *,
    through: Command | None = None,
    selection: Selection | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> ReplayReport:
    """Convert the rejected lines of a lake again, and move those that pass into the tables.

    They get the rows that they would have got, under their own ``export_id`` and ``line``, in the tables and
    columns that the lake has. All of it appears together at the end; interrupted, the lake is as before, and
    run again, no row is doubled. When no line passes, nothing is written.

    Parameters
    ----------
    lake : str or path
        Directory of the lake.
    through : Command, optional
        Program that mends a line. A line that it fails on stays a reject.
    selection : Selection, optional
        What the lake was made with: filters, parts, labels, and what is disguised. The lake says whether it
        is the same, and does not say what it is. Lines of runs with another selection are left alone.
    progress : callable, optional
        Called with a `Progress` about ten times a second.

    Returns
    -------
    ReplayReport
        Counts, and why lines did not pass.

    Raises
    ------
    FileNotFoundError
        There is no such directory.
    ReadError
        It has no table ``rejects``, or a part of it is damaged.
    ExportkitError
        All rejected lines are of runs with another selection.
    TableError, WriteError
        The lake's columns are not those of this version, or it cannot be written, or was changed meanwhile.
    ExportkitError
        The command cannot be started.

    Notes
    -----
    Memory: as for converting. A line in a raw file is never held.
    """
    started = time.perf_counter()
    root = Path(lake)
    if not root.is_dir():
        raise FileNotFoundError(2, "No such directory", str(root))
    with open_destination(lake, schemas={}, mode="append"):
        pass  # whatever an interrupted run left there is finished first
    suffix = parts_of_rejects(root)[0].suffix.removeprefix(".")
    columns = tables_of_lake(root)
    options = make_options(
        tables=[*columns], columns=columns, on_bad_row="raise", selection=selection or Selection()
    )
    chosen, others = _chosen_parts(root, options.selection.fingerprint)
    with (
        open_destination(lake, schemas=schemas_of(options), mode="append", format=suffix) as destination,  # type: ignore[arg-type]  # `parts_of` gives parquet and arrow alone
        LakeWriter(destination.staging, hints=hints_of(options)) as writer,
    ):
        run = _Replay(writer, options, through, _Teller(progress, started))
        run.report.others = others
        for part in chosen:
            run.try_part(part)
        run.publish(destination)
    run.report.seconds = time.perf_counter() - started
    return run.report


def _chosen_parts(lake: Path, record: Fingerprint) -> tuple[list[Path], int]:
    """Return the parts of runs with this selection, and how many lines are in parts of others.

    Raises
    ------
    ExportkitError
        There are lines, and all of them are of others.
    """
    chosen, lines, others, one_of_them = [], 0, 0, record
    for part in parts_of_rejects(lake):
        if (found := record_of(part)) == record:
            chosen.append(part)
            lines += rows_of(part)
        elif rows := rows_of(part):
            others += rows
            one_of_them = found
    if others and not lines:
        raise ExportkitError(
            f"the rejected lines are of a run with another selection: {one_of_them}",
            place=Place(str(lake)),
            hint="give --param, --where, --labels, --redact and the key of hashes as for convert",
        )
    return chosen, others


class _Replay:
    """One replay: what passes goes to the writer, and what does not stays where it is."""

    def __init__(
        self, writer: LakeWriter, options: Options, through: Command | None, teller: _Teller
    ) -> None:
        wanted = {name: columns for name, columns in options.columns.items() if name != TABLE}
        self.report = ReplayReport(rows=dict.fromkeys(wanted, 0))
        self._writer = writer
        self._through = through
        self._teller = teller
        self._counts = Report()
        self._conversion = Conversion(replace(options, columns=wanted), self._counts, encoded=True)
        self._lengths: deque[int | None] = deque()
        self._replaced: list[str] = []

    def try_part(self, part: Path) -> None:
        """Try all lines of a part; write those that stay anew when any does not."""
        gone: list[bool] = []
        raw_files: list[str] = []
        for batch in read_batches(part):
            for stored in stored_rejects(part, batch):
                passed = self._passes(stored)
                gone.append(passed)
                if passed and isinstance(stored.raw, Path):
                    raw_files.append(stored.raw.name)
                self._teller.step(stored, self.report)
        if any(gone):
            self._write_others(part, gone)
            self._replaced += [f"{TABLE}/{name}" for name in (part.name, *raw_files)]

    def publish(self, destination: Destination) -> None:
        """Make the run visible; nothing happens when no line passed."""
        if not self._replaced:
            return
        for name, batch in self._conversion.flush():
            self._write(name, batch)
        parts: list[PartFile] = destination.publish(self._writer.close(), replaced=self._replaced)
        self.report.files = [part.path for part in parts]

    def _passes(self, stored: StoredReject) -> bool:
        report, before = self.report, self._counts.data_rows
        report.lines += 1
        self._lengths.append(stored.byte_length)
        try:
            source = Source(stored.source_uri, stored.export_id)
            for name, batch in self._conversion.feed(self._piece(stored), source):
                self._write(name, batch)
        except RowError as error:
            self._lengths.pop()
            report.rejects += 1
            report.problems[error.problem] += 1
            return False
        if self._counts.data_rows > before:
            report.moved += 1
        else:
            self._lengths.pop()
            report.filtered += 1
        return True

    def _piece(self, stored: StoredReject) -> Unit:
        """Return the line to convert, mended where there is a command."""
        if stored.raw is None:
            raise RowError("the lake does not hold the line")
        if isinstance(stored.raw, Path) and not stored.raw.is_file():
            raise RowError("the file that holds the line is gone")
        if self._through is not None:
            mended = self._through.mended(_chunks(stored.raw))
            return LineBlock(mended, stored.line, stored.byte_offset)
        if isinstance(stored.raw, Path):
            size = stored.raw.stat().st_size
            return StoredLine(str(stored.raw), 0, size, stored.line, stored.byte_offset)
        return LineBlock(stored.raw, stored.line, stored.byte_offset)

    def _write(self, name: str, batch: pa.RecordBatch) -> None:
        if name == "data_rows":
            given = [self._lengths.popleft() for _ in range(batch.num_rows)]
            batch = _with_lengths(batch, given)
        self.report.rows[name] += batch.num_rows
        self._writer.write(name, batch)

    def _write_others(self, part: Path, gone: Sequence[bool]) -> None:
        """Write the rows of a part that stay; publishing notices a part that is gone by now."""
        at = 0
        for batch in read_batches(part) if part.exists() else ():
            kept = [index for index in range(batch.num_rows) if not gone[at + index]]
            at += batch.num_rows
            self._writer.write(TABLE, batch.take(pa.array(kept, pa.int64())))


class _Teller:
    """Tell a caller's function how far a replay is, a few times a second."""

    def __init__(self, tell: Callable[[Progress], None] | None, started: float) -> None:
        self._tell = tell
        self._started = started
        self._told = 0.0
        self._bytes = 0

    def step(self, stored: StoredReject, report: ReplayReport) -> None:
        """Count a line that was tried."""
        self._bytes += stored.byte_length or 0
        now = time.perf_counter()
        if self._tell is not None and now - self._told > PROGRESS_SECONDS:
            self._told = now
            seconds = now - self._started
            self._tell(Progress(self._bytes, None, report.moved, report.rejects, seconds, stored.source_uri))


def _with_lengths(batch: pa.RecordBatch, given: Sequence[int | None]) -> pa.RecordBatch:
    """Return data rows with the lengths of the lines in the export, which a command may have changed."""
    at = batch.schema.get_field_index("byte_length")
    if at < 0:
        return batch
    own = batch.column(at).to_pylist()
    lengths = [one if length is None else length for one, length in zip(own, given, strict=True)]
    return batch.set_column(at, batch.schema.field(at), pa.array(lengths, pa.int64()))


def _chunks(raw: bytes | Path) -> Iterator[bytes]:
    """Yield a line in chunks."""
    if isinstance(raw, bytes):
        yield raw
        return
    with raw.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk
