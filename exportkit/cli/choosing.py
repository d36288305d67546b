"""Choosing on the command line: parts, rows, labels and what is disguised, one option for each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

__all__ = ["Labels", "Params", "Redact", "Where", "filters_of", "params_of", "redact_of"]

Params = Annotated[
    list[str] | None,
    Parameter(
        name="--param",
        negative="",
        metavar="NAME[=VALUE]",
        help="Keep this part of a row, in the platform's words: attachments, label_details, "
        "project_ids=A,B. Repeat it. Default: all parts; with it, only those named.",
    ),
]
Where = Annotated[
    list[str] | None,
    Parameter(
        name="--where",
        negative="",
        metavar="NAME=VALUE",
        help="Keep only data rows for which this holds: workflow_status=Done, data_row_ids=A,B or =@FILE, "
        "last_activity_at=FROM..TO, metadata.NAME=VALUE. Repeat it: all must hold.",
    ),
]
Labels = Annotated[
    Literal["all", "latest", "latest_not_skipped", "selected", "benchmark"],
    Parameter(help="Which labels of a data row in a project to keep."),
]
Redact = Annotated[
    list[str] | None,
    Parameter(
        name="--redact",
        negative="",
        metavar="COLUMN=HOW",
        help="Disguise a column: hash (its key is in EXPORTKIT_REDACT_KEY), omit or strip_query. Repeat it.",
    ),
]

_METADATA = "metadata."
_SWITCH = {"true": True, "false": False}


def params_of(given: Sequence[str] | None) -> dict[str, Any] | None:
    """Return what ``--param`` says; None where it says nothing."""
    if given is None:
        return None
    params: dict[str, Any] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if name.endswith("_ids"):
            params[name] = [*params.get(name, ()), *_several(value)]
        elif equals and value.lower() not in _SWITCH:
            raise ValueError(f"--param {name} must be true or false, not {value!r}")
        else:
            params[name] = _SWITCH[value.lower()] if equals else True
    return params


def filters_of(given: Sequence[str] | None) -> dict[str, Any]:
    """Return what ``--where`` says, a filter that is repeated with all its values."""
    filters: dict[str, Any] = {}
    for text in given or ():
        name, value = _pair("--where", text)
        if name.startswith(_METADATA):
            filters.setdefault("metadata", {})[name.removeprefix(_METADATA)] = value
        elif name.endswith("_at"):
            first, dots, last = value.partition("..")
            if not dots:
                raise ValueError(
                    f"--where {name} takes FROM..TO, either of which may be left out, not {value!r}"
                )
            filters[name] = [first or None, last or None]
        else:
            filters[name] = [*filters.get(name, ()), *_several(value)]
    return filters


def redact_of(given: Sequence[str] | None) -> dict[str, str]:
    """Return what ``--redact`` says."""
    return dict(_pair("--redact", text) for text in given or ())


def _pair(option: str, text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise ValueError(f"{option} takes NAME=VALUE, not {text!r}")
    return name, value


def _several(value: str) -> list[str]:
    """Return values that commas separate, or the lines of a file named after an @."""
    texts = Path(value[1:]).read_text("utf-8").splitlines() if value.startswith("@") else value.split(",")
    return [text.strip() for text in texts if text.strip()]
