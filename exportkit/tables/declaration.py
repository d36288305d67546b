"""What a column and a table are: the one declaration that schemas, files, documents, redaction follow."""

from __future__ import annotations

from typing import NamedTuple

from exportkit.tables.types import INT32, INT64, STRING, ColumnType

__all__ = [
    "FREE_FORM", "GEOMETRY", "IDS", "NAMES", "NOTHING_PERSONAL", "PEOPLE", "TEXT", "URLS",
    "Column", "Table", "position", "table",
]  # fmt: skip

#: What values carry (see `Column.carries`).
#: Words of the platform and of exportkit: kinds, sections, units, classes of errors.
NOTHING_PERSONAL = "nothing personal"
IDS = "ids"
PEOPLE = "people"
#: Names that users gave to what is theirs.
NAMES = "names"
GEOMETRY = "geometry"
#: Text that somebody wrote, or that is the asset.
TEXT = "free text"
URLS = "urls"
#: Text or JSON as it stood in the input, which may hold anything.
FREE_FORM = "free form"


class Column(NamedTuple):
    """One column of a table.

    Attributes
    ----------
    name : str
        Name in every output.
    type : ColumnType
        Arrow type.
    meaning : str
        What a value says, in one line.
    source : str
        Path of the value relative to the table's root; empty when it is derived.
    unit : str
        Unit of a number (``px``, ``s``, ``frame``); empty when it has none.
    null : bool
        Whether a value may be null.
    repeats : bool
        Whether few distinct strings repeat: written with a dictionary.
    wide : bool
        Whether a value may be long (text, JSON, vectors): counted against row group bytes and
        written without statistics.
    json : bool
        Whether the string holds JSON.
    carries : str
        What the values carry: one of the constants above. Every column of strings or bytes says it:
        redaction follows from it.
    identity : tuple of str
        What the values name, where several columns name it: all columns of one identity are redacted alike.
        The column's own name where it is left out.
    holds : tuple of str
        Identities whose values stand inside the values of this column.
    """

    name: str
    type: ColumnType
    meaning: str
    source: str = ""
    unit: str = ""
    null: bool = True
    repeats: bool = False
    wide: bool = False
    json: bool = False
    carries: str = ""
    identity: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()

    @property
    def identities(self) -> tuple[str, ...]:
        """What the values name."""
        return self.identity or (self.name,)


class Table(NamedTuple):
    """One table: its grain and its columns in order.

    Attributes
    ----------
    name : str
        Name of the table and of its directory.
    version : int
        Raised by one with every change of the columns; ``schemas/`` holds what each version had.
    grain : str
        What one row is.
    root : str
        JSON path of the object a row stands for.
    identity : tuple of str
        Columns that name a row within ``export_id, line``.
    columns : tuple of Column
        All columns, the common ones included.
    struct : str
        Name of the struct (`exportkit.rows.STRUCTS`) whose leftovers ``extra`` holds; empty where rows
        are made of no struct of their own.
    """

    name: str
    version: int
    grain: str
    root: str
    identity: tuple[str, ...]
    columns: tuple[Column, ...]
    struct: str = ""

    def column(self, name: str) -> Column:
        """Return the column of this name; `KeyError` when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


DATA_ROW_ID = Column(
    "data_row_id", STRING, "Data row the line belongs to.", "$.data_row.id", null=False, repeats=True,
    carries=IDS,
)  # fmt: skip
EXTRA = Column(
    "extra", STRING, "Fields of the source object without a column, nested as in the source; null when none.",
    wide=True, json=True, carries=FREE_FORM,
)  # fmt: skip
EXPORT_ID = Column(
    "export_id", STRING, "Input the line came from.", null=False, repeats=True, carries=NOTHING_PERSONAL
)
LINE = Column(
    "line", INT64, "Line in that input, from 1 (in a JSON array: the element's ordinal).", null=False
)

#: Columns that every table below a label has after ``data_row_id``.
LABEL_KEYS = (
    Column("project_id", STRING, "Project of the label; null when it belongs to a model run.", repeats=True,
           carries=IDS),
    Column("label_id", STRING, "Label; `derived:...` where the export gives no id.", null=False, repeats=True,
           carries=IDS, identity=("label",)),
    Column("label_index", INT32, "Ordinal of the label on its line, from 0.", null=False),
    Column("origin", STRING, "`project`, `model_run` or `prediction`.", null=False, repeats=True,
           carries=NOTHING_PERSONAL),
)  # fmt: skip


def position(of: str) -> Column:
    """Return the column that holds the order of an item in the array or object it came from."""
    return Column("position", INT32, f"Order of the {of} where it came from, from 0.", null=False)


def table(
    name: str,
    *columns: Column,
    grain: str,
    root: str,
    struct: str = "",
    identity: tuple[str, ...] = (),
    below_label: bool = False,
    version: int = 1,
) -> Table:
    """Return a table with the common columns put around `columns`."""
    keys = (DATA_ROW_ID, *LABEL_KEYS) if below_label else (DATA_ROW_ID,)
    if name == "data_rows":
        keys = (DATA_ROW_ID._replace(meaning="Id of the data row.", source="data_row.id", repeats=False),)
    return Table(name, version, grain, root, identity, (*keys, *columns, EXTRA, EXPORT_ID, LINE), struct)
