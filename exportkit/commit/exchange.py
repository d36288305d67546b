"""Exchange: the files of a committed run take their names, and a reader never counts a row twice.

Takes the commit record of a run whose files are all whole and on disk, moves files, gives nothing. Does not
know rows.

What a reader sees
------------------
A table is changed while it is hidden: its directory is moved out of the destination, old parts lose their
names, new parts get theirs, and the directory is moved back. Tables that do not exist yet come first, all at
once, the others one by one. ``<destination>/<table>/*.parquet`` therefore gives, at each instant and for each
table,

- what was there before, or
- nothing (no such file: a loud error, not a short answer) for as long as a few renames take, or
- all that is there after: with "append" the old and the new parts (without those that the run replaces), else
  the new ones alone.

Tables follow one another, so for that moment one table may be new and the next still old. A reader that
globs ``**/*.parquet`` from the destination down, hidden directories included, may see part of a table
meanwhile. It never sees old parts of a table together with those that replace them, and never a part twice.

What a crash leaves
-------------------
Before the commit record is on disk: a hidden directory that no reader looks into and the next run removes.
After it: a run that is complete but for renames. Whoever opens the destination next applies the record to its
end; every step looks at what is there and can be done again. Other files in a table's directory stay in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress

from exportkit.commit.commit_record import OPEN, OUTDATED, CommitRecord, read_record, remove_record
from exportkit.commit.existing_parts import refuse_unmovable
from exportkit.errors import WriteError
from exportkit.lakes import (
    REPLACED,
    WAITING,
    LocalStorage,
    is_own_file,
    is_part,
    run_of_file,
    run_of_staging,
    waiting_name,
)
from exportkit.write import side_by_side

__all__ = ["apply_record", "recover_interrupted", "sync_all"]

#: Files and directories that are flushed to disk at the same time.
SYNCING_THREADS = 16


def apply_record(storage: LocalStorage, record: CommitRecord) -> None:
    """Move files until the destination is as a record says, and remove the run's staging directory.

    Begins where an interrupted run stopped.
    """
    tables = _affected_tables(storage, record)
    unseen = [table for table in tables if not storage.exists(table)]
    for together in (unseen, *([table] for table in tables if table not in unseen)):
        _exchange(storage, record, together)
    storage.sync("")
    remove_record(storage, record)
    # The run is committed whatever comes now; what cannot be deleted is left to the next run.
    with suppress(WriteError):
        storage.delete_directory(record.directory)


def recover_interrupted(storage: LocalStorage) -> list[str]:
    """Finish what runs that died left behind: apply the record of those that have one, remove the others.

    Call it with `LocalStorage.locked` held. Runs that are alive hold their staging directory and keep it.

    Returns
    -------
    list of str
        The runs that were committed.
    """
    committed = []
    for name in storage.directories(""):
        run = run_of_staging(name)
        if run is None or storage.is_fixed(name):
            continue
        record = read_record(storage, run)
        if record:
            refuse_unmovable(storage, record.tables)
            apply_record(storage, record)
            committed.append(run)
        elif lock := storage.lock(name, wait=False):
            storage.delete_directory(name)
            lock.release()
    return committed


def sync_all(storage: LocalStorage, paths: Mapping[str, str]) -> None:
    """Flush many paths to disk; the values say how errors name them.

    Side by side: a disk that is asked for all of them at once takes a few files in the time of one.
    """
    side_by_side(lambda path: storage.sync(path, shown_as=paths[path]), paths, SYNCING_THREADS)


def _affected_tables(storage: LocalStorage, record: CommitRecord) -> list[str]:
    if record.mode != "overwrite":
        return [*record.tables]
    # A link leads into somebody else's directory: what lies there is not this lake's to replace.
    others = {
        name for name in storage.directories("") if not name.startswith(".") and not storage.is_fixed(name)
    }
    others.update(storage.directories(f"{record.directory}/{OPEN}"))
    return [*record.tables, *sorted(others.difference(record.tables))]


def _exchange(storage: LocalStorage, record: CommitRecord, tables: Sequence[str]) -> None:
    """Change what the directories of tables hold while they are hidden; begin where it stopped before."""
    changed = [table for table in tables if _change(storage, record, table)]
    sync_all(storage, {_taken_out(record, table): table for table in changed})
    for table in changed:
        _put_back(storage, record, table)


def _taken_out(record: CommitRecord, table: str) -> str:
    return f"{record.directory}/{OPEN}/{table}"


def _change(storage: LocalStorage, record: CommitRecord, table: str) -> bool:
    """Take a table's directory out and change what it holds; say whether there is anything to change."""
    taken_out = _taken_out(record, table)
    waiting = _waiting(storage, record, table)
    if not storage.exists(taken_out):
        if not waiting and not _outdated(storage, record, table, table):
            return False
        _take_out(storage, table, taken_out)
    for name in _outdated(storage, record, table, taken_out):
        storage.create_directory(f"{record.directory}/{OUTDATED}/{table}")
        storage.move(f"{taken_out}/{name}", f"{record.directory}/{OUTDATED}/{table}/{name}{REPLACED}")
    for name in waiting:
        storage.move(f"{record.directory}/{WAITING}/{waiting_name(table, name)}", f"{taken_out}/{name}")
    return True


def _put_back(storage: LocalStorage, record: CommitRecord, table: str) -> None:
    taken_out = _taken_out(record, table)
    if storage.entries(taken_out):
        storage.move(taken_out, table)
    else:
        storage.delete_directory(taken_out)


def _take_out(storage: LocalStorage, table: str, taken_out: str) -> None:
    if storage.exists(table):
        storage.create_directory(taken_out.rpartition("/")[0])
        storage.move(table, taken_out)
    else:
        storage.create_directory(taken_out)


def _waiting(storage: LocalStorage, record: CommitRecord, table: str) -> list[str]:
    there = _files(storage, f"{record.directory}/{WAITING}")
    of_table = (path.removeprefix(f"{table}/") for path in record.parts if path.startswith(f"{table}/"))
    return [name for name in of_table if waiting_name(table, name) in there]


def _outdated(storage: LocalStorage, record: CommitRecord, table: str, directory: str) -> list[str]:
    names = _files(storage, directory)
    if record.mode != "overwrite":
        return [name for name in names if f"{table}/{name}" in record.replaced]
    parts = [name for name in names if is_own_file(name) or (table in record.tables and is_part(name))]
    return [name for name in parts if run_of_file(name) != record.run]


def _files(storage: LocalStorage, directory: str) -> list[str]:
    """Return the names of files and links; a relative link leads nowhere while its directory is hidden."""
    return [entry.name for entry in storage.entries(directory) if entry.kind in ("file", "link")]
