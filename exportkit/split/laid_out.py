"""Rows laid out over several lines, one after the other: where each ends.

Takes blocks of bytes; gives them with the positions where rows end. Does not parse rows: a bracket or quote
that is missing in one would take all rows behind it along. A line that begins as rows do is therefore a row,
whatever came before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from exportkit.split.array_scan import ValueScan

__all__ = ["row_ends"]

#: The beginning of a row at the beginning of a line, with so little white space that it fits below.
_ROW_START = re.compile(rb'\n\{[ \t\r\n]{0,100}"data_row"[ \t\r\n]{0,100}:')
#: More bytes than a beginning has.
_START_BYTES = 256


def row_ends(blocks: Iterable[bytes]) -> Iterator[tuple[bytes, list[int]]]:
    """Yield the bytes of `blocks`, cut elsewhere, each with the positions after the rows that end in it.

    Between two positions is one row, or white space, or something that is no row.
    """
    scan = ValueScan()
    for block in _with_whole_starts(blocks):
        view = memoryview(block)
        ends: list[int] = []
        at = 0
        for start in [found.start() for found in _ROW_START.finditer(block)]:
            ends += [at + end for end in scan.feed(view[at:start])]
            if ends[-1:] != [start]:
                ends.append(start)
            scan.restart()
            at = start
        ends += [at + end for end in scan.feed(view[at:])]
        yield block, ends


def _with_whole_starts(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes of `blocks`, cut where no beginning of a row is cut in two."""
    held = b""
    for block in blocks:
        joined = held + block if held else block
        cut = joined.rfind(b"\n{", max(0, len(joined) - _START_BYTES))
        if cut < 0:
            cut = len(joined) - joined.endswith(b"\n")
        held = joined[cut:]
        if cut:
            yield joined[:cut]
    if held:
        yield held
