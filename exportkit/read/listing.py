"""Which names under a directory are exports, and which names a glob means."""

from __future__ import annotations

import re

from exportkit.errors import ReadError
from exportkit.place import Place, without_signature

__all__ = ["glob_expression", "in_directory", "is_export", "is_hidden", "matching"]

_LOOKED_FOR = "*.ndjson, *.jsonl and *.json, plain or with .gz, .zst, .bz2 or .xz"
_HINT_DIRECTORY = "hidden files are left out; a file of another name can be given by itself"
_HINT_GLOB = "put the pattern in quotes if the shell should leave it alone; ** stands for any directories"
_EXPORT = re.compile(r"\.(?:ndjson|jsonl|json)(?:\.(?:gz|zst|bz2|xz))?\Z", re.IGNORECASE)
_GLOB_PARTS = re.compile(r"(\*\*/|\*|\[[^\]]+\])")


def is_hidden(name: str) -> bool:
    """Tell whether the file `name`, or a directory on the way to it, begins with a dot."""
    return any(part.startswith(".") for part in name.split("/"))


def is_export(name: str) -> bool:
    """Tell whether `name`, relative to a directory with ``/`` between, is a visible file of an export."""
    return not is_hidden(name) and _EXPORT.search(name) is not None


def glob_expression(pattern: str) -> re.Pattern[str]:
    """Return what names a glob means: ``*`` and ``[...]`` stay within a part, ``**/`` is any parts."""
    expression = ""
    for part in _GLOB_PARTS.split(pattern):
        if part == "**/":
            expression += "(?:[^/]+/)*"
        elif part == "*":
            expression += "[^/]*"
        elif part.startswith("[") and part.endswith("]"):
            expression += part.replace("[!", "[^", 1).replace("\\", r"\\")
        else:
            expression += re.escape(part)
    return re.compile(expression)


def in_directory(found: list[str], location: str) -> list[str]:
    """Return the files `found` in a directory, or raise `ReadError` when there are none."""
    if not found:
        problem = f"no export found: looked for {_LOOKED_FOR}"
        raise ReadError(problem, place=Place(without_signature(location)), hint=_HINT_DIRECTORY)
    return found


def matching(found: list[str], location: str) -> list[str]:
    """Return the files `found` for a glob, or raise `ReadError` when there are none."""
    if not found:
        raise ReadError("no file matches", place=Place(without_signature(location)), hint=_HINT_GLOB)
    return found
