"""URLs: taken apart, and written as servers take them.

What is no URL is a `ReadError` that quotes nothing of it: any part may be a secret.
"""

from __future__ import annotations

import base64
import re
from typing import NamedTuple
from urllib.parse import SplitResult, quote, unquote, urlsplit

from exportkit.errors import ReadError
from exportkit.place import Place, printable, without_signature

__all__ = ["Request", "parts_of", "request_of", "shown_reason"]

#: What a path and a query may hold as it is; a percent sign begins what is escaped already.
_PLAIN = "/%:@!$&'()*+,;=~?"
_SECRETS = re.compile(r"\?\S*|\S*@")
_REASON_CHARACTERS = 200


class Request(NamedTuple):
    """A web address in ASCII, and the headers that its user information asks for."""

    url: str
    headers: dict[str, str]


def parts_of(url: str) -> SplitResult:
    """Return the parts of a URL.

    Raises
    ------
    ReadError
        It is none: its host or port cannot be one.
    """
    try:
        parts = urlsplit(url.strip())
        _ = parts.port, parts.hostname
    except ValueError:  # its message quotes the host, which may be a password
        raise _malformed(url) from None
    return parts


def request_of(url: str) -> Request:
    """Return what to ask a server for; characters beyond ASCII, blanks and the like are escaped.

    Raises
    ------
    ReadError
        The URL has no host, or one that cannot be.
    """
    parts = parts_of(url)
    try:
        host = (parts.hostname or "").encode("ascii").decode()
    except UnicodeEncodeError:
        try:
            host = (parts.hostname or "").encode("idna").decode()
        except UnicodeError:
            raise _malformed(url) from None
    if not re.fullmatch(r"[\w.:%-]+", host, re.ASCII):
        raise _malformed(url)
    where = f"[{host}]" if ":" in host else host
    port = "" if parts.port is None else f":{parts.port}"
    query = f"?{_escaped(parts.query)}" if parts.query else ""
    headers = {}
    if parts.username is not None:
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(user.encode()).decode()}"
    return Request(f"{parts.scheme}://{where}{port}{_escaped(parts.path) or '/'}{query}", headers)


def _escaped(text: str) -> str:
    return quote(text, safe=_PLAIN, errors="surrogateescape")


def _malformed(url: str) -> ReadError:
    return ReadError(
        "the URL is malformed: its host or port cannot be one",
        place=Place(without_signature(url)),
        hint="a key or password in a URL needs its marks escaped, such as %2F for a slash",
    )


def shown_reason(reason: str) -> str:
    """Return what others say of a failure: one line, printable, not too long, no secrets of URLs."""
    text = _SECRETS.sub("", reason.partition("\n")[0])
    return printable(text[:_REASON_CHARACTERS])
