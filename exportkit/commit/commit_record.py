"""Commit record: what a run makes visible, written to disk before anything changes.

The file is ``<destination>/.exportkit-<run>/order.json``. Once it has its name, the run is committed: whoever
opens the destination next applies the record, if the run itself could not. A record found on disk is not
trusted: one that names anything but files of tables is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from msgspec import Struct

from exportkit.errors import WriteError
from exportkit.lakes import UNFINISHED, LocalStorage, is_plain_name, staging_name
from exportkit.options import Mode

__all__ = ["CommitRecord", "read_record", "remove_record", "write_record"]

RECORD_FILE = "order.json"
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
    if storage.size(path) is None:  # a pipe would never end
        raise _refusal(storage, path, "the commit record of an interrupted run is no regular file")
    with storage.failing_as("read the commit record", path), storage.open_input(path) as stream:
        text = stream.read()
    try:
        stored = msgspec.json.decode(text, type=_Stored)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise _refusal(storage, path, "the commit record of an interrupted run cannot be read") from None
    for name in _misleading(stored):
        problem = f"the commit record of an interrupted run names {name[:SHOWN_CHARACTERS]!r}"
        raise _refusal(storage, path, f"{problem}, which is no file of its tables")
    return CommitRecord(run, stored.mode, stored.tables, stored.parts, stored.replaced)


def remove_record(storage: LocalStorage, record: CommitRecord) -> None:
    """Delete the record of a run that has been applied to its end."""
    storage.delete_file(f"{record.directory}/{RECORD_FILE}")


def _refusal(storage: LocalStorage, path: str, problem: str) -> WriteError:
    hint = "nothing was moved and the run's files wait beside it; remove the directory to give them up"
    return WriteError(problem, place=storage.place(path), hint=hint)


def _misleading(stored: _Stored) -> Iterable[str]:
    """Yield the names that do not stay in the tables of the record."""
    yield from (table for table in stored.tables if not is_plain_name(table))
    for path in (*stored.parts, *stored.replaced):
        table, _, name = path.partition("/")
        if table not in stored.tables or not is_plain_name(name):
            yield path
