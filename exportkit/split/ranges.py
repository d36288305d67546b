"""Byte ranges of an input that can be read independently of each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from exportkit.native import octets

__all__ = ["Split", "plan_splits"]


@dataclass(frozen=True, slots=True)
class Split:
    """Whole lines of an uncompressed input.

    Attributes
    ----------
    uri : str
        Path or URL as given. A URL may hold a signature, so `repr` omits it.
    start, end : int
        The range of bytes, `end` exclusive. It starts at 0 or after a newline.
    first_line : int
        Number of the line at `start`, from 1.
    """

    uri: str = field(repr=False)
    start: int
    end: int
    first_line: int


def plan_splits(
    blocks: Iterable[bytes],
    uri: str,
    size: int,
    wanted_splits: int,
    *,
    min_split_bytes: int,
) -> Iterator[Split]:
    """Yield about `wanted_splits` ranges of lines that together are the input, in order.

    A range is yielded as soon as its end is known, so that workers can convert it while the rest is counted.
    `blocks` are read up to the start of the last split, to count the newlines before each.

    The lines that ``cut_lines(read_range(uri, start, end), first_line=first_line, first_offset=start)``
    yields are those of one pass over the input, places included. A byte-order mark belongs to the first
    split.

    Parameters
    ----------
    blocks : iterable of bytes
        The input from its first byte.
    uri : str
        Path or URL from which the splits can be read.
    size : int
        Size of the input in bytes.
    wanted_splits : int
        Number of splits to aim at. Long lines and `min_split_bytes` make it fewer.
    min_split_bytes : int
        Smallest size of a split to aim at.

    Raises
    ------
    ValueError
        `wanted_splits` or `min_split_bytes` is below 1.
    """
    if wanted_splits < 1 or min_split_bytes < 1:
        raise ValueError("wanted_splits and min_split_bytes must be at least 1")
    count = max(1, min(wanted_splits, size // min_split_bytes))
    return _ranges(blocks, uri, size, [size * index // count for index in range(1, count)])


def _ranges(blocks: Iterable[bytes], uri: str, size: int, targets: list[int]) -> Iterator[Split]:
    start, first_line = 0, 1
    offset, line = 0, 1
    for block in blocks if targets else ():
        counted = 0
        while targets and (cut := _cut_after(block, targets[0] - offset)):
            line += octets.count_newlines(memoryview(block)[counted:cut])
            counted = cut
            if offset + cut < size:
                yield Split(uri, start, offset + cut, first_line)
                start, first_line = offset + cut, line
            targets = [target for target in targets if target > offset + cut]
        if not targets:
            break
        line += octets.count_newlines(memoryview(block)[counted:])
        offset += len(block)
    if size:
        yield Split(uri, start, size, first_line)


def _cut_after(block: bytes, target: int) -> int:
    """Return the position after the first newline from `target` on, 0 if `block` has none there."""
    return block.find(b"\n", max(0, target - 1)) + 1
