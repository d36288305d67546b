"""Sources: what may be named, in which order it is read, and what it is called."""

from __future__ import annotations

import gzip
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from exportkit.errors import ReadError
from exportkit.read import OpenedSource, SourceLike, open_sources
from read.forms import COMPRESSORS, ROW


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with exports and other things in it, which is also the current one."""
    for name in (
        "b.ndjson",
        "a.JSONL",
        "c.json.gz",
        "deep/er/d.ndjson.zst",
        "deep/e.jsonl.bz2",
        "f.json.xz",
        ".hidden.ndjson",
        ".git/g.ndjson",
        "notes.txt",
        "h.ndjson.bak",
        "ndjson",
        "i.parquet",
        "j.gz",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def uris(source: SourceLike) -> list[str]:
    found = []
    for opened in open_sources(source):
        with opened:
            found.append(opened.source.uri)
    return found


def content(opened: OpenedSource) -> bytes:
    with opened:
        return b"".join(opened.blocks())


# --- what is found ---


def test_a_file_is_named_by_its_path_as_given(folder: Path) -> None:
    assert uris("b.ndjson") == ["b.ndjson"]
    assert uris(folder / "b.ndjson") == [str(folder / "b.ndjson")]
    assert uris("notes.txt") == ["notes.txt"]


def test_a_file_url_is_a_path(folder: Path) -> None:
    (folder / "with space.ndjson").write_bytes(ROW)
    url = (folder / "with space.ndjson").as_uri()
    assert [content(opened) for opened in open_sources(url)] == [ROW]


def test_a_directory_is_its_visible_exports_at_any_depth_sorted(folder: Path) -> None:
    names = ["a.JSONL", "b.ndjson", "c.json.gz", "deep/e.jsonl.bz2", "deep/er/d.ndjson.zst", "f.json.xz"]
    assert uris(folder) == [str(folder / name) for name in names]
    assert uris("deep") == ["deep/e.jsonl.bz2", "deep/er/d.ndjson.zst"]


def test_a_glob_is_what_it_matches_sorted(folder: Path) -> None:
    assert uris("*.ndjson*") == ["b.ndjson", "h.ndjson.bak"]
    assert uris("**/*.zst") == ["deep/er/d.ndjson.zst"]
    assert uris(str(folder / "[ab].*")) == [str(folder / "a.JSONL"), str(folder / "b.ndjson")]
    assert uris("d*/e*") == ["deep/e.jsonl.bz2"]


def test_a_path_that_exists_is_no_glob(folder: Path) -> None:
    (folder / "export [final].ndjson").write_bytes(ROW)
    assert uris("export [final].ndjson") == ["export [final].ndjson"]


@pytest.mark.usefixtures("folder")
def test_several_sources_come_in_the_order_given() -> None:
    assert uris(["f.json.xz", ["b.ndjson", Path("deep")], io.BytesIO(b"x")]) == [
        "f.json.xz",
        "b.ndjson",
        "deep/e.jsonl.bz2",
        "deep/er/d.ndjson.zst",
        "stream:",
    ]
    assert uris(name for name in ("b.ndjson", "a.JSONL")) == ["b.ndjson", "a.JSONL"]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (["b.ndjson", "b.ndjson"], ["b.ndjson", "b.ndjson"]),
        (["*.ndjson", "b.ndjson"], ["b.ndjson"]),
        (["b.ndjson", "*.ndjson"], ["b.ndjson"]),
        (["b.ndjson", "*.ndjson", "b.ndjson"], ["b.ndjson", "b.ndjson"]),
        (["*.ndjson", "b.*"], ["b.ndjson"]),
        (["deep", "./deep/e.jsonl.bz2", "deep/er"], ["deep/e.jsonl.bz2", "deep/er/d.ndjson.zst"]),
    ],
)
@pytest.mark.usefixtures("folder")
def test_a_file_found_twice_is_read_once_and_one_named_twice_is_read_twice(
    source: list[str], expected: list[str]
) -> None:
    assert uris(source) == expected


@pytest.mark.usefixtures("folder")
def test_sources_are_opened_one_at_a_time() -> None:
    opened = open_sources(["b.ndjson", "missing.ndjson"])
    assert content(next(opened)) == b"b.ndjson"
    with pytest.raises(FileNotFoundError):
        next(opened)


@pytest.mark.usefixtures("folder")
def test_standard_input_is_read() -> None:
    script = (
        "from exportkit.read import open_sources\n"
        "for one in open_sources('-'): print(one.source.uri, one.compression, b''.join(one.blocks()))"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        input=gzip.compress(ROW),
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert run.stdout.decode() == f"stdin: gzip {ROW!r}\n"


def test_a_named_pipe_is_read_once_from_its_start(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with subprocess.Popen([sys.executable, "-c", f"open({str(pipe)!r}, 'wb').write({ROW!r})"]):
        opened = next(open_sources(pipe))
        assert (opened.source.size, opened.path_if_splittable) == (None, None)
        assert content(opened) == ROW


# --- what cannot be read ---


@pytest.mark.usefixtures("folder")
def test_a_missing_path_is_the_systems_own_error() -> None:
    with pytest.raises(FileNotFoundError) as caught:
        uris("missing.ndjson")
    assert str(caught.value) == "[Errno 2] No such file or directory: 'missing.ndjson'"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            "empty",
            (
                "no export found: no file in it begins as an export does (in empty)\n"
                "hint: hidden files, copies and half downloads are left out;"
                " name a file itself to learn what it is taken for"
            ),
        ),
        (
            "*.csv",
            (
                "no file matches (in *.csv)\nhint: put the pattern in quotes to keep the shell from"
                " expanding it; ** stands for any directories"
            ),
        ),
        ([], "nothing to read: the iterable of sources is empty"),
        (["b.ndjson", []], "nothing to read: the iterable of sources is empty"),
        (
            "ftp://user:password@host/export.ndjson?key=secret",
            (
                "the URL is of a kind that cannot be read (in ftp://host/export.ndjson)\n"
                "hint: s3, gs, abfs, hdfs, https and file URLs can be read; a signed link begins with https"
            ),
        ),
    ],
)
def test_nothing_to_read_says_what_was_looked_for(folder: Path, source: SourceLike, message: str) -> None:
    (folder / "empty").mkdir()
    with pytest.raises(ReadError) as caught:
        uris(source)
    assert str(caught.value) == message


class Texts:
    """A stream that gives something else than bytes."""

    def __init__(self, gives: Any) -> None:
        self.gives = gives

    def read(self, _: int) -> Any:
        return self.gives


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (io.StringIO("{}"), "source is a text stream: open it in binary mode"),
        (Texts("{}"), "stream: is a text stream: open it in binary mode"),
        (Texts(3), "read() of stream: must give bytes, not int"),
        (b"{}", "source is bytes: wrap content in io.BytesIO, give a path as str"),
        (7, "source must be a path, a URL, a binary stream, or an iterable of those or of rows, not int"),
        (
            None,
            "source must be a path, a URL, a binary stream, or an iterable of those or of rows, not NoneType",
        ),
        (
            ["b.ndjson", 7],
            "source must be a path, a URL, a binary stream, or an iterable of those or of rows, not int",
        ),
    ],
)
@pytest.mark.usefixtures("folder")
def test_what_is_no_source_is_a_type_error(source: Any, message: str) -> None:
    with pytest.raises(TypeError, match=f"^{re.escape(message)}$"):
        uris(source)


def test_a_path_of_bytes_is_a_type_error() -> None:
    class BytesPath:
        def __fspath__(self) -> bytes:
            return b"x"

    with pytest.raises(TypeError, match=r"^source is a path of bytes: give it as str$"):
        uris(BytesPath())  # type: ignore[arg-type]  # what the test is about


def test_a_pipe_that_does_not_block_is_an_error_when_nothing_is_there() -> None:
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    with open(writing, "wb", 0) as writer, open(reading, "rb") as reader:  # noqa: PTH123 - there is no path
        writer.write(b"{}\n" * 50)
        with pytest.raises(ReadError) as caught:
            next(open_sources(reader))
    assert str(caught.value) == "the stream has no bytes ready (in stream:)\nhint: open it in blocking mode"


def test_a_stream_that_does_not_block_is_an_error() -> None:
    with pytest.raises(ReadError) as caught:
        uris(Texts(None))  # type: ignore[arg-type]  # what the test is about
    assert str(caught.value) == "the stream has no bytes ready (in stream:)\nhint: open it in blocking mode"


# --- what it is called ---


def ids(source: Any, export_id: str | None = None) -> list[str]:
    found = []
    for opened in open_sources(source, export_id=export_id):
        with opened:
            found.append(opened.source.export_id)
    return found


def test_the_same_file_has_the_same_id_from_wherever_it_is_named(folder: Path) -> None:
    (folder / "link.ndjson").symlink_to("b.ndjson")
    names = ["b.ndjson", "./b.ndjson", folder / "b.ndjson", (folder / "b.ndjson").as_uri(), "link.ndjson"]
    found = {one for name in names for one in ids(name)}
    assert len(found) == 1
    assert re.fullmatch(r"[0-9a-f]{16}", found.pop())


def test_a_file_that_changes_gets_another_id(folder: Path) -> None:
    path = folder / "b.ndjson"
    found = ids(path)
    os.utime(path, ns=(0, 1))
    found += ids(path)
    path.write_bytes(b"longer than before")
    os.utime(path, ns=(0, 1))
    found += ids(path)
    assert len(set(found)) == 3


def test_other_files_have_other_ids(folder: Path) -> None:
    assert len(set(ids(folder))) == 6


def test_a_stream_has_an_id_by_its_name_and_its_first_bytes() -> None:
    assert ids(io.BytesIO(ROW)) == ids(io.BytesIO(ROW)) != ids(io.BytesIO(ROW * 2))
    assert ids(io.BytesIO(bytes(2**16))) == ids(io.BytesIO(bytes(2**17)))
    named = io.BytesIO(ROW)
    named.name = "export.ndjson"
    assert ids(named) != ids(io.BytesIO(ROW))


def test_an_id_from_the_caller_is_counted_on_from_the_second_input() -> None:
    three: Iterable[io.BytesIO] = [io.BytesIO(ROW) for _ in range(3)]
    assert ids(three, "monday") == ["monday", "monday-1", "monday-2"]


@pytest.mark.parametrize(
    ("name", "uri"),
    [
        ("export.ndjson", "export.ndjson"),
        ("https://host/a?Signature=secret", "https://host/a"),
        ("<fdopen>", "stream:"),
        (3, "stream:"),
    ],
)
def test_a_stream_is_named_by_its_name_if_it_has_one(name: Any, uri: str) -> None:
    stream = io.BytesIO(ROW)
    stream.name = name
    assert uris(stream) == [uri]


def test_a_source_knows_its_stored_size(folder: Path) -> None:
    (folder / "k.ndjson.gz").write_bytes(stored := COMPRESSORS["gzip"](ROW))
    opened = next(open_sources("k.ndjson.gz"))
    assert opened.source.size == len(stored)
    opened.close()
