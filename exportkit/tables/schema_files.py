"""Publish the schemas: ``python -m exportkit.tables.schema_files schemas`` writes them anew.

Takes the structs of a line and the declarations of the tables; gives the files of ``schemas/``: JSON Schema
of a line, a JSON file a table, the data dictionary. ``CHANGES.md`` beside them is written by hand.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from exportkit.rows.line_schema import line_schema
from exportkit.tables import TABLES, Column, Table
from exportkit.tables.dictionary import data_dictionary
from exportkit.tables.paths import source_path
from exportkit.tables.types import ListOf, StructOf

__all__ = ["drift", "main", "publish", "published"]

#: What people write beside the generated files.
BY_HAND = frozenset({"CHANGES.md"})


def published() -> dict[str, str]:
    """Return the text of every generated file by name."""
    files = {f"{table.name}.json": _json(described(table)) for table in TABLES.values()}
    return {"README.md": data_dictionary(), "row.schema.json": _json(line_schema()), **files}


def described(table: Table) -> dict[str, Any]:
    """Return a table as plain values."""
    return {
        "table": table.name,
        "version": table.version,
        "grain": table.grain,
        "identity": ["export_id", "line", *table.identity],
        "root": table.root,
        "columns": [_described_column(table, column) for column in table.columns],
    }


def _described_column(table: Table, column: Column) -> dict[str, Any]:
    about: dict[str, Any] = {"name": column.name, "type": str(column.type), "null": column.null}
    if isinstance(column.type, ListOf) and isinstance(column.type.item, StructOf):
        children = column.type.item.fields
        about["children"] = [
            {"name": child.name, "type": str(child.type), "null": child.null} for child in children
        ]
    told = {"unit": column.unit, "source": source_path(table, column), "json": column.json}
    return about | {key: value for key, value in told.items() if value} | {"meaning": column.meaning}


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def drift(directory: Path) -> list[str]:
    """Return how the files in `directory` differ from what the declarations say, a sentence a file."""
    wanted = published()
    found = {path.name for path in directory.iterdir()} - BY_HAND if directory.is_dir() else set()
    return [
        *(f"{name} is missing" for name in sorted(wanted.keys() - found)),
        *(f"{name} belongs to no table" for name in sorted(found - wanted.keys())),
        *(
            f"{name} says something else than the declarations"
            for name in sorted(wanted.keys() & found)
            if (directory / name).read_text("utf-8") != wanted[name]
        ),
    ]


def publish(directory: Path) -> list[str]:
    """Write the generated files into `directory`, delete strays, and return how it differed before."""
    differed = drift(directory)
    directory.mkdir(parents=True, exist_ok=True)
    wanted = published()
    for path in directory.iterdir():
        if path.name not in wanted.keys() | BY_HAND:
            path.unlink()
    for name, text in wanted.items():
        (directory / name).write_text(text, "utf-8")
    return differed


def main(arguments: Sequence[str]) -> int:
    """Publish into the directory named by the only argument; return the exit code."""
    if len(arguments) != 1:
        print("usage: python -m exportkit.tables.schema_files DIRECTORY", file=sys.stderr)
        return 2
    differed = publish(Path(arguments[0]))
    print("\n".join(differed) if differed else "nothing has changed")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
