"""Replaying: the rejected lines of a lake are converted again, as they are or mended by a command.

Takes a lake, moves the lines that pass from the table ``rejects`` into the others, in one run that appears as
a whole: at each instant a line is counted where it was before or where it is after, but for the renames of
the commit. Lines that do not pass keep their rows, to the byte.
"""

from __future__ import annotations

import math
import os
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Unpack

import pyarrow as pa
from msgspec.structs import replace

from exportkit.commit import Transaction, committer_for, read_lake
from exportkit.errors import ExportkitError, OptionError, RowError, Wording
from exportkit.lakes import Part, Snapshot
from exportkit.options import ReplayOptions, SelectOptions, complete, only, takes
from exportkit.pipeline import Conversion, Options, RunMonitor, Unit, hints_of, make_options, schemas_of
from exportkit.place import LineBlock, Place, Source, StoredLine
from exportkit.rejects.commands import Command
from exportkit.rejects.reject_rows import (
    TABLE,
    StoredReject,
    columns_by_table,
    fingerprint_of,
    parts_of_rejects,
    read_batches,
    rows_of,
    stored_rejects,
)
from exportkit.report import ReportBuilder
from exportkit.select import Fingerprint
from exportkit.write import LakeWriter

__all__ = ["ReplayReport", "replay"]

