"""Publish: the parts of a finished run take their place, and a reader never counts a row twice.

Takes the order for a run whose parts are all whole and on disk, moves files, gives nothing. Does not know
rows.

What a reader sees
------------------
A table is changed out of sight: its directory is taken out of the destination, old parts lose their
names, new parts get theirs, and it is put back. Tables that nobody can see yet come first, all at once,
the others one by one. Of one table, ``<destination>/<table>/*.parquet``
therefore gives at each instant

- what was there before, or
- nothing (no such file: a loud error, not a short answer) for as long as a few renames take, or
- all that is there after: with "append" the old and the new parts (without those that the run says it
  replaces), else the new ones alone.

Tables follow one another, so for that moment one table may be new and the next still old. A reader that
globs ``**/*.parquet`` from the destination down, hidden directories included, may see part of a table
meanwhile; never old parts of a table together with those that replace them, and never a part twice.

What a crash leaves
-------------------
Before the order is on disk: a hidden directory that no reader looks into and the next run removes. After
it: a run that is complete but for renames. Whoever opens the destination next carries the order out to
its end; every step looks at what is there and can be done again. Other files in a table's directory stay
in it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress

from msgspec import Struct

from exportkit.errors import WriteError
from exportkit.write.existing import Mode
from exportkit.write.names import (
    REPLACED,
    UNFINISHED,
    WAITING,
    is_own_part,
    is_part,
    run_of_part,
    run_of_staging,
    staging_name,
    waiting_name,
)
from exportkit.write.storage import Storage

__all__ = ["Order", "carry_out", "finish_interrupted", "give_order"]

ORDER_FILE = "order.json"


class Order(Struct, frozen=True):
    """What is to become visible.

    Attributes
    ----------
    run : str
        The run whose parts wait in its staging directory.
    mode : {"error", "overwrite", "append"}
        Whether parts that are there lose their names.
    tables : sequence of str
        The tables of the run; with "overwrite" all others lose the parts that exportkit wrote.
    parts : sequence of str
        ``<table>/<file name>`` of every part that becomes visible; others in staging do not.
    replaced : sequence of str
        ``<table>/<file name>`` of parts that lose their names in exchange; with "append".
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


def give_order(storage: Storage, order: Order) -> None:
    """Put an order on disk: from here on the run is published, by us or by whoever comes next."""
    path = f"{order.directory}/{ORDER_FILE}"
    told = {"mode": order.mode, "tables": order.tables, "parts": order.parts, "replaced": order.replaced}
    text = json.dumps({key: value if isinstance(value, str) else [*value] for key, value in told.items()})
    with (
        storage.failing_as("write the order to publish", path),
        storage.open_output(path + UNFINISHED) as stream,
    ):
        stream.write(text.encode())
    storage.sync(path + UNFINISHED)
    storage.move(path + UNFINISHED, path)
    storage.sync(order.directory)
    storage.sync("")


def carry_out(storage: Storage, order: Order) -> None:
    """Make an order true, from wherever it stopped before, and remove the run's staging directory."""
    tables = _affected_tables(storage, order)
    unseen = [table for table in tables if not storage.exists(table)]
    for together in (unseen, *([table] for table in tables if table not in unseen)):
        _exchange(storage, order, together)
    storage.sync("")
    storage.delete_file(f"{order.directory}/{ORDER_FILE}")
    # The run is published whatever comes now; what cannot be deleted is left to the next run.
    with suppress(WriteError):
        storage.delete_directory(order.directory)


def finish_interrupted(storage: Storage) -> list[str]:
    """Finish what runs that died left behind: publish those with an order, remove the others.

    Call it with `Storage.locked` held. Runs that are alive hold their staging directory and keep it.

    Returns
    -------
    list of str
        The runs that were published.
    """
    published = []
    for name in storage.directories(""):
        run = run_of_staging(name)
        if run is None:
            continue
        order = _read_order(storage, run)
        if order:
            carry_out(storage, order)
            published.append(run)
        elif lock := storage.lock(name, wait=False):
            storage.delete_directory(name)
            lock.release()
    return published


def _read_order(storage: Storage, run: str) -> Order | None:
    path = f"{staging_name(run)}/{ORDER_FILE}"
    if not storage.exists(path):
        return None
    with storage.failing_as("read the order to publish", path), storage.open_input(path) as stream:
        text = stream.read()
    try:
        order = json.loads(text)
        return Order(run, order["mode"], order["tables"], order["parts"], order["replaced"])
    except (ValueError, KeyError, TypeError):
        raise WriteError(
            "the order of an interrupted run cannot be read",
            place=storage.place(path),
            hint="its parts wait beside it; remove the directory to give them up",
        ) from None


def _affected_tables(storage: Storage, order: Order) -> list[str]:
    if order.mode != "overwrite":
        return [*order.tables]
    others = {name for name in storage.directories("") if not name.startswith(".")}
    others.update(storage.directories(f"{order.directory}/open"))
    return [*order.tables, *sorted(others.difference(order.tables))]


def _exchange(storage: Storage, order: Order, tables: Sequence[str]) -> None:
    """Change what the directories of tables hold, out of sight; begin where it stopped before."""
    changed = [table for table in tables if _change(storage, order, table)]
    storage.sync_all({_taken_out(order, table): table for table in changed})
    for table in changed:
        _put_back(storage, order, table)


def _taken_out(order: Order, table: str) -> str:
    return f"{order.directory}/open/{table}"


def _change(storage: Storage, order: Order, table: str) -> bool:
    """Take a table's directory out and change what it holds; say whether there is anything to change."""
    taken_out = _taken_out(order, table)
    waiting = _waiting(storage, order, table)
    if not storage.exists(taken_out):
        if not waiting and not _outdated(storage, order, table, table):
            return False
        _take_out(storage, table, taken_out)
    for name in _outdated(storage, order, table, taken_out):
        storage.create_directory(f"{order.directory}/replaced/{table}")
        storage.move(f"{taken_out}/{name}", f"{order.directory}/replaced/{table}/{name}{REPLACED}")
    for name in waiting:
        storage.move(f"{order.directory}/{WAITING}/{waiting_name(table, name)}", f"{taken_out}/{name}")
    return True


def _put_back(storage: Storage, order: Order, table: str) -> None:
    taken_out = _taken_out(order, table)
    if storage.files(taken_out) or storage.directories(taken_out):
        storage.move(taken_out, table)
    else:
        storage.delete_directory(taken_out)


def _take_out(storage: Storage, table: str, taken_out: str) -> None:
    if storage.exists(table):
        storage.create_directory(taken_out.rpartition("/")[0])
        storage.move(table, taken_out)
    else:
        storage.create_directory(taken_out)


def _waiting(storage: Storage, order: Order, table: str) -> list[str]:
    there = {*storage.files(f"{order.directory}/{WAITING}")}
    of_table = (path.removeprefix(f"{table}/") for path in order.parts if path.startswith(f"{table}/"))
    return [name for name in of_table if waiting_name(table, name) in there]


def _outdated(storage: Storage, order: Order, table: str, directory: str) -> list[str]:
    names = storage.files(directory)
    if order.mode != "overwrite":
        return [name for name in names if f"{table}/{name}" in order.replaced]
    parts = [name for name in names if is_own_part(name) or (table in order.tables and is_part(name))]
    return [name for name in parts if run_of_part(name) != order.run]
