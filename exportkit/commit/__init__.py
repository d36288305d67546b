"""Commit: makes the files of a run visible, all at once or not at all.

Takes a destination and the tables' schemas, gives a transaction: a staging for the writers, and the calls
that commit or abort what they wrote. Knows files, not rows; `write` encodes them.

Each way to commit is one module behind the protocol `Committer`. Today there is one, `directory`: tables are
directories of the local file system, and renames make parts visible.

>>> import pyarrow as pa
>>> from exportkit.write import LakeWriter
>>> schema = pa.schema([("name", pa.string())])
>>> with committer_for("lake").begin(schemas={"projects": schema}, mode="overwrite") as transaction:
...     with LakeWriter(transaction.staging) as writer:
...         writer.write("projects", pa.record_batch([["Io"]], schema=schema))
...         [part] = transaction.commit(writer.close())
>>> part.table, part.path.startswith("lake/projects/part-"), part.rows
('projects', True, 1)
"""

from __future__ import annotations

import os

from exportkit.commit.directory import DirectoryCommitter
from exportkit.commit.protocol import Committer, Transaction
from exportkit.errors import ReadError, WriteError
from exportkit.lakes import Snapshot, open_storage, read_snapshot, stopped_commits

__all__ = ["Committer", "Transaction", "committer_for", "read_lake"]


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


def read_lake(location: str | os.PathLike[str]) -> Snapshot:
    """Return which parts a lake has, after completing a run that was stopped while it became visible.

    Every reader of exportkit begins here, so that none serves half of a run. It waits for a run that becomes
    visible at this moment, and writes nothing else.

    Raises
    ------
    FileNotFoundError
        There is no such directory.
    ReadError
        A directory cannot be listed, or the run that was stopped cannot be completed.
    """
    if stopped_commits(open_storage(location, error=ReadError)):
        try:
            committer_for(location).recover()
        except WriteError as error:
            problem = f"a run was stopped while it became visible, and cannot be completed: {error.problem}"
            raise ReadError(problem, place=error.place, hint=error.hint) from None
    return read_snapshot(location)
