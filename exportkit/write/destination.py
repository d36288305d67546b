"""Destination: where a whole run goes, from the first look to the moment readers see it.

Takes a path and the tables' schemas, gives a `Staging` to the writers, and makes their parts visible
together. Does not know rows or batches.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self, get_args

import pyarrow as pa

from exportkit.errors import WriteError
from exportkit.write.existing import Mode, has_parts, refuse_existing
from exportkit.write.formats import FORMATS, FormatName
from exportkit.write.names import PartFile, is_part, new_run_id
from exportkit.write.parts import PartWriter
from exportkit.write.publish import Order, carry_out, finish_interrupted, give_order
from exportkit.write.staging import Staging
from exportkit.write.storage import DirectoryLock, Storage, open_storage

__all__ = ["Destination", "open_destination"]


def open_destination(
    location: str | os.PathLike[str],
    *,
    schemas: Mapping[str, pa.Schema],
    mode: Mode = "error",
    format: FormatName = "parquet",  # noqa: A002 - the word users know
) -> Destination:
    """Check that a run may write to a place, and prepare it, before any other work.

    Finishes first what an interrupted run left there: one that was being published is published to the end,
    one that was not is removed, unless it is still alive.

    Parameters
    ----------
    location : str or path
        Directory, or a ``file://`` URL; created with its parents when it is missing.
    schemas : mapping of str to pyarrow.Schema
        The tables of the run. Their metadata goes into every file.
    mode : {"error", "overwrite", "append"}
        What to do with parts that are there: refuse; put the run in place of all parts that exportkit wrote
        there, and of all parts of this run's tables; add to them, provided that the columns are the same.
    format : {"parquet", "arrow"}
        Format of the part files.

    Returns
    -------
    Destination
        Use it as a context: leaving it without `Destination.publish` discards the run.

    Raises
    ------
    WriteError
        The destination is not as `mode` asks, is a file, or cannot be written to. Nothing was changed then.
    ValueError
        `mode` or `format` is none of those above, or `location` is empty.
    """
    if mode not in get_args(Mode):
        raise ValueError(f"mode must be one of {', '.join(get_args(Mode))}, not {mode!r}")
    if format not in FORMATS:
        raise ValueError(f"format must be one of {', '.join(FORMATS)}, not {format!r}")
    storage = open_storage(location)
    if storage.is_file(""):
        raise WriteError(
            "the destination is a file",
            place=storage.place(),
            hint="choose a directory, or a name that is free",
        )
    staging = Staging(storage, new_run_id(), format, dict(schemas))
    created = storage.create_root()
    try:
        with storage.locked():
            finished = finish_interrupted(storage)
            refuse_existing(staging, mode)
            storage.create_directory(staging.directory, shown_as="")
            lock = storage.lock(staging.directory, wait=False)
            storage.create_directory(staging.waiting)
    except BaseException:
        with suppress(WriteError):
            storage.delete_directory(staging.directory)
        storage.remove_created(created)
        raise
    return Destination(staging, mode, finished_runs=tuple(finished), created=created, lock=lock)


class Destination:
    """Where a whole run goes; made by `open_destination`.

    Attributes
    ----------
    staging : Staging
        What writers need to know; may be sent to other processes.
    mode : {"error", "overwrite", "append"}
        As opened.
    finished_runs : tuple of str
        Interrupted runs of others whose publication was carried through when this one was opened.
    """

    def __init__(
        self,
        staging: Staging,
        mode: Mode,
        *,
        finished_runs: tuple[str, ...],
        created: list[str],
        lock: DirectoryLock | None,
    ) -> None:
        self.staging = staging
        self.mode = mode
        self.finished_runs = finished_runs
        self._created = created
        self._lock = lock
        self._ended = False

    def publish(self, parts: Iterable[PartFile], *, replaced: Iterable[str] = ()) -> list[PartFile]:
        """Make a run visible: all of it, after everything is on disk.

        `exportkit.write.publish` says what a reader sees at each instant.

        Parameters
        ----------
        parts : iterable of PartFile
            What the writers of all workers returned. Files of writers that did not finish stay out.
        replaced : iterable of str
            ``<table>/<file name>`` of parts of this run's tables that it appends to and puts its own in the
            place of.

        Returns
        -------
        list of PartFile
            The parts in the order of the run's tables and then of their names. A table without any part, new
            or appended to, gets one without rows.

        Raises
        ------
        WriteError
            A part is gone or cut short, or another run has filled the destination or taken away a replaced
            part since: nothing is visible then. Or the system refused a rename half-way: the next
            `open_destination` there carries on.
        ValueError
            The run was published or discarded before, or parts are replaced by one that does not append.
        """
        self._refuse_ended()
        outdated = [*replaced]
        if outdated and self.mode != "append":
            raise ValueError('parts can be replaced with mode="append" alone')
        run = self._sorted(parts)
        self._verify(run)
        run = self._sorted([*run, *self._schema_parts(run, outdated)])
        storage = self.staging.storage
        storage.sync_all(self._waiting(run))
        order = Order(
            self.staging.run,
            self.mode,
            [*self.staging.schemas],
            [f"{part.table}/{part.name}" for part in run],
            outdated,
        )
        with storage.locked():
            finish_interrupted(storage)
            refuse_existing(self.staging, self.mode)
            self._refuse_gone(outdated)
            give_order(storage, order)
            self._ended = True
            self._release()
            _carry_out_uninterrupted(storage, order)
        return run

    def discard(self) -> None:
        """Remove what the run has written and the directories made for it; nothing after `publish`."""
        if self._ended:
            return
        self._ended = True
        # What cannot be deleted is left to the next run: an error here would hide the one that led here.
        with suppress(WriteError):
            self.staging.storage.delete_directory(self.staging.directory)
        self.staging.storage.remove_created(self._created)
        self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.discard()

    def _refuse_ended(self) -> None:
        if self._ended:
            raise ValueError("the run was published or discarded before")

    def _release(self) -> None:
        if self._lock:
            self._lock.release()

    def _sorted(self, parts: Iterable[PartFile]) -> list[PartFile]:
        tables = [*self.staging.schemas]
        return sorted({*parts}, key=lambda part: (tables.index(part.table), part.name))

    def _verify(self, parts: list[PartFile]) -> None:
        """Make sure that what is about to be published is what was written."""
        storage = self.staging.storage
        for part in parts:
            size = storage.size(self.staging.waiting_part(part.table, part.name))
            if size != part.bytes:
                there = "is gone" if size is None else f"has {size} bytes"
                raise WriteError(
                    f"a part was written with {part.bytes} bytes and now {there}",
                    place=storage.place(f"{part.table}/{part.name}"),
                    hint="something else changed the destination; run again",
                )

    def _waiting(self, parts: list[PartFile]) -> dict[str, str]:
        """Return all that has to survive a power cut before the order is given, and how it is shown."""
        files = {
            self.staging.waiting_part(part.table, part.name): f"{part.table}/{part.name}" for part in parts
        }
        return files | {self.staging.waiting: self.staging.waiting}

    def _refuse_gone(self, replaced: list[str]) -> None:
        storage = self.staging.storage
        for path in replaced:
            if storage.size(path) is None:
                raise WriteError(
                    "a part that the run replaces is gone",
                    place=storage.place(path),
                    hint="something else changed the destination; run again",
                )

    def _schema_parts(self, parts: list[PartFile], replaced: list[str]) -> list[PartFile]:
        """Write a part without rows for each table that has none, unless it is appended to some."""
        written = {part.table for part in parts if is_part(part.name)}
        storage = self.staging.storage
        schema_parts = []
        for table in self.staging.schemas:
            if table in written or (self.mode == "append" and has_parts(storage, table, replaced)):
                continue
            with PartWriter(self.staging, table, worker=0) as writer:
                writer.begin_part()
                schema_parts += writer.close()
        return schema_parts


def _carry_out_uninterrupted(storage: Storage, order: Order) -> None:
    try:
        carry_out(storage, order)
    except KeyboardInterrupt:
        # A few renames: half a run must not be what Ctrl-C leaves.
        carry_out(storage, order)
        raise
    except WriteError as error:
        error.hint = (
            "no row is lost: mend this and write to the destination again, which first publishes this run"
        )
        raise
