"""Commit record: what a run makes visible, written to disk before anything changes.

The file is ``<destination>/.exportkit-<run>/order.json``. Once it has its name, the run is committed: whoever
opens the destination next applies the record, if the run itself could not. A record found on disk is not
trusted, for a lake may come from elsewhere: one that names anything but the tables and files that exportkit
names itself is refused, and so is a link anywhere in the run's directory.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from msgspec import Struct

from exportkit.errors import WriteError
from exportkit.lakes import (
    RECORD_FILE,
    UNFINISHED,
    WAITING,
    LocalStorage,
    is_part,
    is_plain_name,
    is_raw_file,
    run_of_file,
    staging_name,
    waiting_name,
)
from exportkit.options import Mode
from exportkit.tables import TABLES

__all__ = ["OPEN", "OUTDATED", "CommitRecord", "read_record", "remove_record", "write_record"]

#: Where the directories of tables are while they change, and the files that lose their names; in the run's
#: staging directory.
OPEN = "open"
OUTDATED = "replaced"
#: A record names each file in about 70 bytes.
MAX_RECORD_BYTES = 64 * 2**20
#: Characters of a name found on disk that an error shows.
SHOWN_CHARACTERS = 80


class CommitRecord(Struct, frozen=True):
    """What becomes visible.

    Attributes
    ----------
    run : str
        The run whose files wait in its staging directory.
    mode : {"error", "overwrite", "append"}
        Whether parts that are there lose their names.
    tables : sequence of str
        The tables of the run; with "overwrite" all others lose the parts that exportkit named.
    parts : sequence of str
        ``<table>/<file name>`` of every file that becomes visible; others in staging do not.
    replaced : sequence of str
        ``<table>/<file name>`` of files that lose their names in exchange; with "append".
    """

    run: str
    mode: Mode
    tables: Sequence[str]
    parts: Sequence[str]
    replaced: Sequence[str] = ()

    @property
    def directory(self) -> str:
        """The run's staging directory."""
        return staging_name(self.run)


class _Stored(Struct):
    """What the file holds; the name of its directory says which run it is of."""

    mode: Mode
    tables: list[str]
    parts: list[str]
    replaced: list[str] = []


def write_record(storage: LocalStorage, record: CommitRecord) -> None:
    """Put a commit record on disk: from here on the run is committed, by this process or by the next one."""
    path = f"{record.directory}/{RECORD_FILE}"
    stored = _Stored(record.mode, [*record.tables], [*record.parts], [*record.replaced])
    with (
        storage.failing_as("write the commit record", path),
        storage.open_output(path + UNFINISHED) as stream,
    ):
        stream.write(msgspec.json.encode(stored))
    storage.sync(path + UNFINISHED)
    storage.move(path + UNFINISHED, path)
    storage.sync(record.directory)
    storage.sync("")


def read_record(storage: LocalStorage, run: str) -> CommitRecord | None:
    """Return the commit record of an interrupted run; None where it has none.

    Raises
    ------
    WriteError
        It cannot be read, or it names something that is no table, or no file of a table.
    """
    path = f"{staging_name(run)}/{RECORD_FILE}"
    if not storage.exists(path):
        return None
    size = storage.size(path)
    if size is None or storage.is_fixed(path):  # a pipe would never end
        raise _refusal(storage, path, "the commit record of an interrupted run is no regular file")
    if size > MAX_RECORD_BYTES:
        raise _refusal(storage, path, "the commit record of an interrupted run is too long")
    with storage.failing_as("read the commit record", path), storage.open_input(path) as stream:
        text = stream.read()
    try:
        stored = msgspec.json.decode(text, type=_Stored)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _refusal(storage, path, "the commit record of an interrupted run cannot be read") from None
    for name in _misleading(stored, run):
        problem = f"the commit record of an interrupted run names {name[:SHOWN_CHARACTERS]!r}"
        raise _refusal(storage, path, f"{problem}, which is no file of its tables")
    record = CommitRecord(run, stored.mode, stored.tables, stored.parts, stored.replaced)
    for name in _irregular(storage, record):
        raise _refusal(storage, name, "a link or a file is in the directory of an interrupted run")
    return record


def remove_record(storage: LocalStorage, record: CommitRecord) -> None:
    """Delete the record of a run that has been applied to its end."""
    storage.delete_file(f"{record.directory}/{RECORD_FILE}")


def _refusal(storage: LocalStorage, path: str, problem: str) -> WriteError:
    hint = (
        f"nothing was moved; tables in {OPEN!r} beside it belong to the lake: move them back before you "
        "remove the rest"
    )
    return WriteError(problem, place=storage.place(path), hint=hint)


def _misleading(stored: _Stored, run: str) -> Iterator[str]:
    """Yield the names that exportkit does not give, or that are not of the record's tables and run."""
    yield from (table for table in stored.tables if table not in TABLES)
    for path in stored.parts:
        table, _, name = path.partition("/")
        if table not in stored.tables or run_of_file(name) != run:
            yield path
    for path in stored.replaced:
        table, _, name = path.partition("/")
        is_named_so = is_plain_name(name) and (is_part(name) or is_raw_file(name))
        if table not in stored.tables or not is_named_so:
            yield path


def _irregular(storage: LocalStorage, record: CommitRecord) -> Iterator[str]:
    """Yield what is in a run's directory and leads out of it, or is not what the run made there."""
    directory = record.directory
    made = [f"{directory}/{name}" for name in (WAITING, OPEN, OUTDATED)]
    yield from _no_directories(storage, made)
    for parent in made[1:]:
        yield from _no_directories(storage, [f"{parent}/{entry.name}" for entry in storage.entries(parent)])
    for part in record.parts:
        waiting = f"{directory}/{WAITING}/{waiting_name(*part.split('/'))}"
        if storage.exists(waiting) and (storage.is_fixed(waiting) or storage.size(waiting) is None):
            yield waiting


def _no_directories(storage: LocalStorage, paths: Iterable[str]) -> Iterator[str]:
    yield from (path for path in paths if storage.is_fixed(path) or storage.is_file(path))
