"""Storage: what writers, commits and readers need of the place where a lake lies.

Every kind of storage can do what `Storage` says. What only directories of an operating system can do (rename,
lock, flush to disk) stands in `LocalStorage`, and only what is written for directories asks for it.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol

from msgspec import Struct

from exportkit.place import Place

__all__ = ["Entry", "Storage"]


class Entry(Struct, frozen=True, order=True):
    """One name in a directory.

    Attributes
    ----------
    name : str
        The name, without directories.
    kind : {"file", "directory", "link", "other"}
        What the name leads to; links are followed. ``"link"`` is a link that leads to neither a regular file
        nor a directory, ``"other"`` a pipe, a socket or a device.
    """

    name: str
    kind: Literal["file", "directory", "link", "other"]


class Storage(Protocol):
    """The files below one destination; all paths are relative to it, and "" is the destination itself."""

    def locate(self, path: str) -> str:
        """Return the full path or URL by which libraries open `path`."""

    def show(self, path: str = "") -> str:
        """Return `path` as messages and reports name it."""

    def place(self, path: str = "") -> Place:
        """Return `path` as the place of an error."""

    def failing_as(self, action: str, path: str) -> AbstractContextManager[None]:
        """Turn what the system or Arrow raises inside into an error: cannot `action`, and why."""

    def entries(self, path: str) -> list[Entry]:
        """Return the names in a directory, sorted; none when there is no directory."""

    def size(self, path: str) -> int | None:
        """Return the bytes of a file; None where there is none."""

    def open_input(self, path: str) -> Any:
        """Return a random-access reader of a file, as Arrow takes it."""

    def open_output(self, path: str, *, shown_as: str | None = None) -> Any:
        """Return a stream that writes a new file, as Arrow takes it; errors name `shown_as`."""

    def delete_file(self, path: str) -> None:
        """Delete a file; nothing happens when it is not there."""
