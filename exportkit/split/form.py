"""The form of an input, from its first bytes: one that can be cut into rows, or an error with its name."""

from __future__ import annotations

import enum
import re

import msgspec

from exportkit.errors import ReadError
from exportkit.json_text import JSON_SPACE
from exportkit.place import Place
from exportkit.split.array_scan import ValueScan
from exportkit.split.mistaken import mistaken
from exportkit.split.tape import BYTE_ORDER_MARK

__all__ = ["LINE_BY_LINE", "V1_HINT", "Form", "layout", "sniff"]

#: Hint of errors that found an Export V1.
V1_HINT = "only a whole Export V1 can be read: a JSON array of labels, or one label per line"

_HINT_EMPTY = "an export without rows is `[]`; a failed download can leave nothing"
_HINT_DOWNLOAD = "a failed download leaves such a page; download the export again"
_HINT_LINK = "an expired or refused link is answered with XML; download the export through a fresh link"
_HINT_FORMS = "an export is JSON: one row per line, or an array of rows"
_HINT_UNPACK = "unpack it and name the export inside"

_WRAPPED_ARRAY = re.compile(rb'\{\s*"data"\s*:\s*\[')
_V1_KEY = re.compile(rb'"(?:DataRow ID|Labeled Data)"\s*:')
_V2_KEY = re.compile(rb'"data_row"\s*:')
_IS_ROW = re.compile(rb'\{\s*".*\}\s*', re.DOTALL)
#: A JSON string that holds an object.
_ROW_IN_STRING = re.compile(rb'"(?:\\[nrt]|[ \t])*\{')
#: Control bytes that no text holds.
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
#: The first bytes that distinguish the kinds of text.
_LOOK_BYTES = 1024
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)

