"""Directory: commits runs into a directory of the local file system, by renames.

A run gathers its files in a hidden directory inside the destination. To commit it, everything is flushed to
disk, a commit record is written, and the record is applied: `exchange` says what readers see meanwhile. A
lock on the destination keeps runs from committing at the same time; a lock on the hidden directory says that
its run is alive.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from types import TracebackType
from typing import Self

import pyarrow as pa

from exportkit.commit.commit_record import CommitRecord, write_record
from exportkit.commit.exchange import apply_record, recover_interrupted, sync_all
from exportkit.commit.existing_parts import has_parts, refuse_existing
from exportkit.errors import WriteError
from exportkit.lakes import (
    DirectoryLock,
    LocalStorage,
    PartFile,
    Staging,
    is_part,
    new_run_id,
    open_storage,
)
from exportkit.options import FormatName, Mode
from exportkit.write import PartWriter

__all__ = ["DirectoryCommitter", "DirectoryTransaction"]


class DirectoryCommitter:
    """Commits runs at a directory; see `Committer`.

    Parameters
    ----------
    location : str or path
        Directory, or a ``file://`` URL; `begin` creates it with its parents when it is missing.
    """

    def __init__(self, location: str | os.PathLike[str]) -> None:
        self._storage = open_storage(location)

    def recover(self) -> list[str]:
        """Finish what interrupted runs left; see `Committer.recover`."""
        if not self._storage.exists(""):
            return []
        self._refuse_file()
        with self._storage.locked():
            return recover_interrupted(self._storage)

    def begin(
        self,
        *,
        schemas: Mapping[str, pa.Schema],
        mode: Mode = "error",
        format: FormatName = "parquet",  # noqa: A002 - the word users know
    ) -> DirectoryTransaction:
        """Recover, check and prepare; see `Committer.begin`."""
        self._refuse_file()
        storage = self._storage
        staging = Staging(storage, new_run_id(), format, dict(schemas))
        created = storage.create_root()
        try:
            with storage.locked():
                recovered = recover_interrupted(storage)
                refuse_existing(storage, staging, mode)
                storage.create_directory(staging.directory, shown_as="")
                lock = storage.lock(staging.directory, wait=False)
                storage.create_directory(staging.waiting)
        except BaseException:
            with suppress(WriteError):
                storage.delete_directory(staging.directory)
            storage.remove_created(created)
            raise
        return DirectoryTransaction(
            storage, staging, mode, recovered_runs=tuple(recovered), created=created, lock=lock
        )

    def _refuse_file(self) -> None:
        if self._storage.is_file(""):
            raise WriteError(
                "the destination is a file",
                place=self._storage.place(),
                hint="choose a directory, or a name that is free",
            )


class DirectoryTransaction:
    """One run at a directory; see `Transaction`. Made by `DirectoryCommitter.begin`."""

    def __init__(
        self,
        storage: LocalStorage,
        staging: Staging,
        mode: Mode,
        *,
        recovered_runs: tuple[str, ...],
        created: list[str],
        lock: DirectoryLock | None,
    ) -> None:
        self.staging = staging
        self.recovered_runs = recovered_runs
        self._storage = storage
        self._mode = mode
        self._created = created
        self._lock = lock
        self._ended = False

    def commit(self, parts: Iterable[PartFile], *, replaced: Iterable[str] = ()) -> list[PartFile]:
        """Make the run visible; see `Transaction.commit`, and `exchange` for what readers see."""
        if self._ended:
            raise ValueError("the transaction was committed or aborted before")
        outdated = [*replaced]
        if outdated and self._mode != "append":
            raise ValueError('parts can be replaced with mode="append" alone')
        run = self._sorted(parts)
        self._verify(run)
        run = self._sorted([*run, *self._schema_parts(run, outdated)])
        storage = self._storage
        sync_all(storage, self._waiting(run))
        names = [f"{part.table}/{part.name}" for part in run]
        record = CommitRecord(self.staging.run, self._mode, [*self.staging.schemas], names, outdated)
        with storage.locked():
            recover_interrupted(storage)
            refuse_existing(storage, self.staging, self._mode)
            self._refuse_missing(outdated)
            write_record(storage, record)
            self._ended = True
            self._release()
            _apply_uninterrupted(storage, record)
        return run

    def has_parts(self) -> bool:
        """Return whether the destination holds parts of the run's tables, whoever wrote them."""
        return any(has_parts(self._storage, table) for table in self.staging.schemas)

    def abort(self) -> None:
        """Remove what the run has written and the directories made for it; nothing after `commit`."""
        if self._ended:
            return
        self._ended = True
        # What cannot be deleted is left to the next run: an error here would hide the one that led here.
        with suppress(WriteError):
            self._storage.delete_directory(self.staging.directory)
        self._storage.remove_created(self._created)
        self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abort()

    def _release(self) -> None:
        if self._lock:
            self._lock.release()

    def _sorted(self, parts: Iterable[PartFile]) -> list[PartFile]:
        tables = [*self.staging.schemas]
        return sorted({*parts}, key=lambda part: (tables.index(part.table), part.name))

    def _verify(self, parts: list[PartFile]) -> None:
        """Make sure that what is about to be committed is what was written."""
        for part in parts:
            size = self._storage.size(self.staging.waiting_part(part.table, part.name))
            if size != part.bytes:
                there = "is gone" if size is None else f"has {size} bytes"
                raise WriteError(
                    f"a part was written with {part.bytes} bytes and now {there}",
                    place=self._storage.place(f"{part.table}/{part.name}"),
                    hint="something else changed the destination; run again",
                )

    def _waiting(self, parts: list[PartFile]) -> dict[str, str]:
        """Return all that must survive a power cut before the record is written, and how errors name it."""
        files = {
            self.staging.waiting_part(part.table, part.name): f"{part.table}/{part.name}" for part in parts
        }
        return files | {self.staging.waiting: self.staging.waiting}

    def _refuse_missing(self, replaced: list[str]) -> None:
        for path in replaced:
            if self._storage.size(path) is None:
                raise WriteError(
                    "a part that the run replaces is gone",
                    place=self._storage.place(path),
                    hint="something else changed the destination; run again",
                )

    def _schema_parts(self, parts: list[PartFile], replaced: list[str]) -> list[PartFile]:
        """Write a part without rows for each table that has none, unless it is appended to some."""
        written = {part.table for part in parts if is_part(part.name)}
        schema_parts = []
        for table in self.staging.schemas:
            if table in written or (self._mode == "append" and has_parts(self._storage, table, replaced)):
                continue
            with PartWriter(self.staging, table, worker=0) as writer:
                writer.begin_part()
                schema_parts += writer.close()
        return schema_parts


def _apply_uninterrupted(storage: LocalStorage, record: CommitRecord) -> None:
    try:
        apply_record(storage, record)
    except KeyboardInterrupt:
        # A few renames: half a run must not be what Ctrl-C leaves.
        apply_record(storage, record)
        raise
    except WriteError as error:
        error.hint = (
            "no row is lost, and the run need not be repeated: remove the cause, and "
            "exportkit.lake(...) or `exportkit rejects` on the destination completes it"
        )
        raise
