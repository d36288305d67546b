"""Lines: takes strategies for rows, gives the bytes of lines and whole exports as serialisers write them."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from strategies.choices import JsonObject
from strategies.mutations import mutated_rows
from strategies.rows import rows

__all__ = ["BROKEN", "broken_lines", "exports", "line_of", "row_lines"]

SEPARATORS = st.sampled_from([(",", ":"), (", ", ": ")])
#: Lines that cannot become rows.
BROKEN = (
    b"{", b"null", b"[]", b"5", b'"text"', b"{}", b'{"data_row": {}}', b'{"data_row": {"id": 7}}',
    b"\xff\xfe", b'{"data_row": {"id": "d"}', b'{"data_row": {"id": "d"}} x', b'{"data_row": {"id": NaN}}',
    b"<html>", b'{"data_row_id": "d", "error": "e"}',
)  # fmt: skip


def line_of(row: JsonObject, *, compact: bool = True) -> bytes:
    """Return a row as one line, without its newline, as the platform writes it."""
    separators = (",", ":") if compact else (", ", ": ")
    return json.dumps(row, ensure_ascii=False, separators=separators).encode("utf-8")


@st.composite
def row_lines(draw: st.DrawFn, source: st.SearchStrategy[JsonObject] | None = None) -> bytes:
    """Give a row of `source` (by default any row) as one line, with either separators, escaped or not."""
    row: Any = draw(rows() if source is None else source)
    escaped = draw(st.booleans())
    return json.dumps(row, ensure_ascii=escaped, separators=draw(SEPARATORS)).encode("utf-8")


def broken_lines() -> st.SearchStrategy[bytes]:
    """Give lines that cannot become rows."""
    return st.sampled_from(BROKEN)


@st.composite
def exports(draw: st.DrawFn, *, max_lines: int = 4, broken: bool = False) -> bytes:
    """Give a whole NDJSON export: rows, mutated rows, blank lines, either newline, a last one or none.

    Parameters
    ----------
    draw : hypothesis.strategies.DrawFn
        Given by hypothesis.
    max_lines : int
        Lines at most, blank ones included.
    broken : bool
        Whether lines that cannot become rows are among them.
    """
    kinds = [row_lines(), row_lines(mutated_rows()), st.just(b"")]
    line = st.one_of([*kinds, broken_lines()] if broken else kinds)
    lines: list[bytes] = draw(st.lists(line, max_size=max_lines))
    newline: bytes = draw(st.sampled_from([b"\n", b"\r\n"]))
    mark: bytes = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    last = newline if draw(st.booleans()) and lines else b""
    return mark + newline.join(lines) + last
