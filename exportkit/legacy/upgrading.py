"""Export V1 upgraded to Export V2: whole inputs.

Takes a stream or a path of Export V1; gives V2 rows, or a file with one row per line. Does not know tables.

V1 has one object per label, and the labels of one data row may lie far apart. Every label therefore goes
through a spool (`exportkit.legacy.spool`) before the first row comes out. Labels are converted on the way in:
an input that cannot be upgraded fails before any row is seen.
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
from exportkit.legacy.label_reader import read_labels
from exportkit.legacy.shares import merge, share_of
from exportkit.legacy.spool import Spool
from exportkit.place import Place, without_signature

__all__ = ["Upgraded", "upgrade", "upgrade_rows"]

#: Why a label cannot be a line of Export V2, by the error that encoding it raises.
_UNFIT: dict[type[Exception], str] = {
    RecursionError: "nested too deeply",
    UnicodeEncodeError: "half a surrogate pair",
    OverflowError: "a number beyond 64 bits",
}


@dataclass(slots=True)
class Upgraded:
    """The counts of an upgrade.

    Attributes
    ----------
    labels : int
        Labels read.
    data_rows : int
        Rows written; fewer than `labels` if a data row has several.
    skipped : int
        Labels that the labeller skipped. They are written like all others.
    layouts : dict of str to int
        Labels by layout: ``wkt``, ``xy``, ``objects``, ``video``, ``video_url``, ``skip``, ``empty`` or
        ``unknown`` (kept whole under ``Label``).
    """

    labels: int = 0
    data_rows: int = 0
    skipped: int = 0
    layouts: dict[str, int] = field(default_factory=dict)


def upgrade_rows(stream: BinaryIO) -> Iterator[dict[str, Any]]:
    """Yield one Export V2 row per data row of an Export V1 input.

    Nothing is read before the first row is requested; then the whole input is read.

    Parameters
    ----------
    stream : BinaryIO
        Export V1, decompressed: a JSON array of labels, or labels one after the other. Not closed.

    Yields
    ------
    dict
        Rows in the order in which their data rows first appear, labels inside them in the order of the input.
        Fields that V1 did not have are absent. Fields that V2 has no place for stand under their V1 names in
        the nearest object (under ``v1.<name>`` if V2 uses that name). Nulls are left out.

    Raises
    ------
    ReadError
        The input is no Export V1.
    DecodeError
        The JSON is broken, or a value is no V1 label; the place has its ordinal.
    WriteError
        The temporary spool cannot be written.

    Notes
    -----
    Memory: one label on the way in, then all labels of one data row. Disk: about the size of the input.
    Numbers are ``int`` and ``float``; a whole number beyond 64 bits is broken JSON.
    """
    with Spool() as spool:
        _fill(spool, stream, _name_of(stream))
        for shares in spool.groups():
            yield merge(shares)


def upgrade(
    source: str | os.PathLike[str] | BinaryIO,
    destination: str | os.PathLike[str],
    *,
    force: bool = False,
    sources: Iterable[Path] = (),
) -> Upgraded:
    """Write an Export V1 input as Export V2, one row per line.

    Parameters
    ----------
    source : path, "-" or BinaryIO
        Export V1, decompressed; ``-`` is standard input. See `upgrade_rows`.
    destination : path or "-"
        Output file; ``-`` is standard output. A file appears whole or not at all.
    force : bool
        Replace a file that is there.
    sources : iterable of Path
        Files that `source` is read from, which are never replaced.

    Returns
    -------
    Upgraded
        Counts of labels, data rows, skips and layouts.

    Raises
    ------
    FileNotFoundError
        The source does not exist.
    ReadError, DecodeError
        As `upgrade_rows`; nothing is written.
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
            if isinstance(source, str | os.PathLike):
                sources = (Path(source),)
            with written_whole(destination, force=force, sources=sources, compress=True) as file:
                report.data_rows = _write_lines(file, lines)
    return report


def _fill(spool: Spool, stream: BinaryIO, source_uri: str) -> Upgraded:
    report = Upgraded()
    layouts: Counter[str] = Counter()
    for ordinal, label in read_labels(stream, source_uri):
        try:
            share = share_of(label)
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
