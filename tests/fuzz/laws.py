"""Laws that hold for any bytes: takes an input, says which of them it breaks.

What is no export ends with an `ExportkitError`; of everything else every line is accounted for, nothing is
lost, and plain Python, reading the same lines, agrees.
"""

from __future__ import annotations

import difflib
import io
import json
import math
import random
import tempfile
import warnings
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from exportkit import ExportkitError, Report, iter_batches, to_arrow
from exportkit.pipeline import batches, make_options
from exportkit.rebuild import to_ndjson
from exportkit.split import Form, layout
from oracle import Tables, differences, normal_form, rows_equal, rows_of_batches, tables_of_export

__all__ = ["LAWS", "Found", "broken_laws"]

LAWS = (
    "bytes end in rows, rejects or an ExportkitError",
    "every line is a row, a reject or blank",
    "rejects are the lines themselves, in their places",
    "messages are short, of one line, and quote nothing long",
    "a line that plain JSON reads as a data row is a row, and no other is",
    "cutting changes no row",
    "tables rebuild the line",
    "plain Python makes the same rows of a line",
)
#: Bytes from which the form of an input is told.
HEAD_BYTES = 64 * 1024
#: The longest message: a class of problem, one scalar of 80 characters, a few numbers.
MAX_MESSAGE = 300
#: Keys by which the tables note where something stood: a line that has them itself is not told apart.
MARKS = (b'"$key"', b'"$value"', b'"$holder"', b'"$parent"')
#: Lines above this depth may be rows or rejects: how deep parsers go depends on the stack they run on.
SAFE_DEPTH = 300


@dataclass
class Found:
    """What became of one input.

    Attributes
    ----------
    broken : list of str
        Laws that it breaks, each with what was seen.
    tried : Counter of str
        Cases by law: inputs, or lines for laws about lines.
    """

    broken: list[str] = field(default_factory=list)
    tried: Counter[str] = field(default_factory=Counter)

    def check(self, law: int, holds: object, seen: object = "") -> None:
        """Count a case of a law, and note it when the law does not hold."""
        self.tried[LAWS[law]] += 1
        if not holds:
            self.broken.append(f"{LAWS[law]}: {str(seen)[:600]}")


def broken_laws(data: bytes) -> Found:
    """Convert `data` in memory and return which laws that breaks."""
    found = Found()
    try:
        rows, report = _rows(data)
    except ExportkitError as error:
        found.check(0, holds=True)
        _check_message(found, str(error))
        return found
    except Exception as error:  # noqa: BLE001 - that there is none is the law
        found.check(0, holds=False, seen=f"{type(error).__name__}: {error}")
        return found
    found.check(0, holds=True)
    if layout(data[:HEAD_BYTES]) is not Form.NDJSON:  # rows have no lines of their own
        return found
    lines = _lines(data)
    blank = {number for number, (_, line) in lines.items() if not line.strip(b" \t\r\n")}
    good = {row["line"] for row in rows["data_rows"]}
    bad = {row["line"]: row for row in rows["rejects"]}
    counts = (report.lines, report.data_rows, report.rejects, report.blanks)
    found.check(1, counts == (len(lines), len(good), len(bad), len(blank)), (counts, len(lines)))
    found.check(1, sorted([*good, *bad, *blank]) == sorted(lines), (good, bad.keys(), blank))
    for number, row in bad.items():
        offset, line = lines[number]
        found.check(2, (row["raw"], row["byte_offset"], row["byte_length"]) == (line, offset, len(line)), row)
        _check_message(found, row["problem"])
    to_rebuild = []
    for number, (_, line) in lines.items():
        problem = bad.get(number, {}).get("problem")
        if number not in blank and _check_line(found, line, is_row=number in good, problem=problem):
            to_rebuild.append(line)
            _check_rows(found, line)
    _check_rebuilding(found, to_rebuild)
    if not any(_is_deep(line) for _, line in lines.values()):  # how deep is too deep depends on the stack
        _check_cutting(found, data, rows)
    return found


