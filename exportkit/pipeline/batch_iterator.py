"""Batch iterators: the record batches of sources, or of one range of a file, with a report.

The only place that takes sources from their bytes to batches in one process.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from types import TracebackType
from typing import TYPE_CHECKING, Self

from exportkit.lakes import lake_of
from exportkit.pipeline.conversion import Conversion, KeepRaw
from exportkit.pipeline.conversion_options import Options
from exportkit.pipeline.line_spool import Spool
from exportkit.pipeline.run_monitor import RunMonitor
from exportkit.pipeline.units import begun, met_of, opened_sources, refuse_nothing_read, units_of_split
from exportkit.place import Source, StoredLine
from exportkit.read import SourceLike
from exportkit.report import Report, ReportBuilder, warn_of

if TYPE_CHECKING:
    import pyarrow as pa

    from exportkit.events import Progress
    from exportkit.split import Split

__all__ = ["BatchIterator", "batches", "convert_sources", "split_batches"]

Batch = tuple[str, "pa.RecordBatch"]
Batches = Generator[Batch, None, None]


class BatchIterator(Iterator[Batch]):
    """Record batches with the names of their tables, made while they are drawn.

    Batches of one table come in input order; batches of different tables are interleaved. Nothing is read
    before the first batch is drawn.

    Parameters
    ----------
    drawn : generator
        The batches.
    counts : ReportBuilder
        What is counted while they are drawn.
    monitor : RunMonitor
        Measures the time.
    warns : bool
        Whether an `ExportkitWarning` is given at the end.
    """

    def __init__(self, drawn: Batches, counts: ReportBuilder, monitor: RunMonitor, *, warns: bool) -> None:
        self._drawn = drawn
        self._counts = counts
        self._monitor = monitor
        self._warns = warns

    @property
    def report(self) -> Report:
        """What was done with every line so far; complete when the iterator is exhausted."""
        return self._counts.report(self._monitor.seconds)

    def __next__(self) -> Batch:
        try:
            return next(self._drawn)
        except StopIteration:
            self._monitor.end()
            if self._warns:
                self._warns = False
                warn_of(self.report)
            raise
        except BaseException:
            self._monitor.end()
            raise

    def close(self) -> None:
        """Draw no more batches; files that are open for them are closed."""
        self._drawn.close()
        self._monitor.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def batches(
    source: SourceLike,
    options: Options,
    progress: Callable[[Progress], None] | None = None,
    *,
    warns: bool = True,
) -> BatchIterator:
    """Return the record batches of `source`; it accounts for every line. A lake gives the rows it holds."""
    monitor, counts = RunMonitor(progress), ReportBuilder()
    lake = lake_of(source)
    if lake is None:
        drawn = convert_sources(source, options, counts, monitor)
    else:
        from exportkit.pipeline.lake_batches import convert_lake  # noqa: PLC0415 - only a lake needs it

        drawn = convert_lake(lake, options, counts, monitor)
    return BatchIterator(drawn, counts, monitor, warns=warns and lake is None)


def split_batches(split: Split, source: Source, options: Options) -> BatchIterator:
    """Return the record batches of one range of a file, wherever the others are converted.

    Batches of all ranges of a file together are those of the file, and their reports, `merged`, are its
    report. `split`, `source` and `options` may come from another process.

    Parameters
    ----------
    split : Split
        The range; see `splits_of_source`.
    source : Source
        What names the lines in the tables.
    options : Options
        How they are converted; see `make_options`.
    """
    monitor, counts = RunMonitor(), ReportBuilder()
    drawn = _convert_split(split, source, options, counts, monitor)
    return BatchIterator(drawn, counts, monitor, warns=False)


def convert_sources(
    source: SourceLike,
    options: Options,
    counts: ReportBuilder,
    monitor: RunMonitor,
    *,
    encoded: bool = False,
    keep_raw: KeepRaw | None = None,
) -> Batches:
    """Yield the record batches of `source`, and count every line in `counts`; see `Conversion`."""
    monitor.begin()
    monitor.counts = counts
    conversion = Conversion(options, counts, encoded=encoded, keep_raw=keep_raw, check=monitor.check)
    met = met_of(options, counts)
    with Spool() as spool, closing(opened_sources(source, options, monitor, met)) as found:
        for opened in found:
            work = begun(opened, options, spool, monitor, met)
            if work is None:
                continue
            named, units = work
            counts.sources.append(opened.source.uri)
            counts.export_ids.append(opened.source.export_id)
            is_read_twice = False
            for unit in units:
                is_read_twice |= isinstance(unit, StoredLine) and unit.uri == opened.path_if_splittable
                yield from conversion.feed(unit, named)
                monitor.step(opened.stored_bytes_read)
            if is_read_twice:
                opened.check_unchanged()
            monitor.close_source(opened.stored_bytes_read)
    refuse_nothing_read(counts)
    yield from conversion.flush()


def _convert_split(
    split: Split, source: Source, options: Options, counts: ReportBuilder, monitor: RunMonitor
) -> Batches:
    monitor.begin()
    conversion = Conversion(options, counts)
    counts.sources.append(source.uri)
    counts.export_ids.append(source.export_id)
    for unit in units_of_split(split, options):
        yield from conversion.feed(unit, source)
    yield from conversion.flush()
