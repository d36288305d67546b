"""Runs that are ready to be committed, for tests of what happens then."""

from __future__ import annotations

from pathlib import Path

from exportkit.commit.directory import DirectoryCommitter
from exportkit.options import Mode
from exportkit.write import LakeWriter, PartFile, WriteOptions
from write.lakes import SCHEMA, batch_of, numbered

MODES: tuple[Mode, ...] = ("error", "append", "overwrite")
#: Files of somebody else, in a table that the run writes and in one that it does not.
NOTES = ("projects/notes.txt", "key_frames/notes.txt")


class Run:
    """A run whose parts are written and not yet committed: how many parts for which table."""

    def __init__(self, lake: Path, mode: Mode, **parts: int) -> None:
        schemas = dict.fromkeys(parts, SCHEMA)
        self.transaction = DirectoryCommitter(lake).begin(schemas=schemas, mode=mode, format="arrow")
        with LakeWriter(
            self.transaction.staging, options=WriteOptions(row_group_rows=1, part_bytes=1)
        ) as writer:
            for table, count in parts.items():
                for row in numbered(0, count):
                    writer.write(table, batch_of([row]))
            self.parts: list[PartFile] = writer.close()

    def commit(self) -> None:
        self.transaction.commit(self.parts)

    def die(self) -> None:
        """Let go of what the system lets go of when a process ends."""
        self.transaction._release()


def ready_to_commit(lake: Path, mode: Mode) -> Run:
    """Return a run of projects, labels and segments (no rows).

    But for "error", one of projects, segments and key_frames is there.
    """
    if mode != "error":
        Run(lake, "append", projects=2, segments=1, key_frames=1).commit()
    for name in NOTES:
        (lake / name).parent.mkdir(parents=True, exist_ok=True)
        (lake / name).write_text("mine")
    return Run(lake, mode, projects=2, labels=1, segments=0)
