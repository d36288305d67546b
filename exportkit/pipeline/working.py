"""Working: the life of a worker process, from the first piece it is given to what it tells at the end.

Takes pieces by a pipe, gives counts after each, and at the end a report and part files, or what went wrong.
Does not know who gives the pieces, or that there are other workers.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection

from msgspec import Struct

from exportkit.errors import ExportkitError
from exportkit.native import heap
from exportkit.pipeline.assignment import Assignment
from exportkit.pipeline.conversion import Conversion
from exportkit.pipeline.options import Options
from exportkit.pipeline.units import Unit, units_of_split
from exportkit.place import Source
from exportkit.report import Report
from exportkit.split import Split
from exportkit.write import LakeWriter

__all__ = ["HINT_MEMORY", "Done", "work"]

#: Freed memory that a worker keeps for its next block: a few blocks with all that is decoded from them.
KEPT_BYTES = 24 * 2**20
#: Bytes of input after which a worker gives all freed memory back: 10 ms in a quarter of a second of work.
GIVE_BACK_BYTES = 64 * 2**20
HINT_MEMORY = "it may have run out of memory: set memory_limit, or use fewer workers"


class Done(Struct, frozen=True):
    """What a worker tells when it has converted a piece: the counts of its lines so far."""

    data_rows: int
    rejects: int
    input_bytes: int
    finished: bool


def work(
    tasks: Connection,
    results: Connection,
    number: int,
    assignment: Assignment,
    inherited: Sequence[Connection],
) -> None:
    """Convert what comes in by `tasks` until nothing more does; the life of a worker process."""
    for end in inherited:
        end.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    heap.keep_freed(KEPT_BYTES)
    report = Report()
    writer = LakeWriter(
        assignment.staging, worker=number, hints=assignment.hints, options=assignment.write_options
    )
    keep_raw = partial(writer.write_raw, "rejects")
    conversion = Conversion(assignment.options, report, encoded=True, keep_raw=keep_raw)
    try:
        given_back = 0
        for task in iter(tasks.recv, None):
            for finished in _convert(conversion, writer, task, assignment.options):
                refused = report.rejects + report.skipped
                results.send(Done(report.data_rows, refused, report.input_bytes, finished))
                if report.input_bytes - given_back > GIVE_BACK_BYTES:  # row groups have just been written
                    given_back = report.input_bytes
                    heap.give_back()
        for name, batch in conversion.flush():
            writer.write(name, batch)
        results.send((report, writer.close()))
    except EOFError:  # the process that started this one is gone
        writer.abort()
    except BaseException as error:  # noqa: BLE001 - told to the process that waits for it
        writer.abort()
        with suppress(BrokenPipeError):  # unless that is gone
            results.send(_as_told(error))


def _convert(
    conversion: Conversion, writer: LakeWriter, task: tuple[Unit | Split, Source], options: Options
) -> Iterator[bool]:
    """Convert one task; yield False from time to time and True at its end."""
    work, source = task
    pieces = units_of_split(work, options) if isinstance(work, Split) else iter((work,))
    for piece in pieces:
        for name, batch in conversion.feed(piece, source):
            writer.write(name, batch)
            yield False
    yield True


def _as_told(error: BaseException) -> BaseException:
    """Return an error as it travels to the process that waits for it."""
    if isinstance(error, MemoryError):
        return ExportkitError(
            "a worker process ran out of memory", hint="set memory_limit, or use fewer workers"
        )
    if isinstance(error, (ExportkitError, OSError)):
        return error
    # A library that does not get its memory may say nothing better than SystemError.
    hint = HINT_MEMORY if isinstance(error, SystemError) else None
    return ExportkitError(f"{type(error).__name__}: {error}", hint=hint)
