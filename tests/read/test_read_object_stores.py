"""Object stores: URLs behave as paths do, and errors show no secret."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from pyarrow import fs

from exportkit.errors import ReadError
from exportkit.read import object_stores, open_sources, read_range
from read.forms import COMPRESSORS, ROW


@pytest.fixture
def bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that stands for ``s3://bucket``."""
    store = fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem())

    def file_system(url: str) -> tuple[fs.FileSystem, str]:
        parts = urlsplit(url)
        return store, (parts.hostname or "") + unquote(parts.path)

    monkeypatch.setattr(object_stores, "_file_system", file_system)
    folder = tmp_path / "bucket"
    for name in (
        "b.ndjson",
        "a b[1].jsonl",
        "deep/c.json.gz",
        "deep/er/d.ndjson",
        ".hidden.json",
        "notes.txt",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(name.encode())
    return folder


def uris(url: str) -> list[str]:
    found = []
    for opened in open_sources(url):
        with opened:
            found.append(opened.source.uri)
    return found


def test_an_object_is_read(bucket: Path) -> None:
    (bucket / "e.ndjson.gz").write_bytes(stored := COMPRESSORS["gzip"](ROW * 1000))
    with next(open_sources("s3://bucket/e.ndjson.gz")) as opened:
        assert opened.compression == "gzip"
        assert opened.source.size == len(stored)
        assert b"".join(opened.blocks(1000)) == ROW * 1000
        assert opened.stored_bytes_read == len(stored)


def test_ranges_of_an_object_are_read_under_the_whole_url(bucket: Path) -> None:
    (bucket / "e.ndjson").write_bytes(bytes(range(100)))
    url = "s3://key:secret@bucket/e.ndjson?region=eu-west-1"
    with next(open_sources(url)) as opened:
        assert opened.source.uri == "s3://bucket/e.ndjson"
        assert opened.path_if_splittable == url
    assert list(read_range(url, 10, 35, 10)) == [
        bytes(range(10, 20)),
        bytes(range(20, 30)),
        bytes(range(30, 35)),
    ]


def test_a_directory_of_a_store_is_its_visible_exports(bucket: Path) -> None:
    assert bucket.is_dir()
    expected = ["a%20b%5B1%5D.jsonl", "b.ndjson", "deep/c.json.gz", "deep/er/d.ndjson"]
    assert uris("s3://bucket") == [f"s3://bucket/{name}" for name in expected]
    assert uris("s3://bucket/deep/?region=eu-west-1") == [
        "s3://bucket/deep/c.json.gz",
        "s3://bucket/deep/er/d.ndjson",
    ]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.ndjson", ["b.ndjson"]),
        ("*", ["a%20b%5B1%5D.jsonl", "b.ndjson", "notes.txt"]),
        ("**/*.ndjson", ["b.ndjson", "deep/er/d.ndjson"]),
        ("deep/*.gz", ["deep/c.json.gz"]),
        ("[!a].ndjson", ["b.ndjson"]),
        ("d*/*/[a-d].*", ["deep/er/d.ndjson"]),
    ],
)
@pytest.mark.usefixtures("bucket")
def test_a_glob_of_a_store_is_what_it_matches(pattern: str, names: list[str]) -> None:
    assert uris(f"s3://bucket/{pattern}") == [f"s3://bucket/{name}" for name in names]


def test_what_a_directory_lists_can_be_opened(bucket: Path) -> None:
    assert bucket.is_dir()
    found = [b"".join(opened.blocks()) for opened in open_sources("s3://bucket")]
    assert found == [b"a b[1].jsonl", b"b.ndjson", b"deep/c.json.gz", b"deep/er/d.ndjson"]


@pytest.mark.usefixtures("bucket")
def test_a_missing_object_is_the_systems_own_error() -> None:
    with pytest.raises(FileNotFoundError) as caught:
        uris("s3://bucket/missing.ndjson?Signature=secret")
    assert str(caught.value) == "[Errno 2] No such file or directory: 's3://bucket/missing.ndjson'"


@pytest.mark.parametrize(
    ("url", "start"),
    [
        ("s3://bucket/empty?Signature=secret", "no export found: looked for *.ndjson"),
        ("s3://bucket/*.csv?Signature=secret", "no file matches (in s3://bucket/*.csv)"),
        ("s3://bucket/nowhere/*.csv", "no file matches (in s3://bucket/nowhere/*.csv)"),
    ],
)
def test_nothing_found_in_a_store_says_so(bucket: Path, url: str, start: str) -> None:
    (bucket / "empty").mkdir()
    with pytest.raises(ReadError) as caught:
        uris(url)
    assert str(caught.value).startswith(start)
    assert "secret" not in str(caught.value)


class BrokenStream:
    """A connection that breaks."""

    def read(self, _: int) -> bytes:
        raise OSError("curl 56: broken at https://bucket.s3/e?Signature=secret after a while\nand more")

    def close(self) -> None:
        pass


def test_a_connection_that_breaks_names_the_object_and_no_secret(
    bucket: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class BreakingStore:
        def get_file_info(self, path: str) -> Any:
            return fs.LocalFileSystem().get_file_info(str(bucket.parent / path))

        def open_input_stream(self, *_: Any, **__: Any) -> BrokenStream:
            return BrokenStream()

    monkeypatch.setattr(object_stores, "_file_system", lambda _: (BreakingStore(), "bucket/b.ndjson"))
    with pytest.raises(ReadError) as caught:
        uris("s3://bucket/b.ndjson?Signature=secret")
    assert str(caught.value) == (
        "the store refused: curl 56: broken at https://bucket.s3/e after a while (in s3://bucket/b.ndjson)\n"
        "hint: check the name, the credentials and the network"
    )


@pytest.mark.parametrize(
    "url",
    [
        "s3://bucket/a.ndjson?X-Amz-Signature=secret",
        "foo://bucket/a.ndjson?key=secret",
        "gs://b/%zz?key=secret",
    ],
)
def test_a_url_that_pyarrow_does_not_take_is_an_error_without_its_secret(url: str) -> None:
    with pytest.raises(ReadError) as caught:
        uris(url)
    assert str(caught.value).startswith("the URL is of a kind that cannot be read (in ")
    assert "secret" not in str(caught.value)
    assert caught.value.__suppress_context__
