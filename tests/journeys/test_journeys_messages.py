"""Messages as people read them, whole."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import exportkit
from exportkit import ReadError, TableError, WriteError

GOOD = b'{"data_row":{"id":"good"}}\n'
FORMS = "\nhint: an export is JSON: one row per line, or an array of rows"
EMPTY = "\nhint: an export without rows is `[]`; a failed download can leave nothing"

NO_EXPORTS: dict[str, tuple[bytes, str]] = {
    "html": (
        b"<!DOCTYPE html>\n<html><body>Sign in</body></html>",
        (
            "the input is an HTML page, not an export (in {})"
            "\nhint: a failed download leaves such a page; download the export again"
        ),
    ),
    "xml": (
        b'<?xml version="1.0"?><Error><Code>ExpiredToken</Code></Error>',
        (
            "the input is XML, not an export (in {})"
            "\nhint: an expired or refused link is answered with XML; "
            "download the export through a fresh link"
        ),
    ),
    "empty": (b"", "the input is empty (in {})" + EMPTY),
    "blank": (b"\n \r\n", "the input holds only blank lines (in {})" + EMPTY),
    "text": (
        b"Export finished.\nSee you!\n",
        "the input is plain text, not an export: none of its first lines begins with '{{' (in {})" + FORMS,
    ),
    "parquet": (b"PAR1....", "the input is a Parquet file, not an export (in {})" + FORMS),
    "cut off": (
        b'[{"data_row":{"id":"a"}},{"data_row',
        (
            "the JSON array ends in the middle of this element (in {}, line 2, byte 25)"
            "\nhint: the file is incomplete; download or write it again"
        ),
    ),
}


@pytest.mark.parametrize("name", NO_EXPORTS)
def test_what_is_no_export_is_called_by_its_name_with_what_to_do(name: str, tmp_path: Path) -> None:
    data, message = NO_EXPORTS[name]
    path = tmp_path / "export.ndjson"
    path.write_bytes(data)
    for source, shown in ((path, str(path)), (io.BytesIO(data), "stream:")):
        with pytest.raises(ReadError) as raised:
            list(exportkit.iter_batches(source))
        assert str(raised.value) == message.format(shown)
    with pytest.raises(ReadError) as raised:
        exportkit.to_parquet(path, tmp_path / "lake")
    assert str(raised.value) == message.format(path)
    assert not (tmp_path / "lake").exists()


def test_a_missing_file_is_the_systems_own_error(tmp_path: Path) -> None:
    path = tmp_path / "nothing.ndjson"
    with pytest.raises(FileNotFoundError) as raised:
        list(exportkit.iter_batches(path))
    assert str(raised.value) == f"[Errno 2] No such file or directory: '{path}'"


SOURCES: dict[str, tuple[Callable[[Path], Any], type[Exception], str]] = {
    "glob": (
        lambda at: at / "*.ndjson", ReadError,
        ("no file matches (in {}/*.ndjson)"
        "\nhint: put the pattern in quotes to keep the shell from expanding it; "
            "** stands for any directories"),
    ),
    "directory": (
        lambda at: at, ReadError,
        ("no export found: no file in it begins as an export does (in {})\nhint: hidden files, copies and "
        "half downloads are left out; name a file itself to learn what it is taken for"),
    ),
    "nothing": (lambda _: [], ReadError, "nothing to read: the iterable of sources is empty"),
    "bytes": (
        lambda _: GOOD, TypeError, "source is bytes: wrap content in io.BytesIO, give a path as str",
    ),
    "text": (lambda _: io.StringIO("{}"), TypeError, "source is a text stream: open it in binary mode"),
    "number": (
        lambda _: 5, TypeError,
        "source must be a path, a URL, a binary stream, or an iterable of those or of rows, not int",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_that_cannot_be_read_is_refused_with_what_can(name: str, tmp_path: Path) -> None:
    source, kind, message = SOURCES[name]
    with pytest.raises(kind) as raised:
        list(exportkit.iter_batches(source(tmp_path)))
    assert str(raised.value) == message.format(tmp_path)


def test_a_destination_that_holds_tables_is_left_alone(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    exportkit.to_parquet(io.BytesIO(GOOD), lake, tables=["data_rows", "labels"])
    before = sorted(lake.rglob("*"))
    with pytest.raises(WriteError) as raised:
        exportkit.to_parquet(io.BytesIO(GOOD), lake)
    assert str(raised.value) == (
        f"the destination already holds data_rows, labels (in {lake})"
        '\nhint: choose mode="append" or mode="overwrite", or another destination'
    )
    assert sorted(lake.rglob("*")) == before


def test_a_destination_that_is_a_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "lake"
    path.write_bytes(b"")
    with pytest.raises(WriteError) as raised:
        exportkit.to_parquet(io.BytesIO(GOOD), path)
    assert str(raised.value) == (
        f"the destination is a file (in {path})\nhint: choose a directory, or a name that is free"
    )


def convert(**asked: Any) -> None:
    list(exportkit.iter_batches(io.BytesIO(GOOD), **asked))


OPTIONS: list[tuple[dict[str, Any], type[Exception], str]] = [
    ({"tables": ["object"]}, TableError, "there is no table 'object'\nhint: did you mean 'objects'?"),
    (
        {"columns": {"objects": ["lin"]}}, TableError,
        "table 'objects' has no column 'lin'\nhint: did you mean 'line'?",
    ),
    (
        {"columns": {"model_runs": ["?"]}}, TableError,
        ("table 'model_runs' has no column '?'\nhint: its columns are data_row_id, experiment_id, "
        "experiment_name, model_run_id, model_run_name, run_data_row_id, data_split, extra, export_id, line"),
    ),
    (
        {"tables": ["labels"], "columns": {"objects": ["line"]}}, TableError,
        ("columns are named for table 'objects', which is not among the wanted tables"
        "\nhint: add it to tables, or leave tables out"),
    ),
    ({"on_bad_row": "ignore"}, ValueError, "on_bad_row must be one of reject, raise, skip, not 'ignore'"),
    ({"max_rejects": -1}, ValueError, "max_rejects must be 0 or more, or None, not -1"),
    (
        {"max_compression_ratio": 0.5}, ValueError,
        "max_compression_ratio must be 1 or more, or None, not 0.5",
    ),
    ({"batch_rows": 0}, ValueError, "batch_rows must be 1 or more, not 0"),
    ({"export_id": ""}, ValueError, "export_id must not be empty"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "kind", "message"), OPTIONS, ids=[str(one[0]) for one in OPTIONS])
def test_an_option_that_makes_no_sense_is_refused_with_what_does(
    asked: dict[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind) as raised:
        convert(**asked)
    assert str(raised.value) == message


def test_options_are_checked_before_the_source_is_looked_at(tmp_path: Path) -> None:
    missing = tmp_path / "nothing.ndjson"
    with pytest.raises(TableError):
        exportkit.to_parquet(missing, tmp_path / "lake", tables=["object"])
    with pytest.raises(TableError):
        exportkit.open_reader(missing, "object")
    with pytest.raises(TableError):
        exportkit.read_table(missing, "objects", columns=["x"])
    with pytest.raises(TableError):
        exportkit.schema("object")
