"""Commit: makes the files of a run visible, all at once or not at all.

Takes a destination and the tables' schemas, gives a transaction: a staging for the writers, and the calls
that commit or abort what they wrote. Knows files, not rows; `write` encodes them.

Each way to commit is one module behind the protocol `Committer`. Today there is one, `directory`: tables are
directories of the local file system, and renames make parts visible.

>>> import pyarrow as pa
>>> from exportkit.write import LakeWriter
>>> schema = pa.schema([("name", pa.string())])
>>> with committer_for("lake").begin(schemas={"pets": schema}, mode="overwrite") as transaction:
...     with LakeWriter(transaction.staging) as writer:
...         writer.write("pets", pa.record_batch([["Io"]], schema=schema))
...         [part] = transaction.commit(writer.close())
>>> part.table, part.path.startswith("lake/pets/part-"), part.rows
('pets', True, 1)
"""

from __future__ import annotations

import os

from exportkit.commit.directory import DirectoryCommitter
from exportkit.commit.protocol import Committer, Transaction

__all__ = ["Committer", "Transaction", "committer_for"]


def committer_for(location: str | os.PathLike[str]) -> Committer:
    """Return what commits runs at a path or URL, without touching it.

    Raises
    ------
    TypeError
        `location` is neither text nor a path.
    ValueError
        `location` is empty.
    WriteError
        There is no writer for URLs of this kind.
    """
    return DirectoryCommitter(location)
