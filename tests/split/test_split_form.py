"""Forms: the first bytes of an input decide its form, or the error that names what it is."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import json
import lzma
import sqlite3
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit.errors import ReadError
from exportkit.split import V1_HINT, Form, sniff
from split.cutting import MARK

ROW = b'{"data_row":{"id":"c1"},"projects":{}}'
HEAD_BYTES = 64 * 1024
SAMPLES = Path(__file__).parents[3] / "shared" / "samples"

FORMS = "an export is JSON: one row per line, or an array of rows"
NO_ROW = "none of its first lines begins with '{' (in x)\nhint: " + FORMS
UNPACK = "unpack it and name the export inside"
EMPTY = "an export without rows is `[]`; a failed download can leave nothing"
PAGE = "a failed download leaves such a page; download the export again"
LINK = "an expired or refused link is answered with XML; download the export through a fresh link"


@pytest.mark.parametrize(
    "head",
    [
        ROW,
        ROW + b"\n",
        ROW + b"\r\n" + ROW,
        b"\n \n" + ROW,
        MARK + ROW,
        b"  " + ROW,
        b"{}",
        b'{"data_row":{"id":"c1"',
        b'{"data_row": {"id": "' + b"x" * HEAD_BYTES,
        # a first line that is broken
        b'{"data_row":{"id"\n' + ROW,
        b'{"data_row":{"id"\n' + ROW[:30],
        b'd":"c1"}}\n' + ROW,
        b"garbage\n" + ROW,
        b"\x00" * 100 + b"\n" + ROW,
        # a text that holds what something else begins with
        b'{"data_row":{"id":"c1","row_data":"<html>"}}',
        b'{"data_row":{"id":"c1","row_data":"\\"Labeled Data\\": 1, \\"DataRow ID\\": 2"}}',
        b'{"data":{"data_row":1}}',
    ],
)
def test_rows_on_lines_are_ndjson(head: bytes) -> None:
    assert sniff(head, "x") is Form.NDJSON


INDENTED = json.dumps(json.loads(ROW), indent=2).encode()


@pytest.mark.parametrize(
    "head",
    [
        INDENTED,
        MARK + b"\n" + INDENTED,
        json.dumps(json.loads(ROW), indent=0).encode(),
        b'{"data_row": {\n  "id": "c1"\n}}\n',
        INDENTED + INDENTED,
        INDENTED + b"\n" + ROW,
        ROW + b" " + ROW + b"\n" + ROW,
        json.dumps({"data_row": {"id": "c1"}, "more": [{}] * HEAD_BYTES}, indent=0).encode()[:HEAD_BYTES],
    ],
)
def test_rows_that_take_several_lines_or_share_one_are_laid_out(head: bytes) -> None:
    assert sniff(head, "x") is Form.LAID_OUT


@pytest.mark.parametrize("string", [json.dumps(ROW.decode()), json.dumps("\n" + INDENTED.decode())])
def test_rows_in_strings_are_strings(string: str) -> None:
    assert sniff(f" {string}\n{string}\n".encode(), "x") is Form.STRINGS
    assert sniff(f"[{string},\n{string}]".encode(), "x") is Form.ARRAY


@pytest.mark.parametrize("head", [b"[]", b"[", b" \n[" + ROW, MARK + b"\n[\n  {\n", b'[{"data_row"', b"[1]"])
def test_what_begins_with_a_bracket_is_an_array(head: bytes) -> None:
    assert sniff(head, "x") is Form.ARRAY


@pytest.mark.parametrize("head", [b'{"data":[', MARK + b'\n{ "data" :\n [' + ROW, b'{"data": []}'])
def test_an_array_under_data_is_a_wrapped_array(head: bytes) -> None:
    assert sniff(head, "x") is Form.WRAPPED_ARRAY


def parquet() -> bytes:
    sink = io.BytesIO()
    pq.write_table(pa.table({"a": [1]}), sink)
    return sink.getvalue()


def arrow_file() -> bytes:
    sink = io.BytesIO()
    table = pa.table({"a": [1]})
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def zipped() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("export.ndjson", ROW)
    return sink.getvalue()


def tarred() -> bytes:
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        entry = tarfile.TarInfo("export.ndjson")
        entry.size = len(ROW)
        archive.addfile(entry, io.BytesIO(ROW))
    return sink.getvalue()


def database() -> bytes:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("create table a (b)")
        return connection.serialize()


V1_ROW = {"ID": "c1", "DataRow ID": "c2", "Labeled Data": "https://host/a.jpg", "Label": {}}
FROM = "exportkit reads what Labelbox exports, from which {} files are made"
COCO = "the input is a COCO file of annotations, not an export (in x)\nhint: " + FROM.format("COCO")
YOLO = "the input is a YOLO file of boxes, not an export (in x)\nhint: " + FROM.format("YOLO")
IMPORT = (
    "the input is a file of annotations to import into Labelbox (NDJSON import), not an export (in x)\n"
    "hint: exportkit reads what the platform exports; this is what it imports"
)
FRAMES = (
    "the input is the file of frames that a video label of an Export V1 names, not an export (in x)\n"
    'hint: put its lines, as an array, in the place of {"frames": URL} under "Label" of that export, '
    "and read that"
)
V1 = "the input is a V1 export (in x)\nhint: " + V1_HINT


@pytest.mark.parametrize(
    ("head", "message"),
    [
        (b"", "the input is empty (in x)\nhint: " + EMPTY),
        (MARK, "the input is empty (in x)\nhint: " + EMPTY),
        (b"\n \r\n\t", "the input holds only blank lines (in x)\nhint: " + EMPTY),
        (MARK + b"\n", "the input holds only blank lines (in x)\nhint: " + EMPTY),
        (b"<!DOCTYPE html>\n<style>\n{}\n", "the input is an HTML page, not an export (in x)\nhint: " + PAGE),
        (b"\n<html lang='en'>", "the input is an HTML page, not an export (in x)\nhint: " + PAGE),
        (
            b"<?xml version='1.0'?><Error><Code>ExpiredToken</Code></Error>",
            "the input is XML, not an export (in x)\nhint: " + LINK,
        ),
        (json.dumps(V1_ROW).encode(), V1),
        (json.dumps([V1_ROW]).encode(), V1),
        (json.dumps([V1_ROW], indent=2).encode(), V1),
        (json.dumps({"data": [V1_ROW]}).encode(), V1),
        (
            ("\ufeff" + ROW.decode()).encode("utf-16"),
            (
                "the input is UTF-16 text, not an export (in x)\n"
                "hint: convert it to UTF-8, as `iconv -f UTF-16 -t UTF-8` does"
            ),
        ),
        (
            ROW.decode().encode("utf-16-be"),
            (
                "the input is UTF-16 text, not an export (in x)\n"
                "hint: convert it to UTF-8, as `iconv -f UTF-16 -t UTF-8` does"
            ),
        ),
        (
            ROW.decode().encode("utf-32"),
            (
                "the input is UTF-32 text, not an export (in x)\n"
                "hint: convert it to UTF-8, as `iconv -f UTF-32 -t UTF-8` does"
            ),
        ),
        (
            ROW.decode().encode("utf-32-le"),
            (
                "the input is UTF-32 text, not an export (in x)\n"
                "hint: convert it to UTF-8, as `iconv -f UTF-32 -t UTF-8` does"
            ),
        ),
        *[
            (json.dumps(coco, indent=indent).encode(), COCO)
            for indent in (None, 2)
            for coco in (
                {"images": [{"id": 1, "file_name": "a.jpg"}], "annotations": [], "categories": []},
                {"info": {"year": 2023}, "licenses": [], "images": []},
                {"annotations": [{"id": 1, "image_id": 2, "category_id": 3, "bbox": [1, 2, 3, 4]}]},
                [{"image_id": 1, "category_id": 2, "bbox": [1, 2, 3, 4], "score": 0.5}],
            )
        ],
        (b"0 0.5 0.5 0.25 0.125\n12 0.1 0.2 0.3 1e-3\n", YOLO),
        (b"3 0.5 0.5 0.25 0.125 0.1 0.9", YOLO),
        (json.dumps({"uuid": "u", "schemaId": "s", "dataRow": {"id": "c1"}, "bbox": {}}).encode(), IMPORT),
        (json.dumps([{"name": "n", "answer": "x", "dataRow": {"globalKey": "g"}}]).encode(), IMPORT),
        (b'{"frameNumber":1,"classifications":[],"objects":[]}\n{"frameNumber":2', FRAMES),
        (json.dumps([{"objects": [], "frameNumber": 1}], indent=1).encode(), FRAMES),
        (b"id,name\n1,a\n", "the input is CSV, not an export: " + NO_ROW),
        (b"id\tname\n1\ta\n", "the input is CSV, not an export: " + NO_ROW),
        (b"id;name\n1;a\n", "the input is CSV, not an export: " + NO_ROW),
        (b"Not found.\n", "the input is plain text, not an export: " + NO_ROW),
        (
            "Nicht gefunden, leider \u00fc".encode("latin-1") + b"\nx",
            "the input is plain text, not an export: " + NO_ROW,
        ),
        (b'"a string"', "the input is plain text, not an export: " + NO_ROW),
        (b"null", "the input is plain text, not an export: " + NO_ROW),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "the input is binary data, not an export: " + NO_ROW),
        (b"\x00" * 100, "the input is binary data, not an export: " + NO_ROW),
        (parquet(), "the input is a Parquet file, not an export (in x)\nhint: " + FORMS),
        (arrow_file(), "the input is an Arrow file, not an export (in x)\nhint: " + FORMS),
        (database(), "the input is a SQLite database, not an export (in x)\nhint: " + FORMS),
        (b"%PDF-1.7\n", "the input is a PDF document, not an export (in x)\nhint: " + FORMS),
        (zipped(), "the input is a zip archive, not an export (in x)\nhint: " + UNPACK),
        (b"7z\xbc\xaf\x27\x1c\x00", "the input is a 7z archive, not an export (in x)\nhint: " + UNPACK),
        (tarred(), "the input is a tar archive, not an export (in x)\nhint: " + UNPACK),
        (
            gzip.compress(ROW, mtime=0),
            "the input is compressed twice, not an export (in x)\nhint: decompress it once",
        ),
        (bz2.compress(ROW), "the input is compressed twice, not an export (in x)\nhint: decompress it once"),
        (lzma.compress(ROW), "the input is compressed twice, not an export (in x)\nhint: decompress it once"),
    ],
)
def test_what_is_no_export_says_what_it_is_and_what_to_do(head: bytes, message: str) -> None:
    with pytest.raises(ReadError) as caught:
        sniff(head, "x")
    assert str(caught.value) == message


@given(
    st.binary(max_size=200)
    | st.binary(max_size=50).map(ROW.__add__)
    | st.binary(max_size=50).map(b"[".__add__)
)
def test_any_bytes_have_a_form_or_an_error(head: bytes) -> None:
    with contextlib.suppress(ReadError):
        assert sniff(head, "x") in Form


def test_every_sample_at_hand_is_ndjson() -> None:
    for path in SAMPLES.glob("*/*.ndjson"):
        assert sniff(path.read_bytes()[:HEAD_BYTES], str(path)) is Form.NDJSON


def test_every_v1_sample_at_hand_is_told_so() -> None:
    for path in SAMPLES.glob("*/v1*.json"):
        with pytest.raises(ReadError, match=r"^the input is a V1 export \(in .*\)\nhint: "):
            sniff(path.read_bytes()[:HEAD_BYTES], str(path))
