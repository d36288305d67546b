"""Whatever writes one file replaces nothing that it was not told to replace, and no source at all."""

from __future__ import annotations

import gzip
import io
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import exportkit
from exportkit import WriteError
from exportkit.cli import main
from rejects.broken_lakes import good, write_rejecting

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

V1 = '[{"ID": "l", "DataRow ID": "d", "Labeled Data": "u", "Label": {"objects": []}}]'
#: Writes a file at a path, from the sources of the fixture `desk`.
Writer = Callable[..., Any]
WRITERS: dict[str, Writer] = {
    "to_ndjson": lambda desk, path, **options: exportkit.to_ndjson(desk / "lake", path, **options),
    "upgrade": lambda desk, path, **options: exportkit.upgrade(desk / "v1.json", path, **options),
    "geoparquet": lambda desk, path, **options: exportkit.write_geoparquet(desk / "lake", path, **options),
    "geoparquet of lines": lambda desk, path, **options: exportkit.write_geoparquet(
        desk / "export.ndjson", path, **options
    ),
}
#: By writer, a file that it reads.
SOURCES = {
    "to_ndjson": "lake/labels/*.parquet", "upgrade": "v1.json", "geoparquet": "lake/objects/*.parquet",
    "geoparquet of lines": "export.ndjson",
}  # fmt: skip


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """Return a directory with a lake, the export that it was made of, and an Export V1."""
    write_rejecting(tmp_path / "lake", [good("a")])
    (tmp_path / "v1.json").write_text(V1)
    return tmp_path


@pytest.mark.parametrize("writer", WRITERS)
def test_a_file_that_is_there_is_replaced_only_when_it_is_asked_for(desk: Path, writer: str) -> None:
    target = desk / "file"
    target.write_bytes(b"mine")
    with pytest.raises(WriteError) as caught:
        WRITERS[writer](desk, target)
    assert str(caught.value) == (
        f"the file is there already (in {target})\nhint: choose another name, or set force to replace it"
    )
    assert target.read_bytes() == b"mine"
    WRITERS[writer](desk, target, force=True)
    assert target.read_bytes() != b"mine"


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("is_link", [False, True])
def test_no_source_is_replaced_even_when_it_is_asked_for(desk: Path, writer: str, *, is_link: bool) -> None:
    (source,) = desk.glob(SOURCES[writer])
    before, target = source.read_bytes(), source
    if is_link:
        target = desk / "link"
        target.symlink_to(source)
    for options in ({}, {"force": True}):
        with pytest.raises(WriteError, match=r"^the destination is the source itself "):
            WRITERS[writer](desk, target, **options)
    assert source.read_bytes() == before


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("mode", [0o600, 0o664, 0o400])
def test_a_file_that_is_replaced_keeps_its_permissions(desk: Path, writer: str, mode: int) -> None:
    target = desk / "file"
    target.write_bytes(b"mine")
    target.chmod(mode)
    WRITERS[writer](desk, target, force=True)
    assert target.stat().st_mode & 0o7777 == mode


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("is_there", [False, True])
def test_a_link_is_followed(desk: Path, writer: str, *, is_there: bool) -> None:
    (desk / "out").mkdir()
    target, link = desk / "out" / "file", desk / "link"
    if is_there:
        target.write_bytes(b"mine")
    link.symlink_to("out/file")
    WRITERS[writer](desk, link, force=is_there)
    assert link.is_symlink()
    assert target.read_bytes() != b"mine"
    assert [*target.parent.iterdir()] == [target]


@pytest.mark.parametrize("writer", WRITERS)
def test_a_pipe_and_a_device_are_written_to_and_stay(desk: Path, writer: str) -> None:
    pipe, taken = desk / "pipe", list[bytes]()
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: taken.append(pipe.read_bytes()), daemon=True)
    reader.start()
    WRITERS[writer](desk, pipe)
    reader.join(30)
    WRITERS[writer](desk, desk / "file")
    assert taken == [(desk / "file").read_bytes()]
    assert pipe.is_fifo()
    WRITERS[writer](desk, "/dev/null")
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("path", ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
@pytest.mark.parametrize("is_file", [False, True])
def test_standard_output_is_written_to_under_each_of_its_names(
    desk: Path, path: str, *, is_file: bool
) -> None:
    """In a file, what is there already stays: standard output goes on where it is."""
    command = [sys.executable, "-m", "exportkit", "rebuild", str(desk / "lake"), path, "--quiet"]
    if is_file:
        with (desk / "out").open("wb") as out:
            out.write(b"before\n")
            out.flush()
            subprocess.run(command, check=True, stdout=out, cwd=desk)
        printed = (desk / "out").read_bytes().removeprefix(b"before\n")
    else:
        done = subprocess.run(command, check=True, capture_output=True, cwd=desk)
        printed = done.stdout
    whole = io.BytesIO()
    exportkit.to_ndjson(desk / "lake", whole)
    assert printed == whole.getvalue()
    assert not [*desk.glob("stdin*")]


@pytest.mark.parametrize("writer", ["to_ndjson", "upgrade"])
@pytest.mark.parametrize(("ending", "unpack"), [(".gz", gzip.decompress), (".zst", zstd.decompress)])
def test_lines_are_compressed_where_the_name_says_so(
    desk: Path, writer: str, ending: str, unpack: Callable[[bytes], bytes]
) -> None:
    WRITERS[writer](desk, desk / "plain")
    WRITERS[writer](desk, desk / f"packed{ending}")
    assert unpack((desk / f"packed{ending}").read_bytes()) == (desk / "plain").read_bytes()


def test_a_map_is_parquet_whatever_its_name(desk: Path) -> None:
    exportkit.write_geoparquet(desk / "lake", desk / "map.gz")
    assert pq.read_metadata(desk / "map.gz").num_rows == 0


def test_the_command_names_its_option(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (desk / "file").write_bytes(b"mine")
    for words in (["rebuild", str(desk / "lake")], ["upgrade", str(desk / "v1.json")]):
        assert main([*words, str(desk / "file")]) == 1
        assert "choose another name, or set --force to replace it" in capsys.readouterr().err
        assert main([*words, str(desk / "file"), "--force", "--quiet"]) == 0
    assert (desk / "file").read_bytes() != b"mine"
