"""Snapshot: which parts each table of a lake has at one moment.

Takes the directory of a lake, gives an immutable value: the tables, and the parts of each in the order of
writing. This is the one place that looks for parts: scan, lake views, rebuild, rejects, and the checks before
a run all ask here. Reads names; schemas are read when they are asked for, rows never. A lake in which a run
was stopped while it became visible has no parts to rely on: `commit.read_lake` completes that run first.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
from msgspec import Struct

from exportkit.errors import ReadError, TableError
from exportkit.lakes.local_storage import LocalStorage, open_storage
from exportkit.lakes.part_names import RECORD_FILE, format_of, is_part, is_raw_file, run_of_staging
from exportkit.lakes.part_schemas import read_schema, reading
from exportkit.lakes.storage import Storage
from exportkit.options import FormatName
from exportkit.place import Place
from exportkit.tables import TABLES, pick_table
from exportkit.tables.spelling import nearest_name

__all__ = [
    "Part",
    "Snapshot",
    "TableParts",
    "is_lake",
    "lake_of",
    "listed_parts",
    "raw_file_beside",
    "read_snapshot",
    "refuse_lakes",
    "refuse_unknown_columns",
    "stopped_commits",
]


class Part(Struct, frozen=True):
    """One whole file of one table.

    Attributes
    ----------
    table : str
        Name of the table.
    name : str
        Name of the file.
    path : str
        Absolute path of the file.
    """

    table: str
    name: str
    path: str

    @property
    def format(self) -> FormatName:
        """``parquet`` or ``arrow``, as the name says."""
        return format_of(self.name)

    def read_schema(self) -> pa.Schema:
        """Return the columns as they were written; `ReadError` when the part is damaged."""
        with reading(Path(self.path)), pa.OSFile(os.fsencode(self.path)) as source:
            return read_schema(source, self.format)


class TableParts(Struct, frozen=True):
    """The parts of one table, at least one.

    Attributes
    ----------
    table : str
        Name of the table.
    parts : tuple of Part
        In the order of writing, which is that of their names.
    """

    table: str
    parts: tuple[Part, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """Absolute paths of the parts."""
        return tuple(part.path for part in self.parts)

    @property
    def format(self) -> FormatName:
        """The format of all parts; `ReadError` when there are two."""
        formats = {part.format for part in self.parts}
        if len(formats) > 1:
            problem = f"the parts of {self.table} are of more than one format"
            raise ReadError(problem, place=Place(os.path.dirname(self.parts[0].path)))  # noqa: PTH120 - text
        return formats.pop()

    def read_schema(self) -> pa.Schema:
        """Return the columns of the first part; `ReadError` when it is damaged, or there are two formats."""
        _ = self.format
        return self.parts[0].read_schema()

    def dataset(self) -> Any:
        """Return the parts as a `pyarrow.dataset.Dataset` with the columns of the first."""
        import pyarrow.dataset as ds  # noqa: PLC0415 - a run that only writes does not need it

        return ds.dataset([*self.files], schema=self.read_schema(), format=self.format)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn what Arrow raises while it reads the parts into a `ReadError` with their directory."""
        with reading(Path(self.parts[0].path).parent):
            yield

    def batches(self, schema: pa.Schema, *, batch_rows: int) -> Iterator[pa.RecordBatch]:
        """Yield the rows with the columns and types of `schema`, in the order of writing.

        Raises
        ------
        ReadError
            A part is damaged, or its values do not fit the types.
        """
        import pyarrow.dataset as ds  # noqa: PLC0415 - as above

        with self.reading():
            rows = ds.dataset([*self.files], schema=schema, format=self.format)
            for batch in rows.to_batches(batch_size=batch_rows, batch_readahead=1, fragment_readahead=1):
                batch.validate(full=True)  # a part from elsewhere may hold text that is none
                for field, column in zip(schema, batch.columns, strict=True):
                    if column.null_count and not field.nullable:
                        raise pa.ArrowInvalid(f"column {field.name!r} has nulls")
                yield batch


