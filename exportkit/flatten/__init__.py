"""Flatten: a block of rows becomes the columns of each table.

Takes a `RowBlock`; gives a `TableBlock` a table, whose columns are made when they are asked for. Knows
the structs and the tables; knows no Arrow, and not where rows came from. Nothing it gives refers to a
struct, so that a block can be freed as a whole once its columns are made.
"""

from __future__ import annotations

from exportkit.flatten.blocks import flatten, reject_block
from exportkit.flatten.objects import KNOWN_KINDS

__all__ = ["KNOWN_KINDS", "flatten", "reject_block"]
