"""Parameters that commands share: what they are called, what they say of themselves, how they are read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

from cyclopts import Parameter, Token

__all__ = [
    "STANDARD_INPUT",
    "Json",
    "MaxCompressionRatio",
    "MaxRejects",
    "Quiet",
    "Sources",
    "Tables",
    "named_sources",
]

#: What ``-`` is called while arguments are read, since a word that begins with ``-`` is an option.
STANDARD_INPUT = "stdin:"


def named_sources(paths: Sequence[str]) -> list[str]:
    """Return sources as the library takes them."""
    return ["-" if path == STANDARD_INPUT else path for path in paths]


def _names(_: Any, tokens: Sequence[Token]) -> list[str]:
    """Read names that commas separate."""
    return [name.strip() for token in tokens for name in token.value.split(",") if name.strip()]


def _limit(kind: Callable[[str], Any]) -> Callable[[Any, Sequence[Token]], Any]:
    """Return what reads a number of a kind, or ``none``."""

    def read(_: Any, tokens: Sequence[Token]) -> Any:
        (token,) = tokens
        if token.value == "none":
            return None
        try:
            return kind(token.value)
        except ValueError:
            raise ValueError("it must be a number or none") from None

    return read


Sources = Annotated[str, Parameter(name="SOURCE", help="Exports to read; - is standard input.")]
Tables = Annotated[
    list[str] | None,
    Parameter(
        converter=_names,
        negative="",
        n_tokens=1,
        metavar="A,B,...",
        help="Only these tables. Default: all fourteen.",
    ),
]
MaxRejects = Annotated[
    int | None,
    Parameter(
        converter=_limit(int), n_tokens=1, metavar="N", help="Bad lines after which the run stops, or none."
    ),
]
MaxCompressionRatio = Annotated[
    float | None,
    Parameter(
        converter=_limit(float),
        n_tokens=1,
        metavar="N",
        help="Times that compressed input may expand before it is taken for a bomb, or none.",
    ),
]
Quiet = Annotated[bool, Parameter(negative="", show_default=False, help="Show no progress and no summary.")]
Json = Annotated[
    bool, Parameter(name="--json", negative="", show_default=False, help="Print one JSON object.")
]
