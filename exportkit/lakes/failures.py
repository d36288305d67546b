"""Failures: what the operating system refuses, said as an error of exportkit with place, reason and hint."""

from __future__ import annotations

import errno
import os
from typing import TypeVar

from exportkit.errors import ExportkitError, WriteError
from exportkit.place import Place

__all__ = ["failure"]

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
