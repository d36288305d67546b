"""Old exports: an Export V1 is upgraded to lines of Export V2 on the way in."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any, Unpack

from exportkit import legacy, split
from exportkit.errors import OptionError, ReadError
from exportkit.json_text import JSON_SPACE, write_json
from exportkit.lakes import refuse_lakes
from exportkit.options import SourceOptions, UpgradeOptions, complete, only
from exportkit.place import LineBlock, Place
from exportkit.read import SourceLike, files_read_by, open_sources
from exportkit.split import BYTE_ORDER_MARK, LINE_BY_LINE, Start, take_start

if TYPE_CHECKING:
    from exportkit.legacy import Upgraded

_HINT_FORMS = "Export V1 is JSON, an array of labels or one label per line, or CSV"

__all__ = ["old_labels", "upgrade_source", "upgraded_lines"]


def upgrade_source(
    source: SourceLike, destination: str | os.PathLike[str], **options: Unpack[UpgradeOptions]
) -> Upgraded:
    """Write one Export V1, in whatever compression, as lines of Export V2.

    Raises
    ------
    ValueError
        There are several inputs.
    OptionError
        The limit is none.
    """
    refuse_lakes(source)
    asked = complete(UpgradeOptions, options)
    files = [*files_read_by(source)]
    sources = open_sources(source, **only(SourceOptions, asked))
    with closing(next(sources)) as opened:
        other = next(sources, None)
        if other is not None:
            other.close()
            raise OptionError("source", "upgrade takes one export at a time")
        labels = old_labels(take_start(opened.blocks()), opened.source.uri)
        return legacy.upgrade(labels, destination, force=asked["force"], sources=files)


def old_labels(start: Start, source_uri: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield the labels of an Export V1 with their places, whatever form it has.

    Raises
    ------
    ReadError
        The input is neither JSON nor CSV, its first value is no V1 label (it may be a V2 row), or an array is
        broken.
    DecodeError
        A label is broken, or a later value is none.
    """
    head, blocks = start.head, start.blocks
    if legacy.is_csv(head):
        yield from legacy.read_csv(blocks, source_uri)
        return
    form = split.layout(head)
    if form is None:
        if not head.removeprefix(BYTE_ORDER_MARK).strip(JSON_SPACE):
            return
        what = " but looks like a web page" if head.lstrip().startswith(b"<") else ""
        raise ReadError(f"the input is not JSON{what}", place=Place(source_uri), hint=_HINT_FORMS)
    if form in LINE_BY_LINE:
        cut = split.cut_lines(blocks, first_line=start.line, first_offset=start.offset)
    else:
        cut = split.cut_elements(blocks, form, source_uri)
    for one in split.rows_in_strings(cut):
        if isinstance(one, LineBlock):
            found = split.places(one)
            for line, at, length in zip(found.lines, found.starts, found.lengths, strict=True):
                place = Place(source_uri, int(line))
                yield place, legacy.read_label(one.data[at : at + length], place)
        else:
            place = Place(source_uri, one.line)
            text = b"".join(one.chunks)
            if not text.isspace():
                yield place, legacy.read_label(text, place)


def upgraded_lines(start: Start, source_uri: str, block_bytes: int) -> Iterator[LineBlock]:
    """Yield the data rows of an Export V1 as lines of Export V2, numbered in the order of the input.

    Raises
    ------
    ReadError, DecodeError, WriteError
        As `old_labels` and `exportkit.legacy.upgrade_rows`, before the first line.
    """
    held: list[bytes] = []
    size, first = 0, 1
    for row in legacy.upgrade_rows(old_labels(start, source_uri)):
        line = write_json(row) + b"\n"
        if held and size + len(line) > block_bytes:
            yield LineBlock(b"".join(held), first, None)
            first += len(held)
            held, size = [], 0
        held.append(line)
        size += len(line)
    if held:
        yield LineBlock(b"".join(held), first, None)
