"""Part file: one file of one table, from its first byte to its last.

Takes row groups in their stored types, gives a `PartFile`. Knows staging and format; does not know how many
rows make a group, or how many bytes a file.
"""

from __future__ import annotations

from contextlib import suppress

import pyarrow as pa

from exportkit.lakes import PartFile, Staging
from exportkit.write.formats import FORMATS
from exportkit.write.write_options import Hints, WriteOptions

__all__ = ["OpenPartFile"]


class OpenPartFile:
    """A part that is being written, under its staging name.

    Parameters
    ----------
    staging : Staging
        Where it is made.
    table, name : str
        Its table, and its file name once it is committed.
    hints, options, first_group_rows
        As for `exportkit.write.formats.OpenPart`.
    """

    def __init__(
        self,
        staging: Staging,
        table: str,
        name: str,
        *,
        hints: Hints,
        options: WriteOptions,
        first_group_rows: int,
    ) -> None:
        self._storage = staging.storage
        self._table = table
        self._path = f"{table}/{name}"
        self._rows = 0
        self._stream = self._storage.open_output(staging.waiting_part(table, name), shown_as=self._path)
        with self._storage.failing_as("begin the part", self._path):
            self._encoder = FORMATS[staging.format_name].open_part(
                self._stream,
                staging.schema(table),
                hints=hints,
                options=options,
                first_group_rows=first_group_rows,
            )

    def write(self, group: pa.Table) -> int:
        """Write one row group; return the bytes of the file so far."""
        with self._storage.failing_as("write the part", self._path):
            self._encoder.write(group)
            written: int = self._stream.tell()
        self._rows += group.num_rows
        return written

    def close(self) -> PartFile:
        """Complete the file; the commit flushes it to disk."""
        with self._storage.failing_as("complete the part", self._path):
            self._encoder.close()
            size = self._stream.tell()
            self._stream.close()
        return PartFile(self._table, self._storage.show(self._path), self._rows, size)

    def abort(self) -> None:
        """Leave the file as it is, incomplete and never committed."""
        self._encoder.abort()
        with suppress(OSError):
            self._stream.close()