#: Kinds of input by their first bytes; a longer signature precedes the shorter one that it begins with.
_SIGNATURES = {
    "UTF-32 text": (b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"{\0\0\0", b"[\0\0\0", b"\0\0\0{", b"\0\0\0["),
    "UTF-16 text": (b"\xff\xfe", b"\xfe\xff", b"{\0", b"[\0", b"\0{", b"\0["),
    "compressed twice": (b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\0", b"BZh"),
    "a zip archive": (b"PK\x03\x04", b"PK\x05\x06"),
    "a 7z archive": (b"7z\xbc\xaf\x27\x1c",),
    "a Parquet file": (b"PAR1",),
    "an Arrow file": (b"ARROW1",),
    "a SQLite database": (b"SQLite format 3\0",),
    "a PDF document": (b"%PDF-",),
}
_SIGNATURE_HINTS = {
    "UTF-32 text": "convert it to UTF-8, as `iconv -f UTF-32 -t UTF-8` does",
    "UTF-16 text": "convert it to UTF-8, as `iconv -f UTF-16 -t UTF-8` does",
    "compressed twice": "decompress it once",
    "a zip archive": _HINT_UNPACK,
    "a 7z archive": _HINT_UNPACK,
    "a tar archive": _HINT_UNPACK,
}
_TAR_SIGNATURE, _TAR_SIGNATURE_OFFSET = b"ustar", 257


class Form(enum.Enum):
    """The layout of the rows of an input."""

    NDJSON = "ndjson"
    """One row per line."""
    ARRAY = "array"
    """A JSON array of rows, or several, one after the other."""
    WRAPPED_ARRAY = "wrapped_array"
    """A JSON array of rows as the only value of an object: ``{"data": [...]}``."""
    LAID_OUT = "laid_out"
    """Rows laid out over several lines, one after the other."""
    STRINGS = "strings"
    """One JSON string per line, which holds a row."""


#: Forms with one row per line.
LINE_BY_LINE = frozenset({Form.NDJSON, Form.STRINGS})


def sniff(head: bytes, source_uri: str) -> Form:
    """Return the form of an input that begins with `head`.

    A broken first line does not matter if another line looks like a row. An empty array is a form without
    rows. An input without bytes, or with blank lines only, is an error.

    Parameters
    ----------
    head : bytes
        The first decompressed bytes: 64 KiB, or all if there are fewer.
    source_uri : str
        Name of the input in errors.

    Raises
    ------
    ReadError
        The input is no export; the message names what it looks like, and the hint what to do.
    """
    place = Place(source_uri)
    if (name := _signed(head)) is not None:
        hint = _SIGNATURE_HINTS.get(name, _HINT_FORMS)
        raise ReadError(f"the input is {name}, not an export", place=place, hint=hint)
    text = head.removeprefix(BYTE_ORDER_MARK).lstrip(JSON_SPACE)
    if not text:
        is_empty = head in {b"", BYTE_ORDER_MARK}
        problem = "the input is empty" if is_empty else "the input holds only blank lines"
        raise ReadError(problem, place=place, hint=_HINT_EMPTY)
    is_v2 = _V2_KEY.search(text) is not None
    if _V1_KEY.search(text) and not is_v2:
        raise ReadError("the input is a V1 export", place=place, hint=V1_HINT)
    if not is_v2 and (other := mistaken(text)) is not None:
        name, hint = other
        raise ReadError(f"the input is {name}, not an export", place=place, hint=hint)
    form = layout(head)
    if form is not None:
        return form
    if text.startswith(b"<"):
        raise _markup(text, place)
    lines = _lines(text)
    problem = f"the input is {_kind(text, lines)}, not an export: none of its first lines begins with '{{'"
    raise ReadError(problem, place=place, hint=_HINT_FORMS)


def layout(head: bytes) -> Form | None:
    """Return the form in which objects lie in an input that begins with `head`; None if it shows none."""
    text = head.removeprefix(BYTE_ORDER_MARK).lstrip(JSON_SPACE)
    if text.startswith(b"["):
        return Form.ARRAY
    if _WRAPPED_ARRAY.match(text):
        return Form.WRAPPED_ARRAY
    lines = _lines(text)
    if text.startswith(b"<"):
        return None
    if text.startswith(b"{") and _is_laid_out(text, lines):
        return Form.LAID_OUT
    if any(line.lstrip(JSON_SPACE).startswith(b"{") for line in lines):
        return Form.NDJSON
    if any(_ROW_IN_STRING.match(line.lstrip(JSON_SPACE)) for line in lines):
        return Form.STRINGS
    return None


def _lines(text: bytes) -> list[bytes]:
    return [line for line in text.split(b"\n") if line.strip(JSON_SPACE)]


def _signed(head: bytes) -> str | None:
    """Return the kind of input that has the signature of `head`."""
    if head.startswith(_TAR_SIGNATURE, _TAR_SIGNATURE_OFFSET):
        return "a tar archive"
    return next((name for name, starts in _SIGNATURES.items() if head.startswith(starts)), None)


def _markup(text: bytes, place: Place) -> ReadError:
    if _HTML.search(text, 0, _LOOK_BYTES):
        return ReadError("the input is an HTML page, not an export", place=place, hint=_HINT_DOWNLOAD)
    return ReadError("the input is XML, not an export", place=place, hint=_HINT_LINK)


def _is_laid_out(text: bytes, lines: list[bytes]) -> bool:
    """Return whether `text`, which begins with ``{``, is rows that do not lie in one line each.

    Of a first value that is cut off or no JSON, its lines must tell.
    """
    first, newline, _ = text.partition(b"\n")
    if newline and _is_json(first):  # what nearly all inputs begin with
        return False
    end = next(iter(ValueScan().feed(memoryview(text))), None)
    if end is not None and _is_json(text[:end]):
        behind = text[end:].partition(b"\n")[0].lstrip(JSON_SPACE)
        return b"\n" in text[:end] or behind.startswith(b"{")
    if len(lines) == 1 or lines[1].startswith(b"{"):
        return False
    # The last line may be the start of a row that is longer than the head.
    return not lines[-1].startswith(b'{"') and not any(map(_IS_ROW.fullmatch, lines))


def _is_json(value: bytes) -> bool:
    try:
        msgspec.json.decode(value)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _kind(text: bytes, lines: list[bytes]) -> str:
    if _CONTROL.search(text, 0, _LOOK_BYTES):
        return "binary data"
    for separator in (b",", b"\t", b";"):
        counts = {line.count(separator) for line in lines[:2]}
        if len(counts) == 1 and 0 not in counts:
            return "CSV"
    return "plain text"
