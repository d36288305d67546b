"""A spool: shares are added in any order and come out grouped by data row.

Takes shares one by one; gives them grouped, data rows in the order of their first share. Does not look into a
share.

The spool is an unnamed temporary SQLite database. Up to about 64 MB it stays in memory. Beyond that it is a
file (under ``SQLITE_TMPDIR`` or ``TMPDIR``) of about the size of the JSON of all shares, which disappears
when the spool is closed. Memory beside that: one share on the way in, the shares of one data row on the way
out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from msgspec.structs import asdict

from exportkit.errors import WriteError
from exportkit.json_text import read_json, write_json
from exportkit.legacy.shares import Share

__all__ = ["Spool"]

_TABLES = """
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA cache_size = -65536;
    CREATE TABLE data_rows (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
    CREATE TABLE shares (position INTEGER PRIMARY KEY, data_row INTEGER NOT NULL, share BLOB NOT NULL);
"""
_ADD_DATA_ROW = "INSERT INTO data_rows (id) VALUES (?) ON CONFLICT DO NOTHING"
_ADD_SHARE = "INSERT INTO shares (data_row, share) SELECT number, ? FROM data_rows WHERE id = ?"
_INDEX = "CREATE INDEX IF NOT EXISTS by_data_row ON shares (data_row, position)"
_IN_ORDER = "SELECT data_row, share FROM shares ORDER BY data_row, position"


class Spool:
    """Shares grouped by data row; a context manager, which closes it.

    Raises
    ------
    WriteError
        `add` or `groups` cannot write or read the temporary database (the disk is full).
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        with _spool_errors():
            self._database.executescript(_TABLES)
            self._database.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def add(self, share: Share) -> None:
        """Add one share, after those of its data row."""
        encoded = write_json(asdict(share))
        with _spool_errors():
            self._database.execute(_ADD_DATA_ROW, (share.data_row_id,))
            self._database.execute(_ADD_SHARE, (encoded, share.data_row_id))

    def groups(self) -> Iterator[list[Share]]:
        """Yield the shares of one data row after the other, data rows and shares in the order of `add`."""
        group: list[Share] = []
        current = None
        with _spool_errors():
            self._database.execute(_INDEX)
            for data_row, encoded in self._database.execute(_IN_ORDER):
                if data_row != current and group:
                    yield group
                    group = []
                current = data_row
                group.append(Share(**read_json(encoded)))
        if group:
            yield group


@contextmanager
def _spool_errors() -> Iterator[None]:
    """Raise errors of SQLite as `WriteError`."""
    try:
        yield
    except (sqlite3.DataError, OverflowError) as error:
        raise WriteError("a label is too large for the temporary spool") from error
    except sqlite3.Error as error:
        raise WriteError(
            f"the temporary spool cannot be used: {error}",
            hint="set TMPDIR to a directory with as much free space as the export is large",
        ) from error
