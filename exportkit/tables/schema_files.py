"""Publish the schemas: ``python -m exportkit.tables.schema_files schemas`` writes them anew.

Takes the structs of a line and the declarations of the tables; gives the files of ``schemas/``: the JSON
Schema of a line, one JSON file per table, the data dictionary, and ``versions.json``, which keeps the columns
of every version that was ever published. ``CHANGES.md`` beside them is written by hand.
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

__all__ = ["VERSIONS", "drift", "main", "publish", "published"]

#: What people write beside the generated files.
BY_HAND = frozenset({"CHANGES.md"})
#: The file that grows: by table and version, the columns that were published.
VERSIONS = "versions.json"

#: By table and version (a number as text), a line per column.
Versions = dict[str, dict[str, list[str]]]


def published(directory: Path) -> dict[str, str]:
    """Return the text of every generated file by name; `directory` holds the versions published before."""
    files = {f"{table.name}.json": _json(described(table)) for table in TABLES.values()}
    versions = _with_new_versions(_versions_in(directory))
    return {
        "README.md": data_dictionary(),
        "row.schema.json": _json(line_schema()),
        VERSIONS: _json(versions),
        **files,
    }


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
    optional = {"unit": column.unit, "source": source_path(table, column), "json": column.json}
    return about | {key: value for key, value in optional.items() if value} | {"meaning": column.meaning}


def _versions_in(directory: Path) -> Versions:
    path = directory / VERSIONS
    found: Versions = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return found


def _with_new_versions(before: Versions) -> Versions:
    """Return `before` with the present version of each table, where that was not published before."""
    return {
        **before,
        **{
            table.name: {str(table.version): _column_lines(table), **before.get(table.name, {})}
            for table in TABLES.values()
        },
    }


def _column_lines(table: Table) -> list[str]:
    """Return what a reader of a table relies on, a line per column."""
    return [
        f"{column.name}: {column.type}"
        + ("" if column.null else ", never null")
        + (f", in {column.unit}" if column.unit else "")
        for column in table.columns
    ]


def _unraised(before: Versions) -> list[str]:
    """Return which tables have other columns than their version had, one sentence per table."""
    sentences = []
    for table in TABLES.values():
        then = before.get(table.name, {}).get(str(table.version))
        now = _column_lines(table)
        if then is not None and then != now:
            differing = sorted({*then} ^ {*now}) or ["the order of the columns"]
            sentences.append(
                f"{table.name} differs from its published version {table.version} ({'; '.join(differing)}): "
                "raise its version where exportkit/tables/ declares it"
            )
    return sentences


def _json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def drift(directory: Path) -> list[str]:
    """Return how the files in `directory` differ from what the declarations say, one sentence per file."""
    wanted = published(directory)
    found = {path.name for path in directory.iterdir()} - BY_HAND if directory.is_dir() else set()
    return [
        *(f"{name} is missing" for name in sorted(wanted.keys() - found)),
        *(f"{name} belongs to no table" for name in sorted(found - wanted.keys())),
        *(
            f"{name} says something else than the declarations"
            for name in sorted(wanted.keys() & found)
            if (directory / name).read_text("utf-8") != wanted[name]
        ),
        *_unraised(_versions_in(directory)),
    ]


def publish(directory: Path) -> list[str]:
    """Write the generated files into `directory`, delete strays, and return how it differed before.

    What a version was published with stays as it is: a table that changed without a new version is named
    until its version is raised.
    """
    differed = drift(directory)
    directory.mkdir(parents=True, exist_ok=True)
    wanted = published(directory)
    for path in directory.iterdir():
        if path.name not in wanted.keys() | BY_HAND:
            path.unlink()
    for name, text in wanted.items():
        (directory / name).write_text(text, "utf-8")
    return differed


def main(arguments: Sequence[str]) -> int:
    """Publish into the directory that is the only argument; return 1 where a version has to be raised."""
    if len(arguments) != 1:
        print("usage: python -m exportkit.tables.schema_files DIRECTORY", file=sys.stderr)
        return 2
    differed = publish(Path(arguments[0]))
    print("\n".join(differed) if differed else "nothing has changed")
    return 1 if _unraised(_versions_in(Path(arguments[0]))) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
