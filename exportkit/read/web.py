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
from exportkit.read.urls import request_of, shown_reason

__all__ = ["open_web"]

#: A server may be silent for this long.
_TIMEOUT_SECONDS = 60
#: Digits of the largest size that there is.
_MAX_SIZE_DIGITS = 19
_HINT_LINK = "links expire after a while; request a new one"
_HINT_AGAIN = "try again, or download the file first"
#: Errors of a connection that cannot be made, or breaks; `ValueError` comes of what a server sends.
_BREAKS = (OSError, http.client.HTTPException, ValueError)


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
    asked = request_of(url)
    request = urllib.request.Request(asked.url, headers={"Accept-Encoding": "identity"})  # noqa: S310  # the scheme is checked
    for header, value in asked.headers.items():
        request.add_unredirected_header(header, value)
    try:
        response = urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS)  # noqa: S310  # the scheme is checked
    except urllib.error.HTTPError as error:
        error.close()
        if error.code in {http.client.NOT_FOUND, http.client.GONE}:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), name) from None
        # Not the reason that the server gives: it may hold anything.
        problem = f"the server answers {error.code} {http.client.responses.get(error.code, '')}".rstrip()
        raise ReadError(problem, place=Place(name), hint=_HINT_LINK) from None
    except _BREAKS as error:
        problem = f"the server cannot be reached: {_reason(error)}"
        raise ReadError(problem, place=Place(name), hint=_HINT_AGAIN) from None
    headers = response.headers
    size = headers.get("Content-Length")
    version = headers.get("ETag") or headers.get("Last-Modified")
    is_size = size is not None and size.isdecimal() and len(size) <= _MAX_SIZE_DIGITS
    size_bytes = int(size) if is_size else None
    return OpenedFile(_WebReader(response, name, size_bytes), size_bytes, version, name, seekable=False)


def _reason(error: Exception) -> str:
    """Return why a connection failed; what the server sent is not quoted."""
    inner = getattr(error, "reason", error)
    if isinstance(inner, OSError) and str(inner):
        return shown_reason(inner.strerror or str(inner))
    return type(inner).__name__ if isinstance(inner, Exception) else shown_reason(str(inner))


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
            raise self._broken(f"the connection broke: {_reason(error)}") from None
        if self._missing is not None:
            self._missing -= len(data)
            if not data and size and self._missing > 0:
                raise self._broken(f"the connection ended {self._missing} bytes too early")
        return data

    def close(self) -> None:
        self._response.close()

    def _broken(self, problem: str) -> ReadError:
        return ReadError(problem, place=Place(self._name), hint=_HINT_AGAIN)
