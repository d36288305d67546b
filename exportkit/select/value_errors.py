"""Refusals: errors about what was asked for, which name the nearest thing that can be."""

from __future__ import annotations

from collections.abc import Collection

from exportkit.tables.spelling import nearest_name

__all__ = ["unknown_name", "wrong_value"]


def unknown_name(what: str, name: object, known: Collection[str]) -> ValueError:
    """Return the error for a name that is none of `known`."""
    near = nearest_name(str(name), known)
    hint = f"did you mean {near!r}?" if near else f"known are {', '.join(known)}"
    return ValueError(f"there is no {what} {name!r}\nhint: {hint}")


def wrong_value(what: str, value: object, accepted: str) -> ValueError:
    """Return the error for a value that is none of its accepted forms."""
    shown = repr(value)
    if len(shown) > 80:  # noqa: PLR2004 - as long as a message may quote
        shown = f"{shown[:77]}..."
    return ValueError(f"{what} must be {accepted}, not {shown}")
