"""Failures: what the operating system refuses, said as an error of exportkit with place, reason and hint."""

from __future__ import annotations

import errno
import os
from typing import TypeVar

from exportkit.errors import ExportkitError, OptionError, WriteError
from exportkit.place import Place, without_signature

__all__ = ["failure", "path_of_destination"]

_HINTS = {
    errno.ENOSPC: "free space on that disk, or choose a destination on another one",
    errno.EDQUOT: "free some of the quota, or choose another destination",
    errno.EACCES: "choose a destination that this user may write to",
    errno.EPERM: "choose a destination that this user may write to",
    errno.EROFS: "choose a destination on a disk that is not read-only",
}

Kind = TypeVar("Kind", bound=ExportkitError)


def failure(kind: type[Kind], action: str, place: Place, error: Exception) -> Kind:
    """Return an error of class `kind` that says "cannot `action`", where, and why."""
    number = getattr(error, "errno", None)
    reason = os.strerror(number) if number else str(error).partition("\n")[0]
    hint = _HINTS.get(number or 0) if kind is WriteError else None
    return kind(f"cannot {action}: {reason}", place=place, hint=hint)


def path_of_destination(destination: object) -> str:
    """Return a destination as text.

    Raises
    ------
    TypeError
        It is neither text nor a path of text.
    OptionError
        It is empty, or holds a NUL, which ends a name for the system.
    """
    text = os.fspath(destination) if isinstance(destination, os.PathLike) else destination
    if not isinstance(text, str):
        raise TypeError(f"a destination is a path or a URL as text, not {type(text).__name__}")
    if not text:
        raise OptionError("destination", "the destination is empty; '.' is the current directory")
    if "\0" in text:
        raise OptionError("destination", f"no path holds a NUL character: {without_signature(text)!r}")
    return text
