"""shapely as an optional dependency: a call that needs it says what to install where it is missing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from exportkit.errors import MissingDependencyError

__all__ = ["needing_shapely"]


@contextmanager
def needing_shapely(what: str) -> Iterator[None]:
    """Import modules that use shapely, on behalf of the public function `what`."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != "shapely":
            raise
        raise MissingDependencyError(
            f"{what} needs shapely", hint="pip install 'exportkit[geometry]'"
        ) from None
