"""Running a conversion: from sources to record batches, with a report and progress."""

from __future__ import annotations

import time
from collections.abc import Callable

from exportkit.pipeline.conversion import Batches, Conversion, KeepRaw
from exportkit.pipeline.options import Options
from exportkit.pipeline.spool import Spool
from exportkit.pipeline.units import units_of_source
from exportkit.place import StoredLine
from exportkit.read import OpenedSource, SourceLike, open_sources
from exportkit.report import Progress, Report

__all__ = ["ProgressTeller", "batches"]

#: Seconds between two calls of a progress function.
PROGRESS_SECONDS = 0.1


class ProgressTeller:
    """Tell a caller's function how far a run is, a few times a second."""

    def __init__(self, tell: Callable[[Progress], None] | None, report: Report, started: float) -> None:
        self._tell = tell
        self._report = report
        self._started = started
        self._told = 0.0
        self._done_bytes = 0
        self._total: int | None = 0
        self._uri = ""
        #: Bytes of the source being read that workers have converted, where they read it themselves.
        self.converted_bytes: int | None = None

    def begin(self, opened: OpenedSource) -> None:
        """Count a source that is about to be read."""
        size = opened.source.size
        self._total = None if size is None or self._total is None else self._total + size
        self._uri = opened.source.uri

    def end(self, opened: OpenedSource) -> None:
        """Count a source that has been read, and say so."""
        self._done_bytes += opened.stored_bytes_read if self.converted_bytes is None else self.converted_bytes
        self.converted_bytes = None
        self._say(0)

    def step(self, opened: OpenedSource) -> None:
        """Say how far the run is, if it is time to."""
        if self._tell is not None and time.perf_counter() - self._told > PROGRESS_SECONDS:
            read = opened.stored_bytes_read if self.converted_bytes is None else self.converted_bytes
            self._say(read)

    def finish(self) -> None:
        """Say how far the run came when everything is converted, where sources were read ahead of that."""
        if self._uri:
            self._say(0)

    def _say(self, read_bytes: int) -> None:
        if self._tell is None:
            return
        self._told = time.perf_counter()
        report = self._report
        self._tell(
            Progress(
                stored_bytes=self._done_bytes + read_bytes,
                total_bytes=self._total,
                data_rows=report.data_rows,
                rejects=report.rejects + report.skipped,
                seconds=self._told - self._started,
                source_uri=self._uri,
            )
        )


def batches(
    source: SourceLike,
    options: Options,
    report: Report,
    progress: Callable[[Progress], None] | None = None,
    *,
    encoded: bool = False,
    keep_raw: KeepRaw | None = None,
) -> Batches:
    """Yield the record batches of `source` with the names of their tables, and account for every line.

    Batches of one table are in input order. `report` is complete when the generator is exhausted.
    """
    started = time.perf_counter()
    conversion = Conversion(options, report, encoded=encoded, keep_raw=keep_raw)
    teller = ProgressTeller(progress, report, started)
    found = open_sources(
        source, export_id=options.export_id, max_compression_ratio=options.max_compression_ratio
    )
    with Spool() as spool:
        for opened in found:
            with opened:
                teller.begin(opened)
                report.sources.append(opened.source.uri)
                report.export_ids.append(opened.source.export_id)
                named, pieces = units_of_source(opened, options, spool)
                is_read_twice = False
                for piece in pieces:
                    is_read_twice |= isinstance(piece, StoredLine) and piece.uri == opened.path_if_splittable
                    yield from conversion.feed(piece, named)
                    teller.step(opened)
                if is_read_twice:
                    opened.check_unchanged()
                teller.end(opened)
    yield from conversion.flush()
    report.seconds = time.perf_counter() - started
