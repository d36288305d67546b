"""The tables: the one declaration of what goes out.

Order, types, nulls, units and meanings of every column. Arrow schemas, file metadata, the published
``schemas/`` and the documentation come from here and from nowhere else.
"""

from __future__ import annotations

from exportkit.errors import UnknownNameError
from exportkit.tables.declaration import Column, Table
from exportkit.tables.label_tables import (
    CLASSIFICATIONS,
    KEY_FRAMES,
    LABELS,
    OBJECTS,
    RELATIONSHIPS,
    SEGMENTS,
)
from exportkit.tables.row_tables import (
    ATTACHMENTS,
    DATA_ROWS,
    EMBEDDINGS,
    METADATA,
    MODEL_RUNS,
    PROJECTS,
    REJECTS,
    WORKFLOW,
)
from exportkit.tables.spelling import nearest_name

__all__ = ["TABLES", "Column", "Table", "pick_table"]

#: Every table by name, in the order in which they are documented and written.
TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        DATA_ROWS, ATTACHMENTS, METADATA, EMBEDDINGS, PROJECTS, WORKFLOW, MODEL_RUNS, LABELS,
        OBJECTS, CLASSIFICATIONS, RELATIONSHIPS, SEGMENTS, KEY_FRAMES, REJECTS,
    )
}  # fmt: skip


def pick_table(name: str) -> Table:
    """Return the table of this name.

    Raises
    ------
    UnknownNameError
        There is no such table; the hint names the nearest.
    """
    if not isinstance(name, str):
        raise UnknownNameError(f"a table is named by a string, not {type(name).__name__}")
    if name in TABLES:
        return TABLES[name]
    near = nearest_name(name, TABLES)
    hint = f"did you mean {near!r}?" if near else f"the tables are {', '.join(TABLES)}"
    raise UnknownNameError(f"there is no table {name!r}", hint=hint)
