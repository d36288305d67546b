"""Row filter: lines that a filter drops go no further, and rows lose the content that nobody asked for."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from msgspec.structs import replace

from exportkit import select
from exportkit.decode import LineDecoder
from exportkit.place import LineBlock, LinePlaces, Source
from exportkit.report import ReportBuilder
from exportkit.rows import Reject, RowBlock, placed_labels
from exportkit.select import Selection

__all__ = ["RowFilter", "select_content"]


class RowFilter:
    """Let through the lines that all filters keep, and decode of each line only what the filters read.

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


def select_content(block: RowBlock, selection: Selection, tables: Collection[str]) -> RowBlock:
    """Return `block` without the content that is not wanted, and with a verdict on each label.

    The labels are walked once, after everything that removes labels and before anything that empties what a
    policy reads. The verdicts travel on the labels of that walk.
    """
    policy, content = selection.policy_of(tables), selection.content
    if content is None and policy == "all":
        return block
    if content is not None:
        select.leave_out(block.rows, content)
    labels = list(placed_labels(block.rows))
    select.judge_labels(labels, policy)
    if content is not None:
        if content.key_frames_only:
            select.leave_out_frames(labels)
        select.empty_details(block.rows, labels, content)
    return replace(block, labels=labels)
