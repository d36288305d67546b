"""Compression: recognised by the bytes, gone after reading; errors have the offset where it broke."""

from __future__ import annotations

import io
import lzma
import random
import tracemalloc
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit.errors import ReadError
from exportkit.read import OpenedSource, open_sources
from read.forms import COMPRESSORS, ROW, zstd_with_window

FORMS = list(COMPRESSORS)
NOISE = random.Random(0).randbytes(300_000)


def opened(data: bytes, **options: float) -> OpenedSource:
    return next(open_sources(io.BytesIO(data), **options))  # type: ignore[arg-type]  # only numbers here


def read_whole(data: bytes, block_bytes: int = 1000) -> bytes:
    return b"".join(opened(data).blocks(block_bytes))


def read_until_error(blocks: Iterator[bytes]) -> tuple[bytes, ReadError]:
    found: list[bytes] = []
    with pytest.raises(ReadError) as caught:
        found.extend(blocks)
    return b"".join(found), caught.value


@given(st.sampled_from(FORMS), st.binary(max_size=500), st.integers(1, 600))
def test_compression_changes_nothing(form: str, data: bytes, block_bytes: int) -> None:
    assert read_whole(COMPRESSORS[form](data), block_bytes) == data


@given(
    st.sampled_from(FORMS),
    st.binary(max_size=300),
    st.lists(st.integers(0, 300), max_size=5),
    st.sampled_from([b"", b"\0" * 4, b"\0" * 20_000]),
)
def test_members_that_follow_each_other_are_one_input(
    form: str, data: bytes, cuts: list[int], padding: bytes
) -> None:
    ends = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    members = (COMPRESSORS[form](data[start:end]) for start, end in pairwise(ends))
    assert read_whole(padding.join(members) + padding) == data


@given(st.sampled_from([*FORMS, None]), st.integers(0, len(NOISE)), st.integers(1000, 100_000))
def test_no_block_could_take_the_next_one_too(form: str | None, size: int, block_bytes: int) -> None:
    data = NOISE[:size]
    blocks = list(opened(COMPRESSORS[form](data) if form else data).blocks(block_bytes))
    assert b"".join(blocks) == data
    assert all(0 < len(block) <= block_bytes for block in blocks)
    assert all(len(one) + len(following) > block_bytes for one, following in pairwise(blocks))


@pytest.mark.parametrize("form", FORMS)
def test_the_form_is_told_by_the_bytes(form: str) -> None:
    with opened(COMPRESSORS[form](ROW)) as source:
        assert source.compression == form
        assert source.path_if_splittable is None


@pytest.mark.parametrize(
    "data", [b"", ROW, b"[]", b"BZh", b"BZh91234567", b"\x1f\x8b", b"\xfd7zX", b"\x5b\x2a\x4d", b"PK\x03\x04"]
)
def test_other_bytes_are_not_compressed(data: bytes) -> None:
    with opened(data) as source:
        assert source.compression is None
        assert b"".join(source.blocks()) == data


def test_a_zstd_frame_to_skip_is_skipped() -> None:
    skipped = b"\x5e\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"hello"
    assert read_whole(skipped + COMPRESSORS["zstd"](ROW) + skipped) == ROW


@given(st.sampled_from(FORMS), st.data())
def test_what_comes_before_a_truncation_is_given_first(form: str, data: st.DataObject) -> None:
    content = NOISE[:3000] + ROW * 300
    stored = COMPRESSORS[form](content)
    cut = data.draw(st.integers(12, len(stored) - 1))
    blocks = opened(stored[:cut]).blocks(data.draw(st.integers(1, 5000)))
    found, error = read_until_error(blocks)
    assert content.startswith(found)
    assert error.problem == f"the {form} data ends in the middle"
    assert error.place is not None
    assert error.place.byte_offset == len(found)


@given(st.sampled_from(FORMS), st.data())
def test_damage_is_either_harmless_or_an_error_of_ours(form: str, data: st.DataObject) -> None:
    stored = bytearray(COMPRESSORS[form](NOISE[:3000] + ROW * 300))
    at = data.draw(st.integers(12, len(stored) - 1))
    stored[at] ^= data.draw(st.integers(1, 255))
    try:
        read_whole(bytes(stored))
    except ReadError as error:
        assert error.place is not None  # noqa: PT017  # an error is one of two right answers


