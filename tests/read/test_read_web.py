"""Links: an export is read from where it is served, and a server that fails says why."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from exportkit.errors import ReadError
from exportkit.read import open_sources
from read.forms import COMPRESSORS, ROW


class Serving(BaseHTTPRequestHandler):
    """Serves what `pages` holds: status, headers, body."""

    pages: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {}

    phrase: ClassVar[str | None] = None
    asked: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:
        status, headers, body = self.pages[self.path.partition("?")[0]]
        Serving.asked = dict(self.headers)
        self.send_response(status, self.phrase)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class ServerOfVersion6(ThreadingHTTPServer):
    address_family = socket.AF_INET6


@contextmanager
def served(address: str) -> Iterator[str]:
    """Serve as long as the context lasts; give the address."""
    is_new = ":" in address
    with (ServerOfVersion6 if is_new else ThreadingHTTPServer)((address, 0), Serving) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://{f'[{address}]' if is_new else address}:{server.server_port}"
        server.shutdown()
        thread.join()
    Serving.pages.clear()
    Serving.phrase = None


@pytest.fixture
def host() -> Iterator[str]:
    """The address of a server that runs as long as the test."""
    with served("127.0.0.1") as address:
        yield address


def test_an_export_is_read_from_a_link(host: str) -> None:
    body = COMPRESSORS["gzip"](ROW * 10_000)
    Serving.pages["/e.gz"] = (200, {"Content-Length": str(len(body)), "ETag": '"1"'}, body)
    with next(open_sources(f"{host}/e.gz?Signature=secret")) as opened:
        assert (opened.source.uri, opened.source.size) == (f"{host}/e.gz", len(body))
        assert (opened.compression, opened.path_if_splittable) == ("gzip", None)
        assert b"".join(opened.blocks()) == ROW * 10_000
        assert opened.stored_bytes_read == len(body)


def test_a_link_without_a_length_is_read_to_its_end(host: str) -> None:
    Serving.pages["/e"] = (200, {}, ROW * 10_000)
    with next(open_sources(f"{host}/e")) as opened:
        assert opened.source.size is None
        assert b"".join(opened.blocks()) == ROW * 10_000


def export_id(url: str) -> str:
    with next(open_sources(url)) as opened:
        return opened.source.export_id


def test_a_new_signature_is_the_same_export_and_a_new_tag_another(host: str) -> None:
    Serving.pages["/e"] = (200, {"ETag": '"1"'}, ROW)
    first, signed_again = export_id(f"{host}/e?Signature=1"), export_id(f"{host}/e?Signature=2")
    Serving.pages["/e"] = (200, {"ETag": '"2"'}, ROW)
    assert first == signed_again != export_id(f"{host}/e?Signature=2")


def test_a_missing_page_is_the_systems_own_error(host: str) -> None:
    Serving.pages["/e"] = (404, {}, b"")
    with pytest.raises(FileNotFoundError) as caught:
        next(open_sources(f"{host}/e?Signature=secret"))
    assert str(caught.value) == f"[Errno 2] No such file or directory: '{host}/e'"


def test_an_expired_link_says_so(host: str) -> None:
    Serving.pages["/e"] = (403, {}, b"<Error/>")
    with pytest.raises(ReadError) as caught:
        next(open_sources(f"{host}/e?Signature=secret"))
    assert str(caught.value) == (
        f"the server answers 403 Forbidden (in {host}/e)\nhint: links expire after a while; request a new one"
    )


def test_a_download_that_ends_early_is_an_error_after_what_came(host: str) -> None:
    Serving.pages["/e"] = (200, {"Content-Length": "400000"}, bytes(300_000))
    blocks = next(open_sources(f"{host}/e?Signature=secret")).blocks()
    assert next(blocks) == bytes(300_000)
    with pytest.raises(ReadError) as caught:
        next(blocks)
    assert str(caught.value) == (
        f"the connection ended 100000 bytes too early (in {host}/e)\n"
        "hint: try again, or download the file first"
    )


def test_a_broken_transfer_is_an_error_of_ours(host: str) -> None:
    Serving.pages["/e"] = (200, {"Transfer-Encoding": "chunked"}, b"zzz\r\n")
    with pytest.raises(ReadError, match=r"^the connection broke: ") as caught:
        next(open_sources(f"{host}/e"))
    assert caught.value.hint == "try again, or download the file first"


def test_a_server_that_is_not_there_is_an_error_of_ours(host: str) -> None:
    port = int(host.rpartition(":")[2])
    with pytest.raises(ReadError, match=r"^the server cannot be reached: .*refused") as caught:
        next(open_sources(f"http://127.0.0.2:{port}/e?Signature=secret"))
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("/Exporte für März.ndjson", "/Exporte%20f%C3%BCr%20M%C3%A4rz.ndjson"),
        ("/a%20b.ndjson", "/a%20b.ndjson"),
        ("/\u2100.ndjson\n", "/%E2%84%80.ndjson"),
    ],
)
def test_a_link_may_hold_any_characters(host: str, path: str, asked: str) -> None:
    Serving.pages[asked] = (200, {}, ROW)
    with next(open_sources(f"{host}{path}?Signature=a b&é=1")) as opened:
        assert b"".join(opened.blocks()) == ROW


def test_a_link_may_name_a_user(host: str) -> None:
    Serving.pages["/e"] = (200, {}, ROW)
    with next(open_sources(host.replace("//", "//ann:PASS%2FWORD@") + "/e")) as opened:
        assert opened.source.uri == f"{host}/e"
        assert b"".join(opened.blocks()) == ROW
    assert Serving.asked["Authorization"] == "Basic YW5uOlBBU1MvV09SRA=="


def test_a_server_may_have_an_address_of_version_6() -> None:
    with served("::1") as host:
        Serving.pages["/e"] = (200, {}, ROW)
        with next(open_sources(f"{host}/e")) as opened:
            assert b"".join(opened.blocks()) == ROW


def test_a_length_of_thousands_of_digits_is_no_length(host: str) -> None:
    Serving.pages["/e"] = (200, {"Content-Length": "9" * 5_000}, ROW)
    with next(open_sources(f"{host}/e")) as opened:
        assert opened.source.size is None
        assert next(opened.blocks()) == ROW


def test_what_a_server_says_is_not_printed(host: str) -> None:
    Serving.pages["/e"] = (403, {}, b"")
    Serving.phrase = "\x1b[2J\x1b]0;owned\x07" + "x" * 2_000
    with pytest.raises(ReadError, match=r"^the server answers 403 Forbidden \(in "):
        next(open_sources(f"{host}/e"))
    Serving.pages["/e"] = (599, {}, b"")
    with pytest.raises(ReadError, match=r"^the server answers 599 \(in "):
        next(open_sources(f"{host}/e"))
    Serving.pages["/e"] = (302, {"Location": "file:///etc/SECRET"}, b"")
    with pytest.raises(ReadError, match=r"^the server answers 302 Found \(in "):
        next(open_sources(f"{host}/e"))


MALFORMED = [
    "http://user:PASS{}@host/x",
    "http://user:PA/SS{}@host/x",
    "http://[::1{}/x?Signature=PASS",
    "http://127.0.0.1:1/x?Signature=PASS{} b",
    "http://127.0.0.1:PASS{}/x",
    "http://PASS{}:x@127.0.0.1:99999/x",
    "https://\u2100PASS{}@x/y",
    "https:///x?PASS{}",
    "https://a\u2100b:1@/x?PASS{}",
    "s3://KEY:PA/SS{}@bucket",
    "gs://KEY:PASS{}@[/x",
    "file://PASS{}@[::1/x",
]


@pytest.mark.parametrize("url", MALFORMED)
@pytest.mark.parametrize("mark", ["", " ", "é", "\n", "\x1b[2J"])
def test_no_secret_of_a_url_is_in_a_message_however_malformed_it_is(url: str, mark: str) -> None:
    with pytest.raises((ReadError, FileNotFoundError)) as caught:
        next(open_sources(url.format(mark)))
    text = str(caught.value)
    assert not any(secret in text for secret in ("PASS", "PA/", "SS", "\x1b")), text


def test_a_link_is_no_glob(host: str) -> None:
    Serving.pages["/*.ndjson"] = (200, {}, ROW)
    with next(open_sources(f"{host}/*.ndjson")) as opened:
        assert b"".join(opened.blocks()) == ROW
