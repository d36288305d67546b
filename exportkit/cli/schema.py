"""``exportkit schema``: the tables, and the columns of one."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.text import Text

from exportkit.cli import exit_codes
from exportkit.cli.layout import grid
from exportkit.cli.output import print_json, stdout, told
from exportkit.cli.parameters import Json
from exportkit.tables import TABLES, Table, pick_table

__all__ = ["schema"]


def schema(
    table: Annotated[
        str | None, Parameter(name="TABLE", help="Table to describe. Default: all of them.")
    ] = None,
    /,
    *,
    json: Json = False,
) -> int:
    """Show the tables, or the columns of one: types, units, meanings."""
    chosen = TABLES if table is None else {table: pick_table(table)}
    with told():
        if json:
            described = {name: _described(one) for name, one in chosen.items()}
            print_json(described if table is None else described[table])
        elif table is None:
            _show_tables(stdout())
        else:
            _show_columns(chosen[table], stdout())
    return exit_codes.DONE


def _described(table: Table) -> dict[str, Any]:
    about: dict[str, Any] = table._asdict()
    about["columns"] = [
        {"name": one.name, "type": str(one.type), "null": one.null, "unit": one.unit, "source": one.source,
         "meaning": one.meaning}
        for one in table.columns
    ]  # fmt: skip
    return about


def _show_tables(console: Console) -> None:
    tables = grid("table", "columns", "one row is", numbers=("columns",))
    for one in TABLES.values():
        tables.add_row(one.name, str(len(one.columns)), one.grain)
    console.print(tables)


def _show_columns(table: Table, console: Console) -> None:
    console.print(Text.assemble((table.name, "bold"), f"  {table.grain}"))
    console.print()
    columns = grid("column", "type", "null", "meaning")
    for one in table.columns:
        meaning = f"{one.meaning} [{one.unit}]" if one.unit else one.meaning
        columns.add_row(one.name, str(one.type), "yes" if one.null else "", Text(meaning))
    console.print(columns)
    identity = ", ".join(("export_id", "line", *table.identity))
    console.print()
    console.print(Text(f"A row is named by {identity}."))
