"""Corpora as files: takes a shape and a size, gives a path; a file is made once and kept."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from pathlib import Path

from benchmarks.corpora import LONG_LINES, generate

__all__ = ["CorpusFiles"]

SEED = 1
#: The fast level, with which exports are compressed when time matters.
GZIP_LEVEL = 1
MB = 10**6


class CorpusFiles:
    """Corpora in a folder.

    Parameters
    ----------
    folder : Path, optional
        Where the files stay; the folder for temporary files by default.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(tempfile.gettempdir()) / "exportkit-corpora"
        self.folder.mkdir(parents=True, exist_ok=True)

    def plain(self, shape: str, size_bytes: int) -> Path:
        """Return an export of this shape and at least this size, or with so many members in its line."""
        size = f"{size_bytes}" if shape in LONG_LINES else f"{size_bytes / MB:g}MB"
        path = self.folder / f"{shape}-{size}-seed{SEED}.ndjson"
        if not path.exists():
            unfinished = path.with_suffix(".part")
            with unfinished.open("wb") as file:
                file.writelines(generate(shape, size_bytes, seed=SEED))
            unfinished.rename(path)
        return path

    def compressed(self, shape: str, size_bytes: int) -> Path:
        """Return the same export, compressed with gzip."""
        plain = self.plain(shape, size_bytes)
        path = plain.with_suffix(".ndjson.gz")
        if not path.exists():
            unfinished = path.with_suffix(".part")
            with plain.open("rb") as source, gzip.open(unfinished, "wb", GZIP_LEVEL) as file:
                shutil.copyfileobj(source, file, 2**20)
            unfinished.rename(path)
        return path

    def lines(self, shape: str, count: int) -> Path:
        """Return an export of so many lines."""
        path = self.folder / f"{shape}-{count}lines-seed{SEED}.ndjson"
        if not path.exists():
            made = generate(shape, 10**12, seed=SEED)
            path.write_bytes(b"".join(next(made) for _ in range(count)))
        return path
