"""Spools: long lines of inputs that cannot be read twice, kept in temporary files while they are needed.

Takes the chunks of a line, gives the file in which they lie. Whoever converts the line removes its file, in
whichever process that is; what is left when the run ends goes with the directory.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Self

from exportkit.errors import ReadError
from exportkit.json_text import JSON_SPACE
from exportkit.place import StoredLine

if TYPE_CHECKING:
    from tempfile import TemporaryDirectory

__all__ = ["Spool", "let_go"]


class Spool:
    """A directory for long lines that is made for the first and removed with the last; a context manager.

    Disk: the lines that are being converted, and those that wait to be.
    """

    def __init__(self) -> None:
        self._directory: TemporaryDirectory[str] | None = None
        self._kept = 0

    def keep(self, chunks: Iterable[bytes], line: int, offset: int | None) -> StoredLine:
        """Write a line to a file and return where it lies.

        An element of an array, which has no offset, lies there without the white space around it.

        Raises
        ------
        ReadError
            There is no room for it.
        """
        try:
            if self._directory is None:
                self._directory = _directory()
            self._kept += 1
            path = Path(self._directory.name) / f"line-{self._kept}.json"
            with path.open("wb") as file:
                start, end, size = _written(file, chunks)
        except OSError as error:
            raise ReadError(
                f"a line of the input does not fit into the directory for temporary files: {error.strerror}",
                hint="set TMPDIR to a directory with room for the longest line",
            ) from error
        if offset is not None:
            start, end = 0, size
        return StoredLine(str(path), start, end, line, offset, is_temporary=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._directory is not None:
            self._directory.cleanup()


def _directory() -> TemporaryDirectory[str]:
    from tempfile import TemporaryDirectory  # noqa: PLC0415 - which only a long line of a stream needs

    return TemporaryDirectory(prefix="exportkit-", ignore_cleanup_errors=True)


def _written(file: BinaryIO, chunks: Iterable[bytes]) -> tuple[int, int, int]:
    """Write `chunks`; return where what is no white space begins and ends, and how much there is in all."""
    start: int | None = None
    end = size = 0
    for chunk in chunks:
        shown = len(chunk.rstrip(JSON_SPACE))
        if shown:
            end = size + shown
            start = size + len(chunk) - len(chunk.lstrip(JSON_SPACE)) if start is None else start
        size += file.write(chunk)
    return start or 0, end, size


def let_go(stored: StoredLine) -> None:
    """Remove the file of a line that was converted, if it was made for it."""
    if stored.is_temporary:
        Path(stored.uri).unlink(missing_ok=True)
