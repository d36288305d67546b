"""Places: the input of a line, and its position in that input."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from msgspec import Struct, field

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

#: Characters of a name that a message shows.
NAME_CHARACTERS = 200
_HOST_AND_PORT = re.compile(r"(?:\[[0-9a-fA-F:.]*\]|[^:\[\]]+)(?::\d+)?")

__all__ = [
    "LineBlock",
    "LinePlaces",
    "MemberChunk",
    "MemberRun",
    "Members",
    "Place",
    "Source",
    "StoredLine",
    "in_unicode",
    "printable",
    "shortened",
    "without_signature",
]


class Source(Struct, frozen=True):
    """One input, as tables, errors and reports name it.

    Attributes
    ----------
    uri : str
        Path or URL without query and fragment, which may hold a signature; ``stdin:``, ``stream:`` or
        ``rows:`` (rows in memory) for inputs without a name.
    export_id : str
        Id of the input in every table; the same as long as the input does not change.
    size : int or None
        Stored (compressed) size in bytes; None if it is not known.
    export_version : str
        ``v2``, or ``v1`` if the lines were upgraded from Export V1.
    """

    uri: str
    export_id: str
    size: int | None = None
    export_version: str = "v2"


class Place(Struct, frozen=True):
    """The place of a line.

    Attributes
    ----------
    source_uri : str
        `Source.uri`.
    line : int or None
        Line number from 1; the row's ordinal where rows do not have one line each, and of rows in memory.
    byte_offset : int or None
        Offset of the line's first byte in the decompressed input; None if it is not known.
    """

    source_uri: str
    line: int | None = None
    byte_offset: int | None = None

    def __str__(self) -> str:
        parts = [printable(shortened(self.source_uri))]
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.byte_offset is not None:
            parts.append(f"byte {self.byte_offset}")
        return ", ".join(parts)


class LineBlock(Struct, frozen=True):
    """Consecutive whole lines of an input.

    Attributes
    ----------
    data : bytes
        The lines; the last line of the input may lack its newline.
    line : int
        Number of the first line, from 1; blank lines count.
    offset : int or None
        Byte offset of `data` in the decompressed input; None for elements of a JSON array, and for rows in
        memory.
    """

    data: bytes
    line: int
    offset: int | None


class StoredLine(Struct, frozen=True):
    """A line that is too long to hold, as a range of an uncompressed file.

    Attributes
    ----------
    uri : str
        The file: the input itself, or a temporary copy of the line. May hold a signature: never show it.
    start, end : int
        Byte range of the line in that file, without its line end.
    line : int
        Physical line number from 1; the row's ordinal where rows do not have one line each.
    offset : int or None
        Byte offset of the line in the decompressed input; None for an element of a JSON array.
    is_temporary : bool
        Whether the file was made for this line, and is removed once the line is converted.
    """

    uri: str
    start: int
    end: int
    line: int
    offset: int | None
    is_temporary: bool = False


class MemberRun(Struct, frozen=True):
    """Where consecutive members of one object or array of a long line lie.

    Attributes
    ----------
    first, count : int
        Ordinal of the first member, from 0, and how many there are.
    start, end : int
        Byte range in the line: the members with the commas between them.
    """

    first: int
    count: int
    start: int
    end: int


class Members(Struct):
    """Where the members of one object or array of a long line lie.

    Attributes
    ----------
    path : tuple of str and int
        Keys and indexes that lead from the line to the object or array.
    is_object : bool
        Whether it is an object, so that its members begin with keys.
    named_at : int
        Where it begins as a member of what is around it: its key, or the white space before it.
    start, end : int
        Byte range in the line between its brackets; the end is known once it was read.
    parts : list of MemberRun and Members
        Its members in order: runs of them, and those that were entered.
    above : Members or None
        The object or array around it; None for the line.
    """

    path: tuple[str | int, ...] = ()
    is_object: bool = True
    named_at: int = 0
    start: int = 0
    end: int = 0
    parts: list[MemberRun | Members] = field(default_factory=list)
    above: Members | None = None


class MemberChunk(Struct, frozen=True):
    """Consecutive members of one object or array of a long line.

    Attributes
    ----------
    within : Members
        The object or array.
    run : MemberRun
        Where they lie in the line.
    data : bytes
        The members with the commas between them; empty for an empty object or array.
    """

    within: Members
    run: MemberRun
    data: bytes

    @property
    def path(self) -> tuple[str | int, ...]:
        """Keys and indexes that lead from the line to the object or array."""
        return self.within.path

    @property
    def first(self) -> int:
        """Ordinal of the first member, from 0."""
        return self.run.first


class LinePlaces(Struct, frozen=True):
    """The places of the lines of a block, without the blank lines.

    Attributes
    ----------
    lines : ndarray of int64, shape (n,)
        Line numbers from 1; blank lines count.
    starts, lengths : ndarray of int64, shape (n,)
        Position of each line in the block, and its length without its line end, in bytes.
    blanks : int
        Number of blank lines in the block.
    plain : bool
        Whether decoding the block at once is proven to give one value per line.
    """

    lines: npt.NDArray[np.int64]
    starts: npt.NDArray[np.int64]
    lengths: npt.NDArray[np.int64]
    blanks: int
    plain: bool


def without_signature(uri: str) -> str:
    """Return `uri` without user information, query and fragment; plain paths come back unchanged.

    A URL need not be well formed. A key or password may hold the marks that end it (``s3://KEY:SEC/RET@bucket``):
    where user information may go on behind one, all up to the last ``@`` is left out.
    """
    scheme, mark, rest = uri.partition("://")
    if not mark:
        return uri
    user, at_sign, host = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")
    if "@" in rest and (":" in user if at_sign else not _is_host(host, scheme)):
        rest = rest.rpartition("@")[2]
    elif at_sign:
        rest = rest[len(user) + 1 :]
    host, slash, path = re.split(r"[?#]", rest, maxsplit=1)[0].partition("/")
    if not _is_host(host, scheme):  # a password whose end is missing
        host = host.partition(":")[0]
    return f"{scheme}://{host}{slash}{path}"


def _is_host(host: str, scheme: str) -> bool:
    """Return whether a colon in `host` begins a port or is in an address; buckets have neither."""
    is_web = scheme.lower() in {"http", "https"}
    return ":" not in host or (is_web and _HOST_AND_PORT.fullmatch(host) is not None)


#: Half of a character, which stands for no byte either.
_HALF = re.compile("[\ud800-\udc7f\udd00-\udfff]")


def in_unicode(path: str) -> str:
    r"""Return a path as text that can be written; bytes that are no UTF-8 become ``\xe9`` and the like."""
    halves = _HALF.sub(lambda found: ascii(found[0])[1:-1], path)
    return halves.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def shortened(name: str) -> str:
    """Return a name as messages show it: without its middle where it is long."""
    if len(name) <= NAME_CHARACTERS:
        return name
    return f"{name[: NAME_CHARACTERS // 2 - 1]}…{name[-NAME_CHARACTERS // 2 :]}"


def printable(text: str) -> str:
    """Return `text` on one line, without what a terminal obeys; bytes that are no UTF-8 are escapes."""
    return text if text.isprintable() else "".join(map(_shown_character, in_unicode(text)))


def _shown_character(one: str) -> str:
    return one if one.isprintable() else ascii(one)[1:-1]
