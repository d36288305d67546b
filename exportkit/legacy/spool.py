"""A spool: shares put in as they come, taken out together by data row.

Takes shares one by one; gives them grouped by data row, data rows in the order of their first
share. Does not know what a share says.

The spool is an unnamed temporary SQLite database. It stays in memory up to about 64 MB and then
moves to disk (under ``SQLITE_TMPDIR`` or ``TMPDIR``), where it takes about as much as the JSON of all shares;
it is gone when it is closed. In memory stand one share going in, and one data row coming out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import msgspec

from exportkit.errors import WriteError
from exportkit.legacy.labels import Share

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
    """Shares grouped by data row; a context manager, closed with its block.

    Raises
    ------
    WriteError
        From `add` and `groups`, when the temporary database cannot be written or read (a full disk).
    """

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._encode = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder(Share).decode
        with _told():
            self._database.executescript(_TABLES)
            self._database.execute("BEGIN")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._database.close()

    def add(self, share: Share) -> None:
        """Put one share in, behind those of its data row."""
        encoded = self._encode(share)
        with _told():
            self._database.execute(_ADD_DATA_ROW, (share.data_row_id,))
            self._database.execute(_ADD_SHARE, (encoded, share.data_row_id))

    def groups(self) -> Iterator[list[Share]]:
        """Yield the shares of one data row after the other, in both cases in the order put in."""
        group: list[Share] = []
        current = None
        with _told():
            self._database.execute(_INDEX)
            for data_row, encoded in self._database.execute(_IN_ORDER):
                if data_row != current and group:
                    yield group
                    group = []
                current = data_row
                group.append(self._decode(encoded))
        if group:
            yield group


@contextmanager
def _told() -> Iterator[None]:
    """Say what failed in words of the errors' vocabulary."""
    try:
        yield
    except (sqlite3.DataError, OverflowError) as error:
        raise WriteError("a label is too large for the temporary spool") from error
    except sqlite3.Error as error:
        raise WriteError(
            f"the temporary spool cannot be used: {error}",
            hint="set TMPDIR to a directory with as much free space as the export is large",
        ) from error
