"""Convert an export to a temporary lake, show its tables and ask DuckDB one question about them.

``make demo`` runs it. With ``exportkit[duckdb]`` installed, ``python examples/demo.py YOUR_EXPORT.ndjson``
shows an export of your own.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import duckdb
from rich.console import Console
from rich.syntax import Syntax
from rich.table import Table

import exportkit

EXAMPLE = Path(__file__).with_name("export.ndjson")
QUESTION = """\
select media_type, annotation_kind, name as class, count(*) as objects
from objects join data_rows using (export_id, line)
group by all
order by all"""


def main(export: Path = EXAMPLE) -> None:
    """Convert `export` and print its tables."""
    console = Console()
    with tempfile.TemporaryDirectory(prefix="exportkit-demo-") as lake:
        console.print(f"[bold]exportkit.to_parquet[/bold]({export.name!r}, 'lake/')\n", highlight=False)
        exportkit.to_parquet(str(export), lake)
        with duckdb.connect() as connection:
            names = open_lake(connection, Path(lake))
            console.print(tables_of(connection, names))
            console.print("\n[bold]DuckDB over the same files[/bold]\n")
            console.print(Syntax(QUESTION, "sql", background_color="default"), "")
            console.print(answer_of(connection, QUESTION))


def open_lake(connection: duckdb.DuckDBPyConnection, lake: Path) -> list[str]:
    """Make a view of each table in `lake`; return their names."""
    names = sorted(entry.name for entry in lake.iterdir() if any(entry.glob("*.parquet")))
    for name in names:
        files = str(lake / name / "*.parquet").replace("'", "''")
        connection.execute(f"create view {name} as from read_parquet('{files}')")
    return names


def tables_of(connection: duckdb.DuckDBPyConnection, names: list[str]) -> Table:
    """Lay out the rows and columns of each table."""
    shown = Table("table", title="The lake", title_justify="left")
    shown.add_column("rows", justify="right")
    shown.add_column("columns", justify="right")
    for name in names:
        table = connection.table(name)
        shown.add_row(name, f"{len(table):,}", str(len(table.columns)))
    return shown


def answer_of(connection: duckdb.DuckDBPyConnection, question: str) -> Table:
    """Lay out the rows that answer `question`; numbers stand to the right."""
    answer = connection.sql(question)
    shown = Table()
    for column, kind in zip(answer.columns, answer.types, strict=True):
        shown.add_column(column, justify="right" if str(kind) == "BIGINT" else "left")
    for row in answer.fetchall():
        shown.add_row(*("" if cell is None else str(cell) for cell in row))
    return shown


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
