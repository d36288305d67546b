"""The start of an input, behind whatever blank lines come before it."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

import exportkit
from exportkit.errors import ReadError
from exportkit.split import take_start
from split.cutting import MARK

ROW = b'{"data_row":{"id":"c1"}}\n'
#: More than the head of an input.
BLANK = b" \r\n\n" * 40_000
INDENTS = [b"", b" ", b"\t ", b" " * 70_000]


@given(st.integers(100, 70_000), st.sampled_from([b"", MARK]), st.sampled_from(INDENTS))
def test_blank_lines_before_the_start_are_counted(size: int, mark: bytes, indent: bytes) -> None:
    data = mark + BLANK + indent + ROW
    start = take_start([data[at : at + size] for at in range(0, len(data), size)])
    assert start.head.lstrip() == ROW
    assert b"".join(start.blocks).lstrip() == ROW
    assert start.line == 80_001
    assert len(mark + BLANK) <= start.offset <= len(mark + BLANK + indent)
    assert sum(block.data.count(b"\n") for block in start.blank_lines()) == 80_000


@pytest.mark.parametrize("mark", [b"", MARK])
def test_rows_behind_many_blank_lines_are_read(mark: bytes) -> None:
    whole = exportkit.iter_batches(io.BytesIO(mark + BLANK + ROW + ROW), tables=["data_rows"])
    ((_, batch),) = whole
    assert batch.column("line").to_pylist() == [80_001, 80_002]
    offset = len(mark + BLANK)
    assert batch.column("byte_offset").to_pylist() == [offset, offset + len(ROW)]
    assert (whole.report.lines, whole.report.blanks) == (80_002, 80_000)
    array = exportkit.read_table(io.BytesIO(mark + BLANK + b"[" + ROW + b"]"), "data_rows")
    assert array.column("line").to_pylist() == [1]
    old = exportkit.read_table(io.BytesIO(mark + BLANK + b'{"DataRow ID": "d", "Label": {}}'), "data_rows")
    assert old.column("data_row_id").to_pylist() == ["d"]


@pytest.mark.parametrize("mark", [b"", MARK])
def test_a_first_row_behind_many_blanks_of_its_own_line_is_read(mark: bytes) -> None:
    source = io.BytesIO(mark + INDENTS[-1] + ROW + ROW)
    found = exportkit.read_table(source, "data_rows", columns=["line", "byte_offset"])
    second = len(mark + INDENTS[-1] + ROW)
    assert found.to_pydict() == {"byte_offset": [len(mark), second], "line": [1, 2]}


def test_an_input_of_blank_lines_alone_says_so() -> None:
    with pytest.raises(ReadError, match=r"^the input holds only blank lines"):
        exportkit.read_table(io.BytesIO(BLANK), "data_rows")
