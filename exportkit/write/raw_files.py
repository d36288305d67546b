"""Raw files: values too long for a column, each whole in a file of its own beside the parts of its table.

Takes a value in chunks, gives the name by which a row of the table can refer to it. Holds one chunk. A raw
file becomes visible with its run, like the run's parts. Does not know rows.
"""

from __future__ import annotations

from collections.abc import Iterable

from exportkit.lakes import PartFile, Staging

__all__ = ["RawFiles"]


class RawFiles:
    """The raw files of one table and one worker.

    Parameters
    ----------
    staging : Staging
        Where the run gathers its files.
    table : str
        One of the tables of `staging`.
    worker : int
        Ordinal of the writing worker in the run, from 0; no two may share one.

    Attributes
    ----------
    files : list of PartFile
        The files that are complete.
    """

    def __init__(self, staging: Staging, table: str, *, worker: int = 0) -> None:
        self._staging = staging
        self._table = table
        self._worker = worker
        self.files: list[PartFile] = []

    def write(self, chunks: Iterable[bytes]) -> str:
        """Write one value into a file, and return the file's name in the directory of its table.

        Raises
        ------
        WriteError
            The file cannot be written; it is not among `files` then.
        """
        name = self._staging.raw_name(self._worker, len(self.files))
        path, waiting = f"{self._table}/{name}", self._staging.waiting_part(self._table, name)
        storage, size = self._staging.storage, 0
        with (
            storage.open_output(waiting, shown_as=path) as stream,
            storage.failing_as("write the file", path),
        ):
            for chunk in chunks:
                stream.write(chunk)
                size += len(chunk)
            stream.close()
        self.files.append(PartFile(self._table, storage.show(path), 0, size))
        return name