class Snapshot(Struct, frozen=True):
    """A lake at one moment.

    Attributes
    ----------
    shown : str
        The lake as the caller named it.
    root : str
        Absolute path of its directory.
    parts : mapping of str to tuple of Part
        The parts of each table that has some, tables in the order in which they are documented.
    """

    shown: str
    root: str
    parts: Mapping[str, tuple[Part, ...]]

    @property
    def tables(self) -> tuple[str, ...]:
        """The tables that the lake holds, in the order in which they are documented."""
        return tuple(self.parts)

    def locations(self) -> Iterator[str]:
        """Yield all that is read: the directory, those of its tables, and the parts, wherever links lead."""
        yield self.root
        for parts in self.parts.values():
            yield os.path.dirname(parts[0].path)  # noqa: PTH120 - text
            yield from (part.path for part in parts)

    def table(self, name: str) -> TableParts:
        """Return the parts of a table.

        Raises
        ------
        TableError
            There is no such table, or the lake does not hold it.
        """
        pick_table(name)
        if name not in self.parts:
            held = ", ".join(self.tables) or "no table"
            raise TableError(f"the lake holds no table {name!r}", hint=f"it holds {held}")
        return TableParts(name, self.parts[name])


def read_snapshot(location: str | os.PathLike[str]) -> Snapshot:
    """Return which parts a lake has now.

    Raises
    ------
    FileNotFoundError
        There is no such directory.
    ReadError
        A directory cannot be listed, or a run was stopped while it became visible.
    """
    storage = open_storage(location, error=ReadError)
    if not Path(storage.root).is_dir():
        raise FileNotFoundError(2, "No such directory", storage.shown)
    with storage.locked(shared=True):
        if stopped := stopped_commits(storage):
            problem = "a run was stopped while it became visible: tables may be absent or half there"
            raise ReadError(problem, place=storage.place(stopped[0]))
        found = {table: listed_parts(storage, table) for table in TABLES}
    return Snapshot(storage.shown, storage.root, {table: parts for table, parts in found.items() if parts})


def is_lake(source: object) -> bool:
    """Whether `source` is a directory that holds parts of a table, or a run that began to become visible."""
    return lake_of(source) is not None


def lake_of(source: object) -> str | None:
    """Return the lake that a source is, or that is all that a list of sources names; None for all else."""
    if isinstance(source, list | tuple) and len(source) == 1:
        return lake_of(source[0])
    path = os.fspath(source) if isinstance(source, str | os.PathLike) else None
    if not isinstance(path, str) or "\0" in path or not os.path.isdir(path):  # noqa: PTH112  # a long text is none
        return None
    storage = open_storage(path, error=ReadError)
    holds = any(listed_parts(storage, table) for table in TABLES) or bool(stopped_commits(storage))
    return path if holds else None


def refuse_lakes(source: object) -> None:
    """Say of a lake that it is one, where an export is asked for.

    Raises
    ------
    ReadError
        `source` is a lake, or a list of sources that has one.
    """
    for one in source if isinstance(source, list | tuple) else [source]:
        lake = lake_of(one)
        if lake is not None:
            hint = "read_table, scan and exportkit.lake read one lake at a time; to_ndjson writes its lines"
            raise ReadError("the source is a lake, converted already", place=Place(lake), hint=hint)


def stopped_commits(storage: LocalStorage) -> list[str]:
    """Return the commit records that lie in a lake: those of runs whose files are not all in their places."""
    found = []
    for name in storage.directories(""):
        if run_of_staging(name) is not None and not storage.is_fixed(name):
            found += [f"{name}/{one.name}" for one in storage.entries(name) if one.name == RECORD_FILE]
    return found


def listed_parts(storage: Storage, table: str) -> tuple[Part, ...]:
    """Return the parts that a directory holds by the rule of `part_names`, in the order of their names."""
    return tuple(
        Part(table, entry.name, storage.locate(f"{table}/{entry.name}" if table else entry.name))
        for entry in storage.entries(table)
        if entry.kind == "file" and is_part(entry.name)
    )


def refuse_unknown_columns(table: str, columns: Sequence[str], schema: pa.Schema) -> None:
    """Make sure that a table as it was written has some columns; `TableError` where it lacks one."""
    for column in columns:
        if column not in schema.names:
            near = nearest_name(column, schema.names)
            hint = f"did you mean {near!r}?" if near else f"its columns are {', '.join(schema.names)}"
            raise TableError(f"{table} has no column {column!r}", hint=hint)


def raw_file_beside(directory: Path, name: str) -> Path | None:
    """Return the raw file that a row of a table in `directory` names.

    The name comes out of the data: None for whatever exportkit did not name itself, and for a link or a pipe
    of that name. The file may be missing.
    """
    path = directory / name
    if not is_raw_file(name) or path.is_symlink() or (path.exists() and not path.is_file()):
        return None
    return path
