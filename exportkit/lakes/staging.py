"""Staging: where the files of one run are gathered, hidden from every reader.

A file waits as ``<destination>/.exportkit-<run>/new/<table>.<file name>.inprogress``. The directory is hidden
and no reader knows the ending, because some readers look into hidden directories. One directory for all
tables is made, flushed and deleted fourteen times as fast as one per table. A `Staging` is a value: worker
processes get it by pickle.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

from exportkit.errors import TableError
from exportkit.lakes.part_names import WAITING, part_name, raw_name, staging_name, waiting_name
from exportkit.lakes.storage import Storage
from exportkit.options import FormatName

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["PartFile", "Staging"]


class PartFile(Struct, frozen=True, order=True):
    """One whole file that a run wrote: a part, or a raw file beside the parts of its table.

    Attributes
    ----------
    table : str
        Name of the table.
    path : str
        Where readers find the file once its run is committed.
    rows : int
        Rows in it; 0 for a part that only holds the schema, and for a raw file.
    bytes : int
        Size of the file.
    """

    table: str
    path: str
    rows: int
    bytes: int

    @property
    def name(self) -> str:
        """File name without directories."""
        return self.path.rpartition("/")[2]


class Staging(Struct, frozen=True):
    """Where and as what the workers of one run write.

    Attributes
    ----------
    storage : Storage
        Where the files wait: the destination.
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
    def directory(self) -> str:
        """The run's own directory, relative to the destination."""
        return staging_name(self.run)

    @property
    def waiting(self) -> str:
        """The directory in which files wait, relative to the destination."""
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
        return part_name(self.run, worker, number, self.format_name)

    def raw_name(self, worker: int, number: int) -> str:
        """Return the file name of a worker's `number`-th raw file."""
        return raw_name(self.run, worker, number)

    def waiting_part(self, table: str, name: str) -> str:
        """Return where a file waits, relative to the destination."""
        return f"{self.waiting}/{waiting_name(table, name)}"
