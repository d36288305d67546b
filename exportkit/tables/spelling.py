"""Spelling: the known name that a misspelt one probably stands for, for hints."""

from __future__ import annotations

from collections.abc import Collection

__all__ = ["nearest_name"]


def nearest_name(name: str, known: Collection[str]) -> str | None:
    """Return the name in `known` that is most similar to `name`; None if none is."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a misspelt name needs it

    return next(iter(get_close_matches(name, known, n=1)), None)