def _rows(data: bytes, **sizes: int) -> tuple[Tables, Report]:
    """Return the rows of all tables by table, each batch checked by Arrow, and what was counted."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if sizes:
            options = replace(make_options(export_id="fuzz", max_rejects=None), **sizes)
            found = batches(io.BytesIO(data), options)
        else:
            found = iter_batches(io.BytesIO(data), export_id="fuzz", max_rejects=None)
        return rows_of_batches(map(_validated, found)), found.report


def _validated(found: tuple[str, Any]) -> tuple[str, Any]:
    found[1].validate(full=True)
    return found


def _lines(data: bytes) -> dict[int, tuple[int, bytes]]:
    """Return offset and bytes of the physical lines by number, cut by plain means."""
    offset = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    pieces = data[offset:].split(b"\n")
    if not pieces[-1]:
        pieces.pop()
    lines = {}
    for number, piece in enumerate(pieces, 1):
        lines[number] = (offset, piece.removesuffix(b"\r"))
        offset += len(piece) + 1
    return lines


def _check_message(found: Found, message: str) -> None:
    problem, _, hint = message.partition("\nhint: ")
    plain = problem.isprintable() and hint.isprintable()
    found.check(3, plain and len(problem) <= MAX_MESSAGE, message)


def _check_line(found: Found, line: bytes, *, is_row: bool, problem: str | None) -> bool:
    """Check what became of a line by itself; return whether it can be compared with what is rebuilt."""
    try:
        value = json.loads(line.decode("utf-8"), parse_constant=_refuse, object_pairs_hook=_once)
        depth = _depth(value)
    except (RecursionError, RepeatedKeyError):
        return False
    except ValueError:
        found.check(4, not is_row, line)
        return False
    if depth > SAFE_DEPTH:
        return False
    found.check(4, is_row == _is_data_row(value), (problem, line[:300]))
    return is_row and _is_unicode(value) and not any(mark in line for mark in MARKS)


def _check_rows(found: Found, line: bytes) -> None:
    """Compare the rows of a line with those that plain Python makes of it."""
    if not _is_finite(json.loads(line)):  # where Python reads infinity, exportkit keeps what stands there
        return
    expected = tables_of_export(line, export_id="fuzz", source_uri="stream:")
    seen = differences(expected, _rows(line)[0])
    found.check(7, not seen, (seen[:3], line[:300]))


def _check_rebuilding(found: Found, lines: list[bytes]) -> None:
    try:
        rebuilt = _rebuilt(lines) if lines else []
    except Exception as error:  # noqa: BLE001 - that there is none is the law
        if len(lines) == 1:
            found.check(6, holds=False, seen=f"{type(error).__name__}: {error}: {lines[0]!r}")
        for line in lines if len(lines) > 1 else ():
            _check_rebuilding(found, [line])
        return
    for line, back in zip(lines, rebuilt, strict=True):
        holds = rows_equal(line, back)
        found.check(6, holds, "" if holds else _difference(line, back))


def _difference(line: bytes, back: bytes) -> str:
    """Return what stands in one line and not in the other."""
    given, got = normal_form(line).splitlines(), normal_form(back).splitlines()
    marked = [one for one in difflib.unified_diff(given, got, lineterm="", n=1) if one[0] != "@"]
    return "\n".join(marked[2:])


def _rebuilt(lines: list[bytes]) -> list[bytes]:
    stream = io.BytesIO()
    with tempfile.TemporaryDirectory() as lake, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        to_arrow(io.BytesIO(b"\n".join(lines)), lake)
        to_ndjson(lake, stream)
    return stream.getvalue().split(b"\n")[:-1]


def _check_cutting(found: Found, data: bytes, rows: Tables) -> None:
    chance = random.Random(data)
    _check_sizes(found, data, rows, block_bytes=1 + len(data) // 3, batch_rows=2)
    _check_sizes(
        found, data, rows,
        max_line_bytes=chance.choice((1, 1 + len(data) // 2)),
        chunk_bytes=chance.choice((1, 30, 1 + len(data) // 5)),
        block_bytes=chance.choice((7, 61, 4096)),
    )  # fmt: skip


def _check_sizes(found: Found, data: bytes, rows: Tables, **sizes: int) -> None:
    try:
        other, _ = _rows(data, **sizes)
    except Exception as error:  # noqa: BLE001 - that there is none is the law
        found.check(5, holds=False, seen=f"{sizes}: {type(error).__name__}: {error}")
        return
    seen = [] if other == rows else differences(rows, other)
    found.check(5, not seen, f"{sizes}: {seen}")


class RepeatedKeyError(Exception):
    """An object names a key twice: which of the values counts is nothing that plain Python decides for us."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise RepeatedKeyError
    return found


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _depth(value: Any) -> int:
    if isinstance(value, (dict, list)):
        return 1 + max(map(_depth, value.values() if isinstance(value, dict) else value), default=0)
    return 0


def _is_finite(value: Any) -> bool:
    if isinstance(value, (dict, list)):
        return all(map(_is_finite, value.values() if isinstance(value, dict) else value))
    return not isinstance(value, float) or math.isfinite(value)


def _is_deep(line: bytes) -> bool:
    if line.count(b"{") + line.count(b"[") <= SAFE_DEPTH:
        return False
    try:
        return _depth(json.loads(line)) > SAFE_DEPTH
    except (RecursionError, ValueError):
        return True


def _is_unicode(value: Any) -> bool:
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _is_data_row(value: Any) -> bool:
    """Whether a line is one that the brief of the tables calls a data row."""
    data_row = value.get("data_row") if isinstance(value, dict) else None
    identity = data_row.get("id") if isinstance(data_row, dict) else None
    usable = isinstance(identity, str) and identity != "" and _is_unicode(identity)
    return usable and not _is_error_entry(value)


def _is_error_entry(value: dict[str, Any]) -> bool:
    sections = {"media_attributes", "attachments", "metadata_fields", "embeddings", "projects", "experiments"}
    told = any(value.get(key) is not None for key in ("error", "errors"))
    return told and all(value.get(key) is None for key in sections)
