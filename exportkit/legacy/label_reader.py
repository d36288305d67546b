"""The label reader: the labels of an Export V1 file, one after the other.

Takes a binary stream of JSON: an array of labels, labels one after the other (one per line or not), or a
single label. Gives each label with its ordinal. Knows of a label only what distinguishes it from a row of
Export V2.

Memory: one label at a time. ijson parses; numbers are ``int`` and ``float``.
"""

from __future__ import annotations

import io
import re
from collections.abc import Collection, Iterator
from typing import Any, BinaryIO

import ijson

from exportkit.errors import DecodeError, ReadError
from exportkit.legacy.first_look import V1_NAMES, V1_PAIR
from exportkit.place import Place

__all__ = ["begins_as_v1", "read_labels"]

_PEEK_BYTES = 64 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"
#: The first words of a parser's message; the rest quotes the input.
_REASON = re.compile(r"(?:parse|lexical) error: ([\w() ]{1,80})")


def begins_as_v1(head: bytes) -> bool:
    """Return whether an input that starts with `head` is an Export V1; see `looks_like_v1`."""
    names: set[str] = set()
    try:
        for name in _first_names(head.removeprefix(_BYTE_ORDER_MARK)):
            names.add(name)
            if _is_v2(names) or _is_v1(names):
                break
    except (ijson.JSONError, UnicodeDecodeError):  # half a surrogate pair
        return False
    return _is_v1(names) and not _is_v2(names)


def _first_names(head: bytes) -> Iterator[str]:
    """Yield the keys of the first object of `head`, at the top or in an array.

    Depth is counted here: ijson's own prefixes grow with depth, and take seconds for deeply nested brackets.
    """
    depth, top = 0, 1
    # Without `use_float` ijson's C parser ends the process at an integer of more than 4300 digits.
    for event, value in ijson.basic_parse(io.BytesIO(head), multiple_values=True, use_float=True):
        if event == "map_key" and depth == top:
            yield value
        elif depth == 0:
            depth, top = (1, 2) if event == "start_array" else (int(event == "start_map"), 1)
        elif event in ("start_map", "start_array"):
            depth += 1
        elif event in ("end_map", "end_array"):
            depth -= 1
            if event == "end_map" and depth < top:
                return


def read_labels(stream: BinaryIO, source_uri: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield ``(ordinal, label)`` in the order of the input, ordinals from 1.

    Parameters
    ----------
    stream : BinaryIO
        Decompressed JSON, with or without a byte-order mark. It is not closed.
    source_uri : str
        Name of the input in errors.

    Raises
    ------
    ReadError
        The input is not JSON, or its first value is no V1 label (it may be a V2 row).
    DecodeError
        The JSON is broken, or a later value is no V1 label. The place has its ordinal.
    """
    opened, first = _open(stream)
    if not first:
        return
    if first not in b"[{":
        raise ReadError(
            "the input is not JSON" + (" but looks like a web page" if first == b"<" else ""),
            place=Place(source_uri),
            hint="Export V1 is a JSON array of labels, or one label per line",
        )
    array = first == b"["
    ordinal = 0
    labels = ijson.items(opened, "item" if array else "", multiple_values=not array, use_float=True)
    while True:
        ordinal += 1
        place = Place(source_uri, line=ordinal)
        try:
            label = next(labels)
        except StopIteration:
            return
        except ijson.JSONError as error:
            raise _broken(error, place) from None
        except UnicodeDecodeError:
            raise DecodeError("a string holds half a surrogate pair, which is no text", place=place) from None
        yield ordinal, _checked(label, place)


def _open(stream: BinaryIO) -> tuple[_Rejoined, bytes]:
    """Return the stream from its first byte of JSON on, and that byte (empty if there is none)."""
    head = stream.read(_PEEK_BYTES).removeprefix(_BYTE_ORDER_MARK).lstrip(_BLANK)
    while not head and (more := stream.read(_PEEK_BYTES)):
        head = more.lstrip(_BLANK)
    return _Rejoined(head, stream), head[:1]


class _Rejoined:
    """A stream whose first bytes have already been read."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = head
        self._stream = stream

    def read(self, size: int = -1) -> bytes:
        if not self._head:
            return self._stream.read(size)
        cut = len(self._head) if size < 0 else size
        head, self._head = self._head[:cut], self._head[cut:]
        return head + self._stream.read() if size < 0 else head


def _checked(label: Any, place: Place) -> dict[str, Any]:
    if isinstance(label, dict):
        names = label.keys()
        if _is_v1(names) and not _is_v2(names):
            return label
        if _is_v2(names):
            raise ReadError(
                "this is Export V2, not Export V1",
                place=place,
                hint="convert it as it is: it needs no upgrade",
            )
    kind = ReadError if place.line == 1 else DecodeError
    raise kind(
        "this is no label of Export V1", place=place, hint='a label has "DataRow ID" or "Labeled Data"'
    )


def _is_v1(names: Collection[str]) -> bool:
    return not V1_NAMES.isdisjoint(names) or V1_PAIR.issubset(names)


def _is_v2(names: Collection[str]) -> bool:
    return "data_row" in names


def _broken(error: Exception, place: Place) -> DecodeError:
    reason = _REASON.search(str(error))
    return DecodeError("broken JSON" + (f": {reason[1].strip()}" if reason else ""), place=place)
