"""The oracle: a slow, independent reading of an export, and what it takes to compare another reading with it.

``tables_of(line, line=1, ...)`` gives the rows of all fourteen tables for one line, ``tables_of_export`` for
a whole file. ``rows_equal(a, b)`` says whether two lines are the same.
``differences(expected, rows_of_batches(batches))`` says where the product disagrees.
"""

from __future__ import annotations

from oracle.columns import COLUMNS, IDENTITY, JSON_COLUMNS, Tables
from oracle.comparison import differences, rows_of_batches, without_nulls
from oracle.equality import normal_form, rows_equal
from oracle.tables import tables_of, tables_of_export

__all__ = [
    "COLUMNS",
    "IDENTITY",
    "JSON_COLUMNS",
    "Tables",
    "differences",
    "normal_form",
    "rows_equal",
    "rows_of_batches",
    "tables_of",
    "tables_of_export",
    "without_nulls",
]
