"""A conversion: one block of lines after another through decode, flatten and batch."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import pyarrow as pa
from msgspec.structs import replace

from exportkit._on_first_use import collector_resting
from exportkit.batch import TableBuffer
from exportkit.decode import LineDecoder, shown_by
from exportkit.errors import DecodeError, ReadError, RowError, Wording
from exportkit.flatten import flatten, reject_block
from exportkit.pipeline import long_rows
from exportkit.pipeline.conversion_options import Options
from exportkit.pipeline.line_spool import let_go
from exportkit.pipeline.projection import shown_structs, skipped_fields
from exportkit.pipeline.row_filter import RowFilter, select_content
from exportkit.pipeline.units import Unit, bytes_of_line, cut_line, is_blank, opened_line
from exportkit.place import LineBlock, MemberChunk, Members, Place, Source, StoredLine
from exportkit.report import FIRST_REJECTS, ReportBuilder
from exportkit.rows import Reject, RowBlock
from exportkit.split import TooHeavyError, places

__all__ = ["Conversion", "KeepRaw"]

#: Lines that are only filtered may be this many times larger than lines that are fully decoded.
TIMES_AS_BYTES = 4

Batches = Iterator[tuple[str, pa.RecordBatch]]
#: Keeps a line, given in chunks, in a file beside the table ``rejects``; returns the file's name.
KeepRaw = Callable[[Iterable[bytes]], str]


class Conversion:
    """Turn blocks of lines into record batches; holds what is not yet worth a batch.

    Parameters
    ----------
    options : Options
        What to convert and how.
    counts : ReportBuilder
        Counts every line that goes through.
    encoded : bool
        Whether batches may hold repeating strings as dictionary arrays, for writers of files.
    keep_raw : callable, optional
        Where rejected lines go that are too long for the table. Without it the table holds them.
    check : callable
        Called often while a long line is converted; what it raises ends the conversion.
    """

    def __init__(
        self,
        options: Options,
        counts: ReportBuilder,
        *,
        encoded: bool = False,
        keep_raw: KeepRaw | None = None,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._options = options
        self._selection = selection = options.selection
        shows_lines = "raw_uri" in options.columns.get("rejects", ())
        hides_lines = selection.redaction is not None and selection.redaction.hides_lines
        self._keep_raw = keep_raw if shows_lines and not hides_lines else None
        self._counts = counts
        self._check = check
        unneeded = selection.skipped(skipped_fields(options.columns), options.columns)
        self._decoder = LineDecoder(
            unneeded,
            selection.absent,
            shown=shown_structs(options.columns),
            studies=not selection.needs_whole_rows,
        )
        self._row_filter = RowFilter(selection, counts) if selection.conditions else None
        self._buffers = {
            name: TableBuffer(name, columns, encoded=encoded) for name, columns in options.columns.items()
        }
        self._held_bytes = 0
        for name in self._buffers:
            counts.rows.setdefault(name, 0)

    def feed(self, unit: Unit, source: Source) -> Batches:
        """Convert one unit of input and yield the batches that have become full."""
        if not isinstance(unit, StoredLine):
            yield from self._convert_held(unit, source)
            return
        if self._selection.needs_whole_rows:
            if self._long_row(unit, source) is not None:
                yield from self._convert_held(self._held(unit, source, times=1), source)
        elif self._row_filter is None or (
            self._long_row(unit, source) is not None and self._keeps(unit, self._row_filter, source)
        ):
            yield from self._convert_long(unit, source)
        let_go(unit)

    def _keeps(self, stored: StoredLine, row_filter: RowFilter, source: Source) -> bool:
        """Return whether the filters keep a long line; one that is no row is kept, to be refused as such."""
        held = self._held(stored, source, times=TIMES_AS_BYTES)
        found = places(held)
        kept, rejects = row_filter.apply(held, found, source)
        if len(kept.lines) or rejects or not len(found.lines):
            return True
        self._counts.lines += 1
        self._counts.input_bytes += len(held.data)
        return False

    def _held(self, stored: StoredLine, source: Source, *, times: int) -> LineBlock:
        """Return a long line as a block; stop a run whose limit does not allow that."""
        length, most = stored.end - stored.start, self._options.max_held_line_bytes
        if most is not None and length > (most := most * times):
            raise ReadError(
                f"a line of {length} bytes must fit in memory for these filters, params or labels; "
                f"the limit allows {most}",
                place=Place(source.uri, stored.line, stored.offset),
                hint=Wording(
                    "raise {memory_limit} to go on, or convert everything and select from the tables"
                ),
            )
        return LineBlock(b"".join(bytes_of_line(stored)), stored.line, stored.offset)

    def _convert_held(self, block: LineBlock, source: Source) -> Batches:
        with collector_resting():  # looking for cycles in a block took a quarter of the decoding time
            self._convert(block, source)
        yield from self._full(len(block.data))

    def _full(self, more_bytes: int) -> Batches:
        """Yield the batches that have become full with `more_bytes` of input."""
        self._held_bytes += more_bytes
        if self._held_bytes >= self._options.held_bytes:
            yield from self.flush()
        for name, buffer in self._buffers.items():
            if buffer.rows >= self._options.batch_rows or buffer.bytes >= self._options.batch_bytes:
                yield name, self._take(buffer, name)

    def flush(self) -> Batches:
        """Yield what is still held, one batch per table; tables without rows are left out."""
        self._held_bytes = 0
        for name, buffer in self._buffers.items():
            if buffer.rows:
                yield name, self._take(buffer, name)

    def _convert(self, block: LineBlock, source: Source) -> None:
        found = places(block)
        self._counts.lines += len(found.lines) + found.blanks
        self._counts.blanks += found.blanks
        self._counts.input_bytes += len(block.data)
        refused: list[Reject] = []
        if self._row_filter is not None:
            found, refused = self._row_filter.apply(block, found, source)
        rows, rejects = self._decoder.decode(block, found, source)
        self._counts.data_rows += len(rows.rows)
        if rejects or refused:
            self._refuse(sorted([*refused, *rejects], key=lambda one: one.line), source)
        self._lay_out(select_content(rows, self._selection, self._options.columns))

    def _lay_out(self, rows: RowBlock) -> None:
        for table_block in flatten(rows, self._buffers.keys()):
            self._buffers[table_block.table].add(table_block)
            self._counts.count_leftovers(table_block.leftovers)

    def _convert_long(self, stored: StoredLine, source: Source) -> Batches:
        """Convert a line that is too long to hold, one chunk of members after the other."""
        row = self._long_row(stored, source)
        if row is None:
            return
        self._counts.lines += 1
        self._counts.input_bytes += stored.end - stored.start
        self._counts.data_rows += 1
        share = self._options.chunk_bytes
        for rows in row.blocks():
            self._check()
            with collector_resting():  # looking for cycles in a block took a quarter of the decoding time
                self._lay_out(rows)
            yield from self._full(share)

    def _chunks(self, blocks: Iterable[bytes], members: Members | None = None) -> Iterator[MemberChunk]:
        for chunk in cut_line(blocks, self._options, members):
            self._check()
            yield chunk

    def _long_row(self, stored: StoredLine, source: Source) -> long_rows.LongRow | None:
        """Return a long line, decoded once; refuse one that is no row, or has a value too large to hold."""
        try:
            line = opened_line(stored, self._options)
            return long_rows.LongRow(line, self._chunks, stored, source, self._decoder)
        except RowError as error:
            self._refuse_long(error, stored, source)
            return None
        except TooHeavyError as error:
            raise ReadError(
                f"a value of {error.size} bytes takes more memory than the limit allows",
                place=Place(source.uri, stored.line, stored.offset),
                hint=Wording("raise {memory_limit} to go on"),
            ) from None

    def _refuse_long(self, error: RowError, stored: StoredLine, source: Source) -> None:
        self._counts.lines += 1
        self._counts.input_bytes += stored.end - stored.start
        if is_blank(stored):
            self._counts.blanks += 1
        else:
            self._refuse([self._long_reject(error, stored)], source)

    def _long_reject(self, error: RowError, stored: StoredLine) -> Reject:
        length = stored.end - stored.start
        raw: bytes | None = None
        raw_uri: str | None = None
        held = self._options.max_raw_bytes
        if self._keep_raw is None:  # there is nowhere else for it to be
            held = max(held, self._options.max_line_bytes)
        if length <= held:
            raw = b"".join(bytes_of_line(stored))
        elif self._keep_raw is not None and self._options.on_bad_row == "reject":
            raw_uri = self._keep_raw(bytes_of_line(stored))
        return Reject(
            line=stored.line,
            byte_offset=stored.offset,
            byte_length=length,
            error=type(error).__name__,
            problem=error.problem,
            json_path=error.json_path,
            raw=raw,
            raw_uri=raw_uri,
            **({} if raw is None else shown_by(raw, error)),
        )

    def _refuse(self, rejects: Sequence[Reject], source: Source) -> None:
        counts, options = self._counts, self._options
        if options.on_bad_row == "raise":
            raise refusal(rejects[0], source)
        if options.on_bad_row == "skip":
            counts.skipped += len(rejects)
        else:
            counts.rejects += len(rejects)
            if "rejects" in self._buffers:
                kept = [self._with_raw_kept(one) for one in rejects]
                self._buffers["rejects"].add(reject_block(kept, source))
        for one in rejects[: FIRST_REJECTS - len(counts.first_rejects)]:
            counts.first_rejects.append(str(refusal(one, source)))
        options.check_rejects(counts)

    def _with_raw_kept(self, one: Reject) -> Reject:
        if self._keep_raw is None or one.raw is None or len(one.raw) <= self._options.max_raw_bytes:
            return one
        return replace(one, raw=None, raw_uri=self._keep_raw([one.raw]))

    def _take(self, buffer: TableBuffer, name: str) -> pa.RecordBatch:
        batch = buffer.take()
        self._counts.rows[name] += batch.num_rows
        self._counts.count_leftovers(buffer.take_leftovers())
        redaction = self._selection.redaction
        return batch if redaction is None or not batch.num_columns else redaction.apply(name, batch)


def refusal(reject: Reject, source: Source) -> DecodeError:
    """Return the error that a refused line stands for, with its place."""
    place = Place(source.uri, reject.line, reject.byte_offset)
    return DecodeError(reject.problem, place=place, json_path=reject.json_path)
