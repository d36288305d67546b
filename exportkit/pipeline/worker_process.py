"""A worker process, from the first unit that it gets to the report at its end.

Takes units by a pipe, gives counts after each, and at the end a report and part files, or what went wrong.
Does not know who gives the units, or that there are other workers.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct

from exportkit import split
from exportkit.errors import ExportkitError, Wording
from exportkit.native import heap
from exportkit.pipeline.conversion import Conversion
from exportkit.pipeline.conversion_options import Options
from exportkit.pipeline.units import Unit, units_of_split
from exportkit.place import Source
from exportkit.report import ReportBuilder
from exportkit.write import Hints, LakeWriter, Staging, WriteOptions

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from exportkit.split import Split

__all__ = ["HINT_MEMORY", "Assignment", "Done", "work"]

#: Freed memory that a worker keeps for its next block: a few blocks with all that is decoded from them.
KEPT_BYTES = 24 * 2**20
#: Bytes of input after which a worker gives all freed memory back: 10 ms in a quarter of a second of work.
GIVE_BACK_BYTES = 64 * 2**20
HINT_MEMORY = Wording("it may have run out of memory: set {memory_limit}, or use fewer {workers}")


class Assignment(Struct, frozen=True):
    """What every worker of a run needs to know; sent by pickle where processes are not forked."""

    staging: Staging
    hints: Mapping[str, Hints]
    options: Options
    write_options: WriteOptions


class Done(Struct, frozen=True):
    """What a worker reports when it has converted a unit: the counts of its lines so far."""

    data_rows: int
    bad_lines: int
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
    for stop in (signal.SIGINT, signal.SIGHUP):
        signal.signal(stop, signal.SIG_IGN)  # the process that started this one decides
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    heap.keep_freed(KEPT_BYTES)
    counts = ReportBuilder()
    writer = LakeWriter(
        assignment.staging, worker=number, hints=assignment.hints, options=assignment.write_options
    )
    keep_raw = partial(writer.write_raw, "rejects")
    conversion = Conversion(assignment.options, counts, encoded=True, keep_raw=keep_raw)
    try:
        given_back = 0
        for task in iter(tasks.recv, None):
            for finished in _convert(conversion, writer, task, assignment.options):
                results.send(Done(counts.data_rows, counts.bad_lines, counts.input_bytes, finished))
                if counts.input_bytes - given_back > GIVE_BACK_BYTES:  # row groups have just been written
                    given_back = counts.input_bytes
                    heap.give_back()
        for name, batch in conversion.flush():
            writer.write(name, batch)
        results.send((counts.report(), writer.close()))
    except EOFError:  # the process that started this one is gone
        writer.abort()
    except BaseException as error:  # noqa: BLE001 - sent to the process that waits for it
        writer.abort()
        with suppress(BrokenPipeError):  # unless that is gone
            results.send(_as_sent(error))


def _convert(
    conversion: Conversion, writer: LakeWriter, task: tuple[Unit | Split, Source], options: Options
) -> Iterator[bool]:
    """Convert one task; yield False from time to time and True at its end."""
    work, source = task
    units = units_of_split(work, options) if isinstance(work, split.Split) else iter((work,))
    for unit in units:
        for name, batch in conversion.feed(unit, source):
            writer.write(name, batch)
            yield False
    yield True


def _as_sent(error: BaseException) -> BaseException:
    """Return an error as it travels to the process that waits for it."""
    if isinstance(error, MemoryError):
        return ExportkitError(
            "a worker process ran out of memory",
            hint=Wording("set {memory_limit}, or use fewer {workers}"),
        )
    if isinstance(error, (ExportkitError, OSError)):
        return error
    # A library that does not get its memory may say nothing better than SystemError.
    hint = HINT_MEMORY if isinstance(error, SystemError) else None
    return ExportkitError(f"{type(error).__name__}: {error}", hint=hint)
