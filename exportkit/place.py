"""Places: which input a line came from, and where it stands in it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

__all__ = ["Place", "Source", "without_signature"]


@dataclass(frozen=True, slots=True)
class Source:
    """One input: what names it in tables, errors and reports.

    Attributes
    ----------
    uri : str
        Path or URL without query and fragment (they may hold a signature); ``stdin:`` or
        ``stream:`` for inputs without a name.
    export_id : str
        Name of the input in every table; stable as long as the input is the same.
    size : int or None
        Stored (compressed) size in bytes; None where the input does not say.
    """

    uri: str
    export_id: str
    size: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a line stands.

    Attributes
    ----------
    source_uri : str
        `Source.uri`.
    line : int or None
        Line number from 1; the element's ordinal in a JSON array.
    byte_offset : int or None
        Offset of the line's first byte in the decompressed input; None where it is not known.
    """

    source_uri: str
    line: int | None = None
    byte_offset: int | None = None

    def __str__(self) -> str:
        parts = [self.source_uri]
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.byte_offset is not None:
            parts.append(f"byte {self.byte_offset}")
        return ", ".join(parts)


def without_signature(uri: str) -> str:
    """Return `uri` without user information, query and fragment; plain paths come back unchanged."""
    if "://" not in uri:
        return uri
    parts = urlsplit(uri)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
