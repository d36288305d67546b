"""Staging: where the parts of one run are gathered, out of every reader's sight.

``<destination>/.exportkit-<run>/new/<table>.<part>.inprogress``: a hidden directory, and an ending that is no
reader's, since some look into hidden directories. One directory for all tables is made, flushed and deleted
fourteen times as fast as one for each. A `Staging` is a value: worker processes get it by pickle.
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
from msgspec import Struct

from exportkit.errors import TableError
from exportkit.write.formats import FORMATS, Format, FormatName
from exportkit.write.names import WAITING, part_name, raw_name, staging_name, waiting_name
from exportkit.write.storage import Storage

__all__ = ["Staging"]


class Staging(Struct, frozen=True):
    """Where and as what the workers of one run write.

    Attributes
    ----------
    storage : Storage
        The destination.
    run : str
        Name of the run; part of every file name.
    format_name : {"parquet", "arrow"}
        Format of every part.
    schemas : mapping of str to pyarrow.Schema
        The tables of the run, with the metadata that their files carry.
    """

    storage: Storage
    run: str
    format_name: FormatName
    schemas: Mapping[str, pa.Schema]

    @property
    def format(self) -> Format:
        """The format of every part."""
        return FORMATS[self.format_name]

    @property
    def directory(self) -> str:
        """The run's own directory, relative to the destination."""
        return staging_name(self.run)

    @property
    def waiting(self) -> str:
        """The directory in which parts wait, relative to the destination."""
        return f"{self.directory}/{WAITING}"

    def schema(self, table: str) -> pa.Schema:
        """Return what the run writes for a table; `TableError` when it does not write that table."""
        if table not in self.schemas:
            raise TableError(
                f"table {table!r} is not among those of this run", hint=f"they are {', '.join(self.schemas)}"
            )
        return self.schemas[table]

    def name(self, worker: int, number: int) -> str:
        """Return the file name of a worker's `number`-th part."""
        return part_name(self.run, worker, number, self.format.suffix)

    def raw_name(self, worker: int, number: int) -> str:
        """Return the file name of a worker's `number`-th raw file."""
        return raw_name(self.run, worker, number)

    def waiting_part(self, table: str, name: str) -> str:
        """Return where a part waits, relative to the destination."""
        return f"{self.waiting}/{waiting_name(table, name)}"
