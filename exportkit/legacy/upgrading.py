"""Export V1 upgraded to Export V2: whole inputs.

Takes a stream or a path of Export V1; gives V2 rows, or a file of them, one a line. Does not know what
becomes of them.

V1 has an object for each label, and those of one data row may lie far apart, so every label goes through
a spool (see `exportkit.legacy.spool`) before the first row comes out. Every label is converted on the
way in: an input that cannot be upgraded fails before any row is seen.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from exportkit.errors import DecodeError
from exportkit.lakes import written_whole
from exportkit.legacy.elements import read_elements
from exportkit.legacy.labels import share_of
from exportkit.legacy.merging import merge
from exportkit.legacy.spool import Spool
from exportkit.place import Place, without_signature

__all__ = ["Upgraded", "upgrade", "upgrade_rows"]

#: What a label may hold that no line of Export V2 can.
_UNFIT: dict[type[Exception], str] = {
    RecursionError: "nested too deeply",
    UnicodeEncodeError: "half a surrogate pair",
    OverflowError: "a number beyond 64 bits",
}


@dataclass(slots=True)
class Upgraded:
    """What an upgrade did.

    Attributes
    ----------
    labels : int
        Labels read.
    data_rows : int
        Rows written; fewer than `labels` where a data row has several.
    skipped : int
        Labels that the labeller skipped. They are written like the others.
    layouts : dict of str to int
        Labels by layout: ``wkt``, ``xy``, ``objects``, ``video``, ``video_url``, ``skip``, ``empty`` or
        ``unknown`` (kept whole under ``Label``).
    """

    labels: int = 0
    data_rows: int = 0
    skipped: int = 0
    layouts: dict[str, int] = field(default_factory=dict)


def upgrade_rows(stream: BinaryIO) -> Iterator[dict[str, Any]]:
    """Yield an Export V2 row for each data row of an Export V1 input.

    Lazy in that nothing is read before the first row is asked for; then the whole input is read.

    Parameters
    ----------
    stream : BinaryIO
        Export V1, decompressed: a JSON array of labels, or labels one after the other. Not closed.

    Yields
    ------
    dict
        Rows in the order in which their data rows first appear, labels inside them in the order of
        the input. What V1 did not know is absent; what V2 has no place for stands under its V1 name in
        the nearest object (under ``v1.<name>`` where V2 uses that name). Nulls are left out.

    Raises
    ------
    ReadError
        The input is no Export V1.
    DecodeError
        Broken JSON, or an element that is no V1 label; the place has its ordinal.
    WriteError
        The temporary spool cannot be written.

    Notes
    -----
    Memory: one label going in, then all labels of one data row. Disk: about the size of the input.
    Numbers are ``int`` and ``float``; a whole number beyond 64 bits is broken JSON.
    """
    with Spool() as spool:
        _fill(spool, stream, _name_of(stream))
        for shares in spool.groups():
            yield merge(shares)


def upgrade(source: str | os.PathLike[str] | BinaryIO, destination: str | os.PathLike[str]) -> Upgraded:
    """Write an Export V1 input as Export V2, one row a line.

    Parameters
    ----------
    source : path, "-" or BinaryIO
        Export V1, decompressed; ``-`` is standard input. See `upgrade_rows`.
    destination : path or "-"
        Where to write; ``-`` is standard output. A file appears whole or not at all: it is written under
        a temporary name beside `destination` and then takes its place, replacing what was there.

    Returns
    -------
    Upgraded
        Counts of labels, data rows, skips and layouts.

    Raises
    ------
    FileNotFoundError
        There is no such source.
    ReadError, DecodeError
        As `upgrade_rows`. Nothing has been written then.
    WriteError
        The destination or the temporary spool cannot be written.
    """
    with _opened(source) as stream, Spool() as spool:
        report = _fill(spool, stream, _name_of(stream))
        encode = msgspec.json.Encoder().encode
        lines = (encode(merge(shares)) + b"\n" for shares in spool.groups())
        if os.fspath(destination) == "-":
            report.data_rows = _write_lines(sys.stdout.buffer, lines)
        else:
            with written_whole(destination) as file:
                report.data_rows = _write_lines(file, lines)
    return report


def _fill(spool: Spool, stream: BinaryIO, source_uri: str) -> Upgraded:
    report = Upgraded()
    layouts: Counter[str] = Counter()
    for ordinal, element in read_elements(stream, source_uri):
        try:
            share = share_of(element)
            spool.add(share)
        except tuple(_UNFIT) as error:
            raise DecodeError(_UNFIT[type(error)], place=Place(source_uri, line=ordinal)) from None
        report.labels += 1
        report.skipped += share.skipped
        layouts[share.layout] += 1
    report.layouts = dict(layouts)
    return report


def _opened(source: str | os.PathLike[str] | BinaryIO) -> contextlib.AbstractContextManager[BinaryIO]:
    if not isinstance(source, str | os.PathLike):
        return contextlib.nullcontext(source)
    if os.fspath(source) == "-":
        return contextlib.nullcontext(sys.stdin.buffer)
    return Path(source).open("rb")


def _name_of(stream: BinaryIO) -> str:
    if stream is getattr(sys.stdin, "buffer", None):
        return "stdin:"
    name = getattr(stream, "name", None)
    return without_signature(name) if isinstance(name, str) else "stream:"


def _write_lines(stream: BinaryIO, lines: Iterable[bytes]) -> int:
    count = 0
    for line in lines:
        stream.write(line)
        count += 1
    stream.flush()
    return count
