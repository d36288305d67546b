"""What is found in bytes: newlines and UTF-8, as plain Python finds them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from exportkit.native.octets import count_newlines, count_openings, is_utf8, newlines

lines = st.lists(st.sampled_from([b"", b"a", b"\n", b"\r\n", b"0123456789abcdef", b"\xff\n"])).map(b"".join)
#: Pieces around which the rules of UTF-8 change, and what stands beside them.
EDGES = (
    b"a", b"12345678", b"\x7f", b"\x80", b"\xbf", b"\xc0\x80", b"\xc1\xbf", b"\xc2\x80", b"\xdf\xbf", b"\xc2",
    b"\xe0\x9f\xbf", b"\xe0\xa0\x80", b"\xed\x9f\xbf", b"\xed\xa0\x80", b"\xee\x80\x80", b"\xef\xbf\xbf",
    b"\xe2\x82", b"\xf0\x8f\xbf\xbf", b"\xf0\x90\x80\x80", b"\xf4\x8f\xbf\xbf", b"\xf4\x90\x80\x80", b"\xf5",
    b"\xf0\x9f\x98", b"\xff", "é東京😀".encode(),
)  # fmt: skip


def is_decoded(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


@given(lines)
def test_newlines_stand_where_python_finds_them(data: bytes) -> None:
    wanted = [at for at, byte in enumerate(data) if byte == ord("\n")]
    assert count_newlines(data) == len(wanted)
    assert np.frombuffer(newlines(data), np.int64).tolist() == wanted
    assert count_newlines(memoryview(data)[1:]) == data[1:].count(b"\n")


@given(st.binary(max_size=100) | st.text('[]{}"a', max_size=200).map(str.encode))
def test_openings_are_counted_as_python_counts_them(data: bytes) -> None:
    assert count_openings(data) == data.count(b"{") + data.count(b"[")


@given(st.lists(st.sampled_from(EDGES), max_size=8).map(b"".join))
@example(b"")
def test_pieces_at_the_edges_are_utf8_when_python_decodes_them(data: bytes) -> None:
    assert is_utf8(data) == is_decoded(data)


@given(st.text(max_size=40), st.binary(max_size=3), st.integers(0, 200))
def test_text_with_something_in_it_is_utf8_when_python_decodes_it(text: str, odd: bytes, at: int) -> None:
    data = text.encode("utf-8", "surrogatepass")
    data = data[:at] + odd + data[at:]
    assert is_utf8(data) == is_decoded(data)


@pytest.mark.parametrize("first", range(0x80, 0x100))
def test_every_first_byte_is_followed_by_what_python_lets_follow(first: int) -> None:
    follows = [b"", *(bytes([second]) for second in (0x20, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0))]
    for second in follows:
        for rest in (b"", b"\x80", b"\x80\x80", b"\x80\x80\x80", b"\x80\x41", b"12345678"):
            data = bytes([first]) + second + rest
            assert is_utf8(data) == is_decoded(data), data
