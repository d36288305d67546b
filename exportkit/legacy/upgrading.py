"""Export V1 upgraded to Export V2: whole inputs.

Takes the labels of an Export V1; gives V2 rows, or a file with one row per line. Does not know where labels
come from, nor tables.

V1 has one object per label, and the labels of one data row may lie far apart. Every label therefore goes
through a spool (`exportkit.legacy.spool`) before the first row comes out. Labels are converted on the way in:
an input that cannot be upgraded fails before any row is seen.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from exportkit.errors import DecodeError
from exportkit.json_text import write_json
from exportkit.lakes import ReadFrom, written_whole
from exportkit.legacy.media import shown_media
from exportkit.legacy.shares import merge, share_of
from exportkit.legacy.spool import Spool
from exportkit.place import Place

__all__ = ["Upgraded", "upgrade", "upgrade_rows"]

#: Why a label cannot be a line of Export V2, by the error that encoding it raises.
_UNFIT: dict[type[Exception], str] = {
    RecursionError: "nested too deeply",
    UnicodeEncodeError: "half a surrogate pair",
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


#: Labels of Export V1 with their places, in the order of the input.
Labels = Iterable[tuple[Place, dict[str, Any]]]


def upgrade_rows(labels: Labels) -> Iterator[dict[str, Any]]:
    """Yield one Export V2 row per data row of an Export V1 input.

    Nothing is read before the first row is requested; then the whole input is read.

    Parameters
    ----------
    labels : iterable of tuple
        The labels with their places.

    Yields
    ------
    dict
        Rows in the order in which their data rows first appear, labels inside them in the order of the input.
        Fields that V1 did not have are absent. Fields that V2 has no place for stand in the nearest object:
        under the names of their columns (``view_label``), or else under their V1 names (under ``v1.<name>``
        if V2 uses that name). Nulls, and agreements of -1, are left out. `write_json` writes them.

    Raises
    ------
    DecodeError
        A label cannot be a row; the place is its own.
    WriteError
        The temporary spool cannot be written.

    Notes
    -----
    Memory: one label on the way in, then all labels of one data row. Disk: about the size of the input.
    """
    with Spool() as spool:
        media = _fill(spool, labels, Upgraded())
        for shares in spool.groups():
            yield merge(shares, media)


def upgrade(
    labels: Labels,
    destination: str | os.PathLike[str],
    *,
    force: bool = False,
    sources: Iterable[ReadFrom] = (),
) -> Upgraded:
    """Write an Export V1 input as Export V2, one row per line.

    Parameters
    ----------
    labels : iterable of tuple
        As for `upgrade_rows`.
    destination : path or "-"
        Output file; ``-`` is standard output. A file appears whole or not at all.
    force : bool
        Replace a file that is there.
    sources : iterable of str, path or int
        Files, or their descriptors, that the labels are read from, which are never replaced.

    Returns
    -------
    Upgraded
        Counts of labels, data rows, skips and layouts.

    Raises
    ------
    DecodeError
        As `upgrade_rows`; nothing is written.
    WriteError
        The destination or the temporary spool cannot be written.
    """
    with Spool() as spool:
        report = Upgraded()
        media = _fill(spool, labels, report)
        lines = (write_json(merge(shares, media)) + b"\n" for shares in spool.groups())
        with written_whole(destination, force=force, sources=sources, compress=True) as file:
            report.data_rows = _write_lines(file, lines)
    return report


def _fill(spool: Spool, labels: Labels, report: Upgraded) -> dict[str, set[str]]:
    """Add all labels to the spool and count them; return the media that they show, by project."""
    media: defaultdict[str, set[str]] = defaultdict(set)
    layouts: Counter[str] = Counter()
    for place, label in labels:
        try:
            share = share_of(label)
            spool.add(share)
        except tuple(_UNFIT) as error:
            raise DecodeError(_UNFIT[type(error)], place=place) from None
        media[share.project_id] |= shown_media(share.label)
        report.labels += 1
        report.skipped += share.skipped
        layouts[share.layout] += 1
    report.layouts = dict(layouts)
    return media


def _write_lines(stream: BinaryIO, lines: Iterable[bytes]) -> int:
    count = 0
    for line in lines:
        stream.write(line)
        count += 1
    return count
