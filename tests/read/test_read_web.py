"""Links: an export is read from where it is served, and a server that fails says why."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from exportkit.errors import ReadError
from exportkit.read import open_sources
from read.forms import COMPRESSORS, ROW


class Serving(BaseHTTPRequestHandler):
    """Serves what `pages` holds: status, headers, body."""

    pages: ClassVar[dict[str, tuple[int, dict[str, str], bytes]]] = {}

    def do_GET(self) -> None:
        status, headers, body = self.pages[self.path.partition("?")[0]]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def host() -> Iterator[str]:
    """The address of a server that runs as long as the test."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Serving) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
    Serving.pages.clear()


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


def test_a_link_is_no_glob(host: str) -> None:
    Serving.pages["/*.ndjson"] = (200, {}, ROW)
    with next(open_sources(f"{host}/*.ndjson")) as opened:
        assert b"".join(opened.blocks()) == ROW
