"""Parts: the files of each table in a directory that exportkit wrote.

Takes a path, gives the tables that lie there with their files and schemas. Reads the schema of one file a
table, no rows.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import ipc
from pyarrow import parquet as pq

from exportkit.errors import ReadError, TableError
from exportkit.place import Place
from exportkit.tables import TABLES, pick_table
from exportkit.write.names import is_part

__all__ = ["TableParts", "dataset_of", "is_lake", "parts_of", "tables_in"]

_SCHEMA_READERS: dict[str, Callable[[str], pa.Schema]] = {
    "parquet": pq.read_schema,
    "arrow": lambda path: ipc.open_file(path).schema,
}


@dataclass(frozen=True, slots=True)
class TableParts:
    """The files of one table.

    Attributes
    ----------
    table : str
        Name of the table.
    format : str
        ``parquet`` or ``arrow``.
    files : tuple of str
        Absolute paths, in the order of writing.
    schema : pyarrow.Schema
        Columns as they were written: all of the table's, or those that were asked for.
    """

    table: str
    format: str
    files: tuple[str, ...]
    schema: pa.Schema


def is_lake(source: object) -> bool:
    """Whether `source` is a directory that holds parts of a table."""
    if not isinstance(source, str | os.PathLike):
        return False
    path = os.fspath(source)
    return isinstance(path, str) and any(_files(Path(path), name) for name in TABLES)


def tables_in(root: str | os.PathLike[str]) -> tuple[str, ...]:
    """Return the tables that a lake holds, in the order in which they are documented."""
    return tuple(name for name in TABLES if _files(Path(root), name))


def parts_of(root: str | os.PathLike[str], table: str) -> TableParts:
    """Return the parts of a table.

    Raises
    ------
    TableError
        There is no such table, or the lake does not hold it.
    ReadError
        Its parts are of two formats, or one cannot be read.
    """
    pick_table(table)
    files = _files(Path(root), table)
    if not files:
        held = ", ".join(tables_in(root)) or "no table"
        raise TableError(f"the lake holds no table {table!r}", hint=f"it holds {held}")
    formats = {file.suffix[1:] for file in files}
    if len(formats) > 1:
        problem = f"the parts of {table} are of more than one format"
        raise ReadError(problem, place=Place(str(Path(root) / table)))
    (format_name,) = formats
    paths = tuple(str(file.resolve()) for file in files)
    return TableParts(table, format_name, paths, _schema_of(paths[0], format_name))


def dataset_of(parts: TableParts) -> Any:
    """Return the parts as a `pyarrow.dataset.Dataset`."""
    return ds.dataset(list(parts.files), schema=parts.schema, format=parts.format)


def _files(root: Path, table: str) -> list[Path]:
    directory = root / table
    if not directory.is_dir():
        return []
    return sorted(file for file in directory.iterdir() if is_part(file.name) and file.is_file())


def _schema_of(path: str, format_name: str) -> pa.Schema:
    try:
        return _SCHEMA_READERS[format_name](path)
    except pa.ArrowInvalid as error:
        reason = str(error).partition("\n")[0]
        raise ReadError(f"the part cannot be read: {reason}", place=Place(path)) from None
