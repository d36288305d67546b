"""Recognised: whether the bytes of a file, whatever its name, are those of an export."""

from __future__ import annotations

import os
import re
import stat

from exportkit.errors import ReadError
from exportkit.read.compression import compression_of, decompressed
from exportkit.read.local_files import open_local_at
from exportkit.read.stored_bytes import StoredBytes

__all__ = ["shows_rows"]

_HEAD_BYTES = 64 * 1024
_LEADING = b"\xef\xbb\xbf \t\r\n"
#: Keys of a row, of a row in a string, and of a label of Export V1.
_KEY = re.compile(rb'\\?"data_row\\?"\s*:|"(?:DataRow ID|Labeled Data)"\s*:')
#: The first line of an Export V1 as CSV.
_HEADER = re.compile(rb"[^\n{]*\bDataRow ID\b")
#: Copies, and downloads that are not complete: reading them would double an export, or half of it.
_COPY = re.compile(r"(?:~|\.(?:bak|tmp|part|partial|crdownload|download|swp))\Z", re.IGNORECASE)


def shows_rows(path: str) -> bool:
    """Return whether a local file begins as exports do; a copy or half a download is taken for none."""
    name = os.path.basename(path)  # noqa: PTH119  # a name may be any bytes
    if _COPY.search(name) or name.startswith("_"):
        return False
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116  # as above; opening a pipe would wait
            return False
        with open_local_at(path, 0) as file:
            stored = StoredBytes(file, path, head_bytes=_HEAD_BYTES)
            compression = compression_of(stored.head)
            head = stored.head
            if compression is not None:
                head = next(decompressed(stored, compression, path, chunk_bytes=_HEAD_BYTES), b"")
    except (OSError, ReadError):
        return False
    text = head.lstrip(_LEADING)
    return (text[:1] in b'{["' and _KEY.search(text) is not None) or _HEADER.match(text) is not None
