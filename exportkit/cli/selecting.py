"""Selecting on the command line: ``--param``, ``--where`` and ``--redact``, as the library takes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from exportkit.cli.usage import UsageError

__all__ = ["filters_of", "params_of", "redact_of"]

_METADATA = "metadata"
_SWITCH = {"true": True, "false": False}


def params_of(given: Sequence[str]) -> dict[str, Any]:
    """Return what ``--param`` says."""
    params: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if name.endswith("_ids"):
            if not _several(value):
                raise UsageError(f"--param {name} takes ids with commas between them, as {name}=A,B")
            params[name] = [*params.get(name, ()), *_several(value)]
        elif equals and value.lower() not in _SWITCH:
            raise UsageError(f"--param {name} must be true or false, not {value!r}")
        else:
            switch = _SWITCH[value.lower()] if equals else True
            if params.setdefault(name, switch) != switch:
                raise UsageError(f"--param {name} must be true or false, not both")
    return params


def filters_of(given: Sequence[str]) -> list[dict[str, Any]]:
    """Return what ``--where`` says, all of which must hold; a filter once per dictionary."""
    filters: list[dict[str, Any]] = []
    for text in given:
        name, value = _pair("--where", text)
        name, dot, field = name.partition(".")
        if name == _METADATA and dot:
            if not field:
                raise UsageError("--where metadata.NAME=VALUE needs the name of a metadata field")
            wanted: Any = {field: _several(value)}
        elif name.endswith("_at"):
            first, dots, last = value.partition("..")
            if not dots:
                raise UsageError(
                    f"--where {name} takes FROM..TO, either of which may be left out, not {value!r}"
                )
            wanted = [first or None, last or None]
        else:
            name, wanted = name + dot + field, _several(value)
        if not filters or name in filters[-1]:
            filters.append({})
        filters[-1][name] = wanted
    return filters


def redact_of(given: Sequence[str]) -> dict[str, str]:
    """Return what ``--redact`` says; a column has one way."""
    ways: dict[str, str] = {}
    for column, way in (_pair("--redact", text) for text in given):
        if ways.setdefault(column, way) != way:
            raise UsageError(f"--redact {column} must be {ways[column]} or {way}, not both")
    return ways


def _pair(option: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise UsageError(f"{option} takes NAME=VALUE, not {text!r}")
    return name, value


def _several(value: str) -> list[str]:
    """Return values that commas separate, or the lines of a file named after an @."""
    try:
        texts = Path(value[1:]).read_text("utf-8").splitlines() if value.startswith("@") else value.split(",")
    except UnicodeDecodeError:
        raise UsageError(f"the file {value[1:]} is no text in UTF-8") from None
    except OSError as error:
        raise UsageError(f"the file {value[1:]} cannot be read: {error.strerror}") from None
    return [text.strip() for text in texts if text.strip()]
