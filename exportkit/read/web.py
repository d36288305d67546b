"""Files behind http and https links, such as the signed link of an export."""

from __future__ import annotations

import errno
import http.client
import os
import urllib.error
import urllib.request

from exportkit.errors import ReadError
from exportkit.place import Place, without_signature
from exportkit.read.stored_bytes import OpenedFile

__all__ = ["open_web"]

#: A server may be silent for this long.
_TIMEOUT_SECONDS = 60
_HINT_LINK = "links expire after a while; request a new one"
_HINT_AGAIN = "try again, or download the file first"
#: Errors of a connection that cannot be made, or breaks.
_BREAKS = (OSError, http.client.HTTPException)


def open_web(url: str) -> OpenedFile:
    """Open the file behind `url`, an http or https URL, to be read once from its start.

    Raises
    ------
    FileNotFoundError
        The server answers 404 or 410.
    ReadError
        The server answers with another error, or cannot be reached.
    """
    name = without_signature(url)
    request = urllib.request.Request(url, headers={"Accept-Encoding": "identity"})  # noqa: S310  # the scheme is checked
    try:
        response = urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS)  # noqa: S310  # the scheme is checked
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in {http.client.NOT_FOUND, http.client.GONE}:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name) from None
        problem = f"the server answers {error.code} {error.reason}"
        raise ReadError(problem, place=Place(name), hint=_HINT_LINK) from None
    except _BREAKS as error:
        reason = getattr(error, "reason", None) or error
        problem = f"the server cannot be reached: {reason}"
        raise ReadError(problem, place=Place(name), hint=_HINT_AGAIN) from None
    headers = response.headers
    size = headers.get("Content-Length")
    version = headers.get("ETag") or headers.get("Last-Modified")
    size_bytes = int(size) if size is not None and size.isdecimal() else None
    return OpenedFile(_WebReader(response, name, size_bytes), size_bytes, version, name, seekable=False)


class _WebReader:
    """A response that raises `ReadError` if it ends too early."""

    def __init__(self, response: http.client.HTTPResponse, name: str, size: int | None) -> None:
        self._response = response
        self._name = name
        self._missing = size

    def read(self, size: int, /) -> bytes:
        try:
            data = self._response.read(size)
        except _BREAKS as error:
            reason = str(error) or type(error).__name__
            raise self._broken(f"the connection broke: {reason}") from None
        if self._missing is not None:
            self._missing -= len(data)
            if not data and size and self._missing > 0:
                raise self._broken(f"the connection ended {self._missing} bytes too early")
        return data

    def close(self) -> None:
        self._response.close()

    def _broken(self, problem: str) -> ReadError:
        return ReadError(problem, place=Place(self._name), hint=_HINT_AGAIN)
