"""Files of object stores, through the file systems of pyarrow, which is imported when a URL needs it."""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlunsplit

from exportkit.errors import ReadError
from exportkit.place import Place, without_signature
from exportkit.read.listing import glob_expression, in_directory, is_export, is_hidden, matching
from exportkit.read.stored_bytes import ByteReader, OpenedFile
from exportkit.read.urls import parts_of, shown_reason

if TYPE_CHECKING:
    from pyarrow import fs

__all__ = ["list_object_store", "open_object", "open_object_at"]

#: Bytes per request to a store: a request takes about 50 ms, whatever its size.
_REQUEST_BYTES = 8 * 2**20
_HINT_SCHEMES = "s3, gs, abfs, hdfs, https and file URLs can be read; a signed link begins with https"
_HINT_STORE = "check the name, the credentials and the network"
_MAGIC = re.compile(r"[*\[]")


def open_object(url: str) -> OpenedFile:
    """Open the object at `url`."""
    files, path = _file_system(url)
    info = _request(url, lambda: files.get_file_info(path))
    if info.type.name != "File":
        number = errno.EISDIR if info.type.name == "Directory" else errno.ENOENT
        raise OSError(number, os.strerror(number), without_signature(url))
    stream = _request(
        url, lambda: files.open_input_stream(path, compression=None, buffer_size=_REQUEST_BYTES)
    )
    version = None if info.mtime_ns is None else str(info.mtime_ns)
    return OpenedFile(_ObjectReader(stream, url), info.size, version, without_signature(url), seekable=True)


def open_object_at(url: str, start: int, end: int) -> ByteReader:
    """Open the bytes from `start` to `end` (exclusive) of the object at `url`."""
    import pyarrow as pa  # noqa: PLC0415  # heavy, and local files do without

    files, path = _file_system(url)
    file = _request(url, lambda: files.open_input_file(path))
    stream = pa.BufferedInputStream(file.get_stream(start, end - start), _REQUEST_BYTES)
    return _ObjectReader(stream, url)


def list_object_store(url: str, pass_over: Callable[[str], None]) -> list[str] | None:
    """Return the URLs of the files of a directory or glob, sorted; None if `url` is neither.

    Visible files of a directory that are no exports by their name go to `pass_over`. In a URL ``?`` begins
    the query and is no glob character.

    Raises
    ------
    ReadError
        The directory or glob has no files.
    """
    parts = parts_of(url)
    magic = _MAGIC.search(parts.path)
    if magic is None:
        files, path = _file_system(url)
        if _request(url, lambda: files.get_file_info(path)).type.name != "Directory":
            return None
        for other in _listed(url, lambda name: not is_hidden(name) and not is_export(name)):
            pass_over(without_signature(other))
        return in_directory(_listed(url, is_export), url, by_name=True)
    folder, _, _ = parts.path[: magic.start()].rpartition("/")
    expression = glob_expression(parts.path[len(folder) + 1 :])
    folder_url = urlunsplit(parts._replace(path=folder))
    found = _listed(folder_url, lambda name: not is_hidden(name) and bool(expression.fullmatch(name)))
    return matching(found, url)


def _listed(url: str, wanted: Callable[[str], bool]) -> list[str]:
    from pyarrow.fs import FileSelector  # noqa: PLC0415  # heavy, and local files do without

    files, folder = _file_system(url)
    selector = FileSelector(folder, recursive=True, allow_not_found=True)
    infos = _request(url, lambda: files.get_file_info(selector))
    start = len(folder.rstrip("/")) + 1
    names = sorted(info.path[start:] for info in infos if info.type.name == "File")
    parts = parts_of(url)
    above = parts.path.rstrip("/")
    return [urlunsplit(parts._replace(path=f"{above}/{quote(name)}")) for name in names if wanted(name)]


def _file_system(url: str) -> tuple[fs.FileSystem, str]:
    from pyarrow.fs import FileSystem  # noqa: PLC0415  # heavy, and local files do without

    try:
        files, path = FileSystem.from_uri(url)
    except (ValueError, NotImplementedError):  # the message holds the whole URL
        problem = "the URL is of a kind that cannot be read"
        raise ReadError(problem, place=Place(without_signature(url)), hint=_HINT_SCHEMES) from None
    except OSError as error:
        raise _refused(url, error) from None
    return files, path


def _request(url: str, send: Callable[[], Any]) -> Any:
    """Return the result of `send`; its errors name the object and hide the query of its URL."""
    try:
        return send()
    except FileNotFoundError:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), without_signature(url)) from None
    except OSError as error:
        raise _refused(url, error) from None


def _refused(url: str, error: OSError) -> ReadError:
    problem = f"the store refused: {shown_reason(str(error))}"
    return ReadError(problem, place=Place(without_signature(url)), hint=_HINT_STORE)


class _ObjectReader:
    """A stream of pyarrow whose errors name the object."""

    def __init__(self, stream: Any, url: str) -> None:
        self._stream = stream
        self._url = url

    def read(self, size: int, /) -> bytes:
        data: bytes = _request(self._url, lambda: self._stream.read(size))
        return data

    def close(self) -> None:
        self._stream.close()
