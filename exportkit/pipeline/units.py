"""Units of input that can be converted apart: blocks of lines, long lines, ranges of a file."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING

from msgspec.structs import replace

from exportkit import legacy, split
from exportkit.errors import ReadError
from exportkit.lakes import refuse_lakes
from exportkit.pipeline import long_rows
from exportkit.pipeline.conversion_options import Options
from exportkit.pipeline.line_spool import Spool
from exportkit.pipeline.old_exports import upgraded_lines
from exportkit.pipeline.resources import MIB
from exportkit.place import (
    LineBlock,
    MemberChunk,
    Members,
    Source,
    StoredLine,
    in_unicode,
    printable,
    shortened,
    without_signature,
)
from exportkit.read import Met, OpenedSource, SourceLike, open_sources, read_range
from exportkit.split import LINE_BY_LINE, Form, LongLine, cut_lines, sniff, take_start

if TYPE_CHECKING:
    from exportkit.pipeline.run_monitor import RunMonitor
    from exportkit.report import ReportBuilder
    from exportkit.split import Split

__all__ = [
    "Unit",
    "begun",
    "bytes_of_line",
    "cut_line",
    "is_blank",
    "met_of",
    "opened_line",
    "opened_sources",
    "refuse_nothing_read",
    "splits_of_source",
    "units_of_source",
    "units_of_split",
]

#: What a conversion takes.
Unit = LineBlock | StoredLine

#: Inputs from here on are worth cutting into ranges.
MIN_SPLIT_BYTES = 4 * MIB
MAX_SPLIT_BYTES = 64 * MIB
#: Ranges per worker, so that one slow range does not keep the others waiting.
SPLITS_PER_WORKER = 6
#: What a value may weigh for each byte of the longest line that may be held, which takes nine bytes.
WEIGHT_PER_HELD_BYTE = 9 / 4
#: Bytes of a block while only newlines are counted.
COUNTING_BLOCK_BYTES = MIB


def met_of(options: Options, counts: ReportBuilder) -> Met:
    """Return what counts files that are passed over, and sources that are left out."""

    def refuse(name: str, error: Exception) -> None:
        text = str(error)
        if isinstance(error, OSError) and error.strerror is not None:
            text = f"{error.strerror} (in {printable(shortened(without_signature(name)))})"
        counts.bad_sources.append(text.partition("\n")[0])

    skips = options.on_bad_source == "skip"
    return Met(lambda name: counts.pass_over(in_unicode(name)), refuse if skips else None)


def refuse_nothing_read(counts: ReportBuilder) -> None:
    """Stop a run all of whose sources were left out: what it made would look like an export without rows.

    Raises
    ------
    ReadError
        There were sources, and none of them could be read.
    """
    if counts.bad_sources and not counts.sources:
        first, *others = counts.bad_sources
        more = f"; and {len(others)} more" if others else ""
        raise ReadError(f"no source could be read: {first}{more}")


def opened_sources(
    source: SourceLike, options: Options, monitor: RunMonitor, met: Met
) -> Generator[OpenedSource, None, None]:
    """Yield the inputs that `source` names, each open until the next is asked for."""
    refuse_lakes(source)
    found = open_sources(
        source,
        export_id=options.export_id,
        max_compression_ratio=options.max_compression_ratio,
        met=met,
    )
    for opened in monitor.pulled(found):
        try:
            monitor.open_source(opened.source)
            yield opened
        finally:
            monitor.released(opened.close)


def begun(
    opened: OpenedSource, options: Options, spool: Spool, monitor: RunMonitor, met: Met
) -> tuple[Source, Iterator[Unit]] | None:
    """Return what `units_of_source` does, its first unit made; None for a source that is left out."""
    with met.refusing(opened.source.uri):
        named, units = units_of_source(opened, options, spool, monitor)
        first = [*islice(units, 1)]
        return named, chain(first, units)
    return None


def units_of_source(
    opened: OpenedSource, options: Options, spool: Spool, monitor: RunMonitor
) -> tuple[Source, Iterator[Unit]]:
    """Return what names the lines of an opened source, and the lines in order, whatever form it has.

    Long lines that cannot be read again from where they are lie in `spool`.
    """
    source = opened.source
    start = take_start(monitor.pulled(opened.blocks(options.block_bytes)))
    if legacy.looks_like_v1(start.head):
        lines = upgraded_lines(start, source.uri, options.block_bytes)
        return replace(source, export_version="v1"), lines
    form = sniff(start.head, source.uri)
    limit = options.max_line_bytes
    if form not in LINE_BY_LINE and opened.has_offsets:
        cut = split.cut_elements(start.blocks, form, source.uri, max_line_bytes=limit)
        return source, _held_or_stored(split.rows_in_strings(cut), None, spool)
    cut = cut_lines(start.blocks, first_line=start.line, first_offset=start.offset, max_line_bytes=limit)
    counted: Iterator[LineBlock | LongLine] = chain(start.blank_lines(), cut)
    if form is Form.STRINGS:
        counted = split.rows_in_strings(counted)
    if not opened.has_offsets:
        counted = (replace(one, offset=None) for one in counted)
    if form is Form.STRINGS or not opened.has_offsets:
        return source, _held_or_stored(counted, None, spool)
    return source, _held_or_stored(counted, opened.path_if_splittable, spool)


def units_of_split(part: Split, options: Options) -> Iterator[Unit]:
    """Yield the lines of a range of a file in order."""
    blocks = read_range(part.uri, part.start, part.end, options.block_bytes)
    cut = cut_lines(
        blocks, first_line=part.first_line, first_offset=part.start, max_line_bytes=options.max_line_bytes
    )
    with Spool() as spool:  # stays empty: the lines can be read again
        yield from _held_or_stored(cut, part.uri, spool)


def splits_of_source(opened: OpenedSource, workers: int) -> Iterator[Split] | None:
    """Return the ranges into which a source can be cut, None for one that is better read once.

    Raises
    ------
    ReadError
        The source is evidently no export.
    """
    location, size = opened.path_if_splittable, opened.source.size
    if location is None or size is None or size < 2 * MIN_SPLIT_BYTES:
        return None
    head = b"".join(read_range(location, 0, min(size, 64 * 1024), 64 * 1024))
    if head.isspace():  # what follows the blank lines decides
        return None
    if legacy.looks_like_v1(head) or sniff(head, opened.source.uri) is not Form.NDJSON:
        return None
    wanted = max(workers * SPLITS_PER_WORKER, size // MAX_SPLIT_BYTES)
    blocks = read_range(location, 0, size, COUNTING_BLOCK_BYTES)
    return split.plan_splits(blocks, location, size, wanted, min_split_bytes=MIN_SPLIT_BYTES)


def _held_or_stored(
    cut: Iterator[LineBlock | LongLine], location: str | None, spool: Spool
) -> Iterator[Unit]:
    """Yield blocks as they are, and long lines as the ranges of a file in which they lie."""
    for one in cut:
        if isinstance(one, LineBlock):
            yield one
        elif location is not None and one.offset is not None:
            length = sum(len(chunk) for chunk in one.chunks)
            yield StoredLine(location, one.offset, one.offset + length, one.line, one.offset)
        else:
            yield spool.keep(one.chunks, one.line, one.offset)


def bytes_of_line(stored: StoredLine) -> Iterator[bytes]:
    """Yield the bytes of a long line."""
    return read_range(stored.uri, stored.start, stored.end, COUNTING_BLOCK_BYTES)


def opened_line(stored: StoredLine, options: Options) -> long_rows.LineBytes:
    """Return the bytes of a long line, to be read in any order."""
    return long_rows.LineBytes(stored.uri, [stored.start], [stored.end], options.block_bytes)


def cut_line(blocks: Iterable[bytes], options: Options, line: Members | None = None) -> Iterator[MemberChunk]:
    """Yield a long line in runs of members, and fill in where they lie.

    Raises
    ------
    DecodeError
        The line is no object, or its brackets do not match.
    SplitError
        A value is larger than may be held.
    TooHeavyError
        The limit of the memory does not allow a value that may be held without it.
    """
    held = options.max_held_line_bytes
    return split.cut_members(
        blocks,
        long_rows.may_enter,
        chunk_bytes=options.chunk_bytes,
        max_weight=None if held is None else int(held * WEIGHT_PER_HELD_BYTE),
        line=line,
    )


def is_blank(stored: StoredLine) -> bool:
    """Return whether a long line holds nothing but white space."""
    return all(block.isspace() for block in bytes_of_line(stored))
