"""Choosing: lines that a filter drops go no further, rows lose the parts that nobody asked for."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from msgspec.structs import replace

from exportkit import select
from exportkit.decode import LineDecoder
from exportkit.place import LineBlock, LinePlaces, Source
from exportkit.report import ReportBuilder
from exportkit.rows import Reject, RowBlock
from exportkit.select import Selection

__all__ = ["RowFilter", "choose"]


class RowFilter:
    """Decode of each line only what the filters look at, and let through the lines that all of them keep.

    Parameters
    ----------
    selection : Selection
        Has the filters.
    report : ReportBuilder
        Counts the dropped lines by the first filter that drops each.
    """

    def __init__(self, selection: Selection, report: ReportBuilder) -> None:
        self._conditions = selection.conditions
        self._decoder = LineDecoder(selection.unasked())
        self._report = report

    def apply(self, block: LineBlock, found: LinePlaces, source: Source) -> tuple[LinePlaces, list[Reject]]:
        """Return the places of the lines that stay, and the lines that cannot become rows."""
        rows, rejects = self._decoder.decode(block, found, source)
        refusing = [select.first_refusing(row, self._conditions) for row in rows.rows]
        dropped = [name for name in refusing if name is not None]
        if not dropped and not rejects:
            return found, []
        self._report.filtered.update(dropped)
        stays = np.array([name is None for name in refusing], dtype=np.bool_)
        kept = np.isin(found.lines, rows.lines[stays])
        places = LinePlaces(
            found.lines[kept], found.starts[kept], found.lengths[kept], found.blanks, plain=False
        )
        return places, rejects


def choose(block: RowBlock, selection: Selection, tables: Collection[str]) -> RowBlock:
    """Return `block` without parts that are not wanted, and with the labels marked that are."""
    policy, parts = selection.policy_of(tables), selection.parts
    if parts is not None:
        select.select(block.rows, parts)
    if policy != "all":
        block = replace(block, kept_labels=select.kept_labels(block.rows, policy))
    if parts is not None:
        select.strip(block.rows, parts)
    return block
