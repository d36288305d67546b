"""Hypothesis strategies for exports: rows of every media type, rows outside the catalogue, and their bytes.

``rows()`` gives rows that the format catalogue covers, as dictionaries, ``mutated_rows()`` rows that it does
not, ``row_lines()`` their bytes and ``exports()`` whole files.
"""

from __future__ import annotations

from strategies.choices import json_values
from strategies.lines import broken_lines, exports, line_of, row_lines
from strategies.mutations import mutated_rows
from strategies.rows import MEDIA, catalog_rows, model_run_rows, project_rows, rows

__all__ = [
    "MEDIA",
    "broken_lines",
    "catalog_rows",
    "exports",
    "json_values",
    "line_of",
    "model_run_rows",
    "mutated_rows",
    "project_rows",
    "row_lines",
    "rows",
]
