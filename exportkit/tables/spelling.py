"""Names that are nearly right: which of the known ones somebody may have meant, for hints."""

from __future__ import annotations

from collections.abc import Collection

__all__ = ["nearest_name"]


def nearest_name(name: str, known: Collection[str]) -> str | None:
    """Return the one of `known` that `name` may be misspelt for, None where none is near."""
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake pays for it

    return next(iter(get_close_matches(name, known, n=1)), None)