@pytest.mark.parametrize("form", FORMS)
def test_what_comes_before_a_damaged_member_is_given_first(form: str) -> None:
    second = COMPRESSORS[form](b"".join(b"%d\n" % (number * number) for number in range(3000)))
    damaged = second[:40] + bytes(byte ^ 0x55 for byte in second[40:-40]) + second[-40:]
    found, error = read_until_error(opened(COMPRESSORS[form](NOISE) + damaged).blocks())
    assert found.startswith(NOISE)
    assert error.problem == f"the {form} data is damaged"


def test_memory_does_not_grow_with_the_input() -> None:
    stored = COMPRESSORS["gzip"](bytes(2**20)) * 200
    tracemalloc.start()
    try:
        total = sum(map(len, opened(stored).blocks(2**16)))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert total == 200 * 2**20
    assert peak < 4 * 2**20


TEST_ADVICE = "`{} -t` checks the file; download or copy it again if it is damaged"


@pytest.mark.parametrize("form", FORMS)
def test_a_truncated_input_says_how_far_it_came(form: str) -> None:
    found, error = read_until_error(opened(COMPRESSORS[form](ROW)[:-1]).blocks())
    assert str(error) == (
        f"the {form} data ends in the middle (in stream:, byte {len(found)})\n"
        "hint: the file is incomplete; download or copy it again"
    )


@pytest.mark.parametrize("form", ["gzip", "bzip2", "xz"])
def test_a_damaged_input_says_how_far_it_came(form: str) -> None:
    stored = COMPRESSORS[form](ROW) + COMPRESSORS[form](ROW)[:-8] + b"\xff" * 8
    found, error = read_until_error(opened(stored).blocks())
    assert str(error) == (
        f"the {form} data is damaged (in stream:, byte {len(found)})\nhint: " + TEST_ADVICE.format(form)
    )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("other", [b"hello", ROW * 1000, b"\0\0\0x", COMPRESSORS["xz"](ROW) + b"y"])
def test_something_else_after_the_end_is_an_error(form: str, other: bytes) -> None:
    if form == "xz":
        other = other.replace(b"\xfd7zXZ", b"?????")
    found, error = read_until_error(opened(COMPRESSORS[form](ROW) + other).blocks())
    assert found == ROW
    assert str(error) == (
        f"the {form} data is followed by something else (in stream:, byte 25)\n"
        "hint: what follows belongs to another file or is damaged; download or copy the file again"
    )


@pytest.mark.parametrize(
    ("form", "stored"),
    [
        ("zstd", zstd_with_window(ROW, 28)),
        ("xz", lzma.compress(ROW, filters=[{"id": lzma.FILTER_LZMA2, "dict_size": 2**28}])),
    ],
)
def test_a_window_that_needs_too_much_memory_is_an_error(form: str, stored: bytes) -> None:
    _, error = read_until_error(opened(stored).blocks())
    assert str(error) == (
        f"the {form} data needs more than 128 MiB of memory (in stream:, byte 0)\n"
        "hint: decompress it first, or compress it with a smaller window"
    )


def test_the_largest_usual_windows_are_read() -> None:
    assert read_whole(zstd_with_window(ROW, 27)) == ROW
    assert read_whole(lzma.compress(ROW, preset=9 | lzma.PRESET_EXTREME)) == ROW


def test_input_that_expands_without_end_is_stopped() -> None:
    bomb = COMPRESSORS["zstd"](bytes(100 * 2**20))
    found, error = read_until_error(opened(bomb, max_compression_ratio=1000).blocks())
    assert 63 * 2**20 < len(found) <= 64 * 2**20
    assert str(error) == (
        "the zstd data expands more than 1000 times (in stream:, byte 67174400)\n"
        "hint: raise max_compression_ratio if the source is trusted"
    )


def test_input_that_expands_much_but_not_far_is_read() -> None:
    content = bytes(30 * 2**20)
    assert read_whole(COMPRESSORS["zstd"](content)) == content


def test_a_caller_may_trust_any_ratio() -> None:
    bomb = COMPRESSORS["zstd"](bytes(100 * 2**20))
    assert sum(map(len, opened(bomb, max_compression_ratio=float("inf")).blocks())) == 100 * 2**20
