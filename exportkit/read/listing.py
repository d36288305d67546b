"""Listing: the names under a directory that are exports, and the names that a glob matches."""

from __future__ import annotations

import re

from exportkit.errors import ReadError
from exportkit.place import Place, without_signature

__all__ = ["glob_expression", "in_directory", "is_export", "is_hidden", "matching"]

_LOOKED_FOR = "*.ndjson, *.jsonl and *.json, plain or with .gz, .zst, .bz2 or .xz"
_HINT_NAMES = "hidden files are left out; name a file itself if it has another ending"
_HINT_BYTES = (
    "hidden files, copies and half downloads are left out; name a file itself to learn what it is taken for"
)
_HINT_GLOB = "put the pattern in quotes to keep the shell from expanding it; ** stands for any directories"
_EXPORT = re.compile(r"\.(?:ndjson|jsonl|json)(?:\.(?:gz|zst|bz2|xz))?\Z", re.IGNORECASE)
_GLOB_SYMBOLS = re.compile(r"(\*\*/|\*|\[[^\]]+\])")


def is_hidden(name: str) -> bool:
    """Return whether the file `name`, or a directory on its path, begins with a dot."""
    return any(step.startswith(".") for step in name.split("/"))


def is_export(name: str) -> bool:
    """Return whether `name`, a path relative to a directory, is a visible file of an export."""
    return not is_hidden(name) and _EXPORT.search(name) is not None


def glob_expression(pattern: str) -> re.Pattern[str]:
    """Return a glob as a regular expression: ``*`` and ``[...]`` stay within a name, ``**/`` does not."""
    expression = ""
    for symbol in _GLOB_SYMBOLS.split(pattern):
        if symbol == "**/":
            expression += "(?:[^/]+/)*"
        elif symbol == "*":
            expression += "[^/]*"
        elif symbol.startswith("[") and symbol.endswith("]"):
            expression += symbol.replace("[!", "[^", 1).replace("\\", r"\\")
        else:
            expression += re.escape(symbol)
    return re.compile(expression)


def in_directory(found: list[str], location: str, *, by_name: bool) -> list[str]:
    """Return the files `found` in a directory, by their names alone or by their bytes too.

    Raises
    ------
    ReadError
        There are none.
    """
    if not found:
        problem = f"looked for {_LOOKED_FOR}" if by_name else "no file in it begins as an export does"
        hint = _HINT_NAMES if by_name else _HINT_BYTES
        place = Place(without_signature(location))
        raise ReadError(f"no export found: {problem}", place=place, hint=hint)
    return found


def matching(found: list[str], location: str) -> list[str]:
    """Return the files `found` for a glob; raise `ReadError` if there are none."""
    if not found:
        raise ReadError("no file matches", place=Place(without_signature(location)), hint=_HINT_GLOB)
    return found