#: Bytes that are read of a file at a time.
CHUNK_BYTES = 2**20


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

    @property
    def data_rows(self) -> int:
        """Lines that are data rows now, as progress counts them."""
        return self.moved

    @property
    def bad_lines(self) -> int:
        """Lines that could not become rows, as progress counts them."""
        return self.rejects

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain values, as ``--json`` prints it."""
        return {**asdict(self), "problems": dict(self.problems)}


@takes(ReplayOptions)
def replay(
    lake: str | os.PathLike[str],
    *,
    through: Sequence[str] | Command | None = None,
    timeout_seconds: float = 60.0,
    **options: Unpack[ReplayOptions],
) -> ReplayReport:
    """Convert the rejected lines of a lake again, and move those that pass into the tables.

    They get the rows that they would have got, under their own ``export_id`` and ``line``, in the tables and
    columns that the lake has. All of it appears together at the end; interrupted, the lake is as before, and
    run again, no row is doubled. When no line passes, nothing is written.

    Parameters
    ----------
    lake : str or path
        Directory of the lake.
    through : sequence of str, optional
        Program that mends a line, and its arguments: it gets the line on standard input and prints the mended
        one. No shell reads the words. A line that it fails on stays a reject.
    timeout_seconds : float
        Time that the program may take for one line.
    **options : ReplayOptions
        As `exportkit.options` declares them. `params`, `filters`, `labels`, `redact` and `redact_key` must be
        those that the lake was made with: the lake says whether they are the same, and does not say what they
        are. Lines of runs with another selection are left alone.

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
    OptionError
        An option is none of the values that it accepts.
    TableError, WriteError
        The lake's columns are not those of this version, or it cannot be written, or was changed meanwhile.
    ExportkitError
        The command cannot be started.

    Notes
    -----
    Memory: as for converting. A line in a raw file is never held.
    """
    started = time.perf_counter()
    asked = complete(ReplayOptions, options)
    command = _command_of(through, timeout_seconds)
    snapshot = read_lake(lake)
    form = parts_of_rejects(snapshot)[0].format
    columns = columns_by_table(snapshot)
    conversion = make_options(
        tables=[*columns],
        columns=columns,
        on_bad_row="raise",
        **only(SelectOptions, asked),
    )
    chosen, others = _chosen_parts(snapshot, conversion.selection.fingerprint)
    with (
        committer_for(lake).begin(schemas=schemas_of(conversion), mode="append", format=form) as transaction,
        LakeWriter(transaction.staging, hints=hints_of(conversion)) as writer,
    ):
        run = _Replay(writer, conversion, command, RunMonitor(asked["progress"]))
        run.report.others = others
        for part in chosen:
            run.try_part(part)
        run.commit(transaction)
    run.report.seconds = time.perf_counter() - started
    return run.report


def _command_of(through: Sequence[str] | Command | None, timeout_seconds: float) -> Command | None:
    if isinstance(timeout_seconds, bool) or not isinstance(timeout_seconds, int | float):
        raise OptionError("timeout_seconds", Wording("{timeout_seconds} must be a number of seconds"))
    if not 0 < timeout_seconds < math.inf:
        text = "{timeout_seconds} must be more than 0, not {given:g}"
        raise OptionError("timeout_seconds", Wording(text, given=timeout_seconds))
    if through is None or isinstance(through, Command):
        return through
    is_list = isinstance(through, Sequence) and not isinstance(through, str | bytes)
    if not is_list or not through or not all(isinstance(word, str) for word in through):
        raise OptionError("through", Wording("{through} must name a program and its arguments, one by one"))
    return Command(through, timeout_seconds)


def _chosen_parts(lake: Snapshot, fingerprint: Fingerprint) -> tuple[list[Part], int]:
    """Return the parts of runs with this selection, and how many lines are in parts of others.

    Raises
    ------
    ExportkitError
        There are lines, and all of them are of others.
    """
    chosen, lines, others, one_of_them = [], 0, 0, fingerprint
    for part in parts_of_rejects(lake):
        if (found := fingerprint_of(part)) == fingerprint:
            chosen.append(part)
            lines += rows_of(part)
        elif rows := rows_of(part):
            others += rows
            one_of_them = found
    if others and not lines:
        raise ExportkitError(
            f"the rejected lines are of a run with another selection: {one_of_them}",
            place=Place(lake.shown),
            hint=Wording(
                "give {params}, {filters}, {labels}, {redact} and the key of hashes as for the conversion"
            ),
        )
    return chosen, others


class _Replay:
    """One replay: what passes goes to the writer, and what does not stays where it is."""

    def __init__(
        self, writer: LakeWriter, options: Options, through: Command | None, monitor: RunMonitor
    ) -> None:
        wanted = {name: columns for name, columns in options.columns.items() if name != TABLE}
        self.report = ReplayReport(rows=dict.fromkeys(wanted, 0))
        self._writer = writer
        self._through = through
        self._monitor = monitor
        self._monitor.begin()
        self._monitor.counts = self.report
        self._tried_bytes = 0
        self._counts = ReportBuilder()
        self._conversion = Conversion(replace(options, columns=wanted), self._counts, encoded=True)
        self._lengths: deque[int | None] = deque()
        self._replaced: list[str] = []

    def try_part(self, part: Part) -> None:
        """Try all lines of a part; write those that stay anew when any does not."""
        gone: list[bool] = []
        raw_files: list[str] = []
        for batch in read_batches(part):
            for stored in stored_rejects(part, batch):
                passed = self._passes(stored)
                gone.append(passed)
                if passed and isinstance(stored.raw, Path):
                    raw_files.append(stored.raw.name)
                self._tried_bytes += stored.byte_length or 0
                self._monitor.step(self._tried_bytes)
        if any(gone):
            self._write_others(part, gone)
            self._replaced += [f"{TABLE}/{name}" for name in (part.name, *raw_files)]

    def commit(self, transaction: Transaction) -> None:
        """Make the run visible; nothing happens when no line passed."""
        if not self._replaced:
            return
        for name, batch in self._conversion.flush():
            self._write(name, batch)
        parts = transaction.commit(self._writer.close(), replaced=self._replaced)
        self.report.files = [part.path for part in parts]

    def _passes(self, stored: StoredReject) -> bool:
        report, before = self.report, self._counts.data_rows
        report.lines += 1
        self._lengths.append(stored.byte_length)
        try:
            source = Source(stored.source_uri, stored.export_id)
            self._monitor.open_source(source)
            for name, batch in self._conversion.feed(self._unit(stored), source):
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

    def _unit(self, stored: StoredReject) -> Unit:
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

    def _write_others(self, part: Part, gone: Sequence[bool]) -> None:
        """Write the rows of a part that stay; the commit notices a part that is gone by now."""
        at = 0
        for batch in read_batches(part) if Path(part.path).exists() else ():
            kept = [index for index in range(batch.num_rows) if not gone[at + index]]
            at += batch.num_rows
            self._writer.write(TABLE, batch.take(pa.array(kept, pa.int64())))


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
