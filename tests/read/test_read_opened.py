"""Opened sources: their bytes in blocks, their progress, their ranges."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from exportkit.errors import ReadError
from exportkit.place import Source
from exportkit.read import OpenedSource, open_sources, read_range
from read.forms import COMPRESSORS, ROW


def content(opened: OpenedSource) -> bytes:
    with opened:
        return b"".join(opened.blocks())


@pytest.mark.parametrize("form", [None, *COMPRESSORS])
def test_a_file_of_any_form_gives_its_bytes_and_counts_what_is_stored(
    tmp_path: Path, form: str | None
) -> None:
    content = ROW * 10_000
    stored = COMPRESSORS[form](content) if form else content
    path = tmp_path / "misnamed.ndjson"
    path.write_bytes(stored)
    with next(open_sources(path)) as opened:
        assert opened.stored_bytes_read == 0
        assert b"".join(opened.blocks()) == content
        assert opened.stored_bytes_read == len(stored)
        assert opened.path_if_splittable == (None if form else str(path))


def test_progress_follows_the_blocks(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(bytes(2**20))
    with next(open_sources(path)) as opened:
        seen = [opened.stored_bytes_read for _ in opened.blocks(2**17)]
    assert seen == sorted(seen)
    assert seen[-1] == 2**20


def test_short_reads_of_a_stream_are_joined() -> None:
    class Trickle(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            return super().read(min(size or 0, 100))

    blocks = list(next(open_sources(Trickle(bytes(300_000)))).blocks(100_000))
    assert list(map(len, blocks)) == [99_936, 100_000, 100_000, 64]


@pytest.mark.parametrize("kind", [bytearray, memoryview])
def test_a_stream_may_give_any_kind_of_bytes(kind: Any) -> None:
    class Other(io.BytesIO):
        def read(self, size: int | None = -1) -> Any:
            return kind(super().read(size))

    assert content(next(open_sources(Other(ROW)))) == ROW


def test_a_stream_is_read_from_where_it_stands_and_left_open() -> None:
    stream = io.BytesIO(b"other" + ROW)
    stream.seek(5)
    assert content(next(open_sources(stream))) == ROW
    assert not stream.closed


def test_a_file_is_closed(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(bytes(2**17))
    with next(open_sources(tmp_path / "a")) as opened:
        blocks = opened.blocks(2**16)
        next(blocks)
    with pytest.raises(ValueError, match="closed file"):
        next(blocks)


def test_an_opened_source_is_read_once() -> None:
    opened = next(open_sources(io.BytesIO(ROW)))
    opened.blocks()
    with pytest.raises(ValueError, match=r"^an opened source can be read once$"):
        opened.blocks()


def test_a_block_has_at_least_one_byte() -> None:
    with pytest.raises(ValueError, match=r"^block_bytes must be at least 1, got 0$"):
        next(open_sources(io.BytesIO(ROW))).blocks(0)


def test_a_range_is_its_bytes_in_blocks(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(bytes(range(100)))
    found = list(read_range(str(path), 10, 35, 10))
    assert found == [
        bytes(range(10, 20)),
        bytes(range(20, 30)),
        bytes(range(30, 35)),
    ]
    assert list(read_range(path.as_uri(), 95, 100, 10)) == [bytes(range(95, 100))]
    assert list(read_range(str(path), 10, 10, 10)) == []


def test_a_range_that_is_no_longer_there_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(bytes(100))
    with pytest.raises(ReadError) as caught:
        list(read_range(str(path), 90, 120, 10))
    assert str(caught.value) == (
        f"the file ends before byte 120 (in {path}, byte 100)\n"
        "hint: it changed while it was read; read a copy"
    )


def test_a_source_is_what_names_it(tmp_path: Path) -> None:
    path = tmp_path / "a.ndjson"
    path.write_bytes(ROW)
    with next(open_sources(path, export_id="monday")) as opened:
        assert opened.source == Source(str(path), "monday", len(ROW))


def test_a_plain_file_of_this_machine_is_read_without_a_heavy_library() -> None:
    script = (
        "import sys\n"
        "from exportkit.read import open_sources\n"
        "with next(open_sources(sys.argv[1])) as opened: b''.join(opened.blocks())\n"
        "print({'pyarrow', 'numpy', 'isal', 'lzma', 'urllib.request'} & set(sys.modules))"
    )
    command = [sys.executable, "-c", script, __file__]
    run = subprocess.run(command, capture_output=True, check=True, text=True, cwd=Path(__file__).parents[2])
    assert run.stdout == "set()\n"
