"""Existing parts: what a destination already holds, and whether a run may write beside or over it.

Takes a storage, the schemas of a run and its mode; gives nothing, or a `WriteError` that says what is in the
way. Changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

import pyarrow as pa

from exportkit.errors import Wording, WriteError
from exportkit.lakes import LocalStorage, Part, Staging, listed_parts, read_schema
from exportkit.options import Mode

__all__ = ["has_parts", "refuse_existing", "refuse_unmovable"]


def refuse_existing(storage: LocalStorage, staging: Staging, mode: Mode) -> None:
    """Make sure that the destination is as `mode` asks.

    Raises
    ------
    WriteError
        With "error", there are parts of any table, whoever wrote them. With "append", a part has another
        format or other columns. With any mode, a table's directory is a file, a link or a mount point.
    """
    refuse_unmovable(storage, staging.schemas)
    if mode == "error":
        _refuse_parts(storage)
    elif mode == "append":
        for table, schema in staging.schemas.items():
            for part in listed_parts(storage, table):
                _refuse_different(storage, part, staging, schema)


def refuse_unmovable(storage: LocalStorage, tables: Iterable[str]) -> None:
    """Make sure that the directories of tables can be renamed: none is a file, a link or a mount point."""
    for table in tables:
        if storage.is_file(table):
            raise WriteError(f"a file is where the parts of {table} go", place=storage.place(table))
        if storage.is_fixed(table):
            raise WriteError(
                "the directory is a link or a mount point, which cannot be replaced in one step",
                place=storage.place(table),
                hint="link or mount the whole destination",
            )


def has_parts(storage: LocalStorage, table: str, without: Collection[str] = ()) -> bool:
    """Whether there are parts of a table, whoever wrote them, beside those that `without` names."""
    return any(f"{table}/{part.name}" not in without for part in listed_parts(storage, table))


def _refuse_parts(storage: LocalStorage) -> None:
    visible = [name for name in storage.directories("") if not name.startswith(".")]
    holding = [directory for directory in ("", *visible) if has_parts(storage, directory)]
    if holding:
        named = ", ".join(name or "parts of its own" for name in holding[:3])
        more = f" and {len(holding) - 3} more" if len(holding) > 3 else ""  # noqa: PLR2004 - as named above
        raise WriteError(
            f"the destination already holds {named}{more}",
            place=storage.place(),
            hint=Wording("choose {mode:append} or {mode:overwrite}, or another destination"),
        )


def _refuse_different(storage: LocalStorage, part: Part, staging: Staging, schema: pa.Schema) -> None:
    path = f"{part.table}/{part.name}"
    if part.format != staging.format_name:
        raise WriteError(
            f"cannot append .{staging.format_name} parts to .{part.format} parts",
            place=storage.place(path),
            hint="append in the format that is there, or choose another destination",
        )
    with storage.failing_as("read the schema of the part", path), storage.open_input(path) as source:
        there = read_schema(source, part.format)
    difference = _difference(there, schema)
    if difference:
        raise WriteError(
            f"cannot append to {part.table}: {difference}",
            place=storage.place(path),
            hint=Wording("write to another destination, or replace what is there with {mode:overwrite}"),
        )


def _difference(there: pa.Schema, ours: pa.Schema) -> str | None:
    """Return the first difference that a reader of both would notice; None when there is none."""
    for name in ours.names:
        if name not in there.names:
            return f"its parts have no column {name!r}"
    for name in there.names:
        if name not in ours.names:
            return f"its parts have a column {name!r} that is not written any more"
    for at, (old, new) in enumerate(zip(there, ours, strict=True)):
        if old.name != new.name:
            return f"column {at + 1} of its parts is {old.name!r}, here it is {new.name!r}"
        if old.type != new.type:
            return f"column {old.name!r} of its parts is {old.type}, here it is {new.type}"
        if old.nullable != new.nullable:
            return f"column {old.name!r} of its parts {_nulls(old)}, here it {_nulls(new)}"
    return None


def _nulls(field: pa.Field) -> str:
    return "may be null" if field.nullable else "is never null"
