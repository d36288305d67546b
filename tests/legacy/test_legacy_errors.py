"""What cannot be upgraded says so, and where."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest

import exportkit
from exportkit import upgrade
from exportkit.errors import DecodeError, ExportkitError, ReadError, WriteError
from exportkit.json_text import read_json, write_json
from exportkit.legacy import looks_like_v1
from exportkit.legacy.shares import share_of
from exportkit.legacy.spool import Spool
from legacy.upgrading import upgrade_rows

NUMBERS = [b"18446744073709551616", b"-" + b"9" * 5_000, b"1e999", b"0." + b"1" * 10_000]
LABEL = b'{"ID": "l1", "DataRow ID": "r1", "Labeled Data": "a", "Label": {}}'
V2 = b'{"data_row": {"id": "r1", "row_data": "a"}, "projects": {}}'
NOT_V1 = (
    'this is no label of Export V1 (in stream:, line {})\nhint: a label has "DataRow ID" or "Labeled Data"'
)
IS_V2 = (
    "this is Export V2, not Export V1 (in stream:, line {})\nhint: convert it as it is: it needs no upgrade"
)
OLD_FORMS = "Export V1 is JSON, an array of labels or one label per line, or CSV"
NOT_JSON = "the input is not JSON{} (in stream:)\nhint: " + OLD_FORMS


def error_of(data: bytes) -> ExportkitError:
    with pytest.raises(ExportkitError) as caught:
        list(upgrade_rows(io.BytesIO(data)))
    return caught.value


@pytest.mark.parametrize(
    ("data", "kind", "message"),
    [
        (
            b"[" + LABEL + b', {"ID": }]',
            DecodeError,
            "broken JSON: Expecting value: line 1 column 8 (char 7) (in stream:, line 2)",
        ),
        (
            b"[" + LABEL,
            ReadError,
            (
                "the JSON array ends in the middle of this element (in stream:, line 1, byte 1)\n"
                "hint: the file is incomplete; download or write it again"
            ),
        ),
        (
            b"[" + LABEL + b"] more",
            ReadError,
            (
                "the JSON array is followed by something else (in stream:, byte 69)\n"
                "hint: write one row per line instead, as `jq -c '.[]'` does"
            ),
        ),
        (
            LABEL + b"\n" + LABEL[:20],
            DecodeError,
            ("broken JSON: Unterminated string starting at: line 1 column 14 (char 13) (in stream:, line 2)"),
        ),
        (
            b'[{"Labeled Data": "\xff"}]',
            DecodeError,
            (
                "broken JSON: 'utf-8' codec can't decode byte 0xff in position 18: invalid start byte "
                "(in stream:, line 1)"
            ),
        ),
        (
            b"[" + V2 + b"]",
            ReadError,
            IS_V2.format(1),
        ),
        (
            LABEL + b"\n" + V2,
            ReadError,
            IS_V2.format(2),
        ),
        (
            b'[{"name": "x"}]',
            ReadError,
            NOT_V1.format(1),
        ),
        (
            b"[" + LABEL + b", 5]",
            DecodeError,
            NOT_V1.format(2),
        ),
        (
            b"<!DOCTYPE html><html></html>",
            ReadError,
            NOT_JSON.format(" but looks like a web page"),
        ),
        (
            b"ID,Labeled Data\n1,a\n",
            ReadError,
            NOT_JSON.format(""),
        ),
        (
            b"ID,DataRow ID,Label\nl1,r1,{}\nl2,r2,{},more\n",
            DecodeError,
            "the record has 4 cells, and the header 3 (in stream:, line 3)",
        ),
        (
            b'ID,DataRow ID,Label\nl1,r1,"{}"x\n',
            DecodeError,
            "broken CSV: ',' expected after '\"' (in stream:, line 2)",
        ),
        (
            b"ID,DataRow ID,Label\nl1,\xff,{}\n",
            DecodeError,
            (
                "broken CSV: 'utf-8' codec can't decode byte 0xff in position 3: invalid start byte "
                "(in stream:, line 2)"
            ),
        ),
    ],
)
def test_an_input_that_is_no_export_v1_is_named_with_its_ordinal(
    data: bytes, kind: type[ExportkitError], message: str
) -> None:
    error = error_of(data)
    assert type(error) is kind
    assert str(error) == message


def test_a_label_nested_without_end_is_named_with_its_ordinal() -> None:
    nested = b'{"answer": {"classifications": [' * 1_000 + b"]}}" * 1_000
    data = b"[" + LABEL + b', {"Labeled Data": "a", "Label": {"classifications": [' + nested + b"]}}]"
    assert str(error_of(data)) == "nested too deeply (in stream:, line 2)"


@pytest.mark.parametrize("data", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"[]", b"[ ]\n"])
def test_an_empty_input_has_no_rows(data: bytes) -> None:
    assert list(upgrade_rows(io.BytesIO(data))) == []


@pytest.mark.parametrize(
    "data", [b"", b"[", b"{}", b"[[1]]", b'"DataRow ID"', b"5", b"\xff\xfe", b"<html>", V2, b"[" + V2 + b"]"]
)
def test_what_is_no_export_v1_does_not_look_like_it(data: bytes) -> None:
    assert looks_like_v1(data) is False


@pytest.mark.parametrize("number", [b"7" * 10_000, b"-" + b"9" * 60_000, *NUMBERS])
def test_a_number_that_no_parser_holds_is_no_sign_of_a_v1_export(number: bytes) -> None:
    assert not looks_like_v1(b'{"x":' + number + b',"data_row":{"id":"d"}}')
    assert not looks_like_v1(b'{"y":1,"x":' + number)


@pytest.mark.parametrize("value", [*NUMBERS, b'"\\udc00"'])
def test_what_no_column_holds_is_kept_as_it_is_and_refuses_no_file(value: bytes) -> None:
    assert not looks_like_v1(b'{"x":' + value + b',"data_row":{"id":"d"}}')
    odd = (
        b'{"Agreement":' + value + b"," + LABEL.replace(b'"Label": {}', b'"Label": {"depth": %b}' % value)[1:]
    )
    assert looks_like_v1(odd)
    rows = [write_json(row) for row in upgrade_rows(io.BytesIO(b"[" + LABEL + b"," + odd + b"]"))]
    assert len(rows) == 1
    assert write_json(read_json(value)) in rows[0]
    counts = exportkit.read_table(io.BytesIO(LABEL + b"\n" + odd), "labels")
    assert counts.num_rows == 2


def test_a_v1_label_is_told_by_its_first_names() -> None:
    assert looks_like_v1(b'\xef\xbb\xbf [{"ID": "x", "Label": {"obj')
    assert not looks_like_v1(b'[{"Label": "x", "name": "y"')
    assert not looks_like_v1(b'[{"data": {"DataRow ID": "x"}}, {"DataRow ID": "x"}]')


def test_the_error_names_the_file_and_nothing_is_written(tmp_path: Path) -> None:
    source, destination = tmp_path / "old.json", tmp_path / "new.ndjson"
    source.write_bytes(b"[" + LABEL + b", {:}]")
    with pytest.raises(DecodeError, match="broken JSON") as caught:
        upgrade(source, destination)
    assert str(caught.value).endswith(f"(in {source}, line 2)")
    assert [path.name for path in tmp_path.iterdir()] == ["old.json"]


def test_a_missing_source_is_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        upgrade(tmp_path / "none.json", tmp_path / "new.ndjson")


def test_a_destination_without_a_directory_cannot_be_written(tmp_path: Path) -> None:
    destination = tmp_path / "none" / "new.ndjson"
    with pytest.raises(WriteError) as caught:
        upgrade(io.BytesIO(LABEL), destination)
    assert str(caught.value) == (
        f"cannot write the file: No such file or directory (in {destination})\n"
        "hint: create its directory first"
    )


def test_a_destination_that_cannot_be_replaced_leaves_no_part_behind(tmp_path: Path) -> None:
    destination = tmp_path / "new.ndjson"
    destination.mkdir()
    with pytest.raises(WriteError, match="cannot write the file: Is a directory"):
        upgrade(io.BytesIO(LABEL), destination)
    assert [path.name for path in tmp_path.iterdir()] == ["new.ndjson"]


def test_a_spool_without_room_says_where_it_needs_it() -> None:
    with Spool() as spool:
        spool._database.execute("PRAGMA max_page_count = 8")
        with pytest.raises(WriteError) as caught:
            spool.add(share_of({**json.loads(LABEL), "Labeled Data": "a" * 100_000}))
    assert str(caught.value) == (
        "the temporary spool cannot be used: database or disk is full\n"
        "hint: set TMPDIR to a directory with as much free space as the export is large"
    )


def test_a_label_larger_than_the_spool_takes_is_an_error() -> None:
    with Spool() as spool:
        spool._database.setlimit(0, 1000)  # SQLITE_LIMIT_LENGTH, bytes
        with pytest.raises(WriteError, match=r"^a label is too large for the temporary spool$"):
            spool.add(share_of({**json.loads(LABEL), "Labeled Data": "a" * 2_000}))
