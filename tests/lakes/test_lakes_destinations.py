"""Whatever writes one file replaces nothing that it was not told to replace, and no source at all."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


#: What reads one stream, and the file under it.
STREAMED: dict[str, Writer] = {
    "upgrade": lambda stream, path: exportkit.upgrade(stream, path, force=True),
    "upgrade of a list": lambda stream, path: exportkit.upgrade([stream], path, force=True),
    "geoparquet": lambda stream, path: exportkit.write_geoparquet(stream, path, force=True),
}


@pytest.mark.parametrize("writer", STREAMED)
@pytest.mark.parametrize("is_packed", [False, True])
def test_no_file_under_a_stream_is_replaced(desk: Path, writer: str, *, is_packed: bool) -> None:
    source = desk / ("v1.json" if "upgrade" in writer else "export.ndjson")
    if is_packed:
        source.write_bytes(gzip.compress(source.read_bytes()))
    before = source.read_bytes()
    os.link(source, desk / "same")
    for target in (source, desk / "same"):
        with (
            gzip.open(source) if is_packed else source.open("rb") as stream,
            pytest.raises(WriteError, match=r"^the destination is the source itself "),
        ):
            STREAMED[writer](stream, target)
    assert source.read_bytes() == before


def test_no_file_under_standard_input_is_replaced(desk: Path) -> None:
    command = [sys.executable, "-m", "exportkit", "upgrade", "-", "v1.json", "--force"]
    with (desk / "v1.json").open("rb") as source:
        ran = subprocess.run(command, check=False, stdin=source, cwd=desk, capture_output=True, text=True)
    assert (ran.returncode, ran.stderr.splitlines()[0]) == (
        1,
        "error: the destination is the source itself (in v1.json)",
    )
    assert (desk / "v1.json").read_text() == V1


@pytest.mark.parametrize("writer", ["to_ndjson", "geoparquet"])
@pytest.mark.parametrize("place", ["labels/part-0.parquet", "elsewhere/part-0.parquet", "file", ".x/file"])
@pytest.mark.parametrize("is_link", [False, True])
def test_nothing_is_written_into_the_lake_that_is_read(
    desk: Path, writer: str, place: str, *, is_link: bool
) -> None:
    lake = desk / "lake"
    (lake / "objects").rename(desk / "elsewhere")
    (lake / "objects").symlink_to(desk / "elsewhere")
    (lake / ".x").mkdir()
    target = (desk if "elsewhere" in place else lake) / place
    if is_link:
        (desk / "link").symlink_to(target)
    for options in ({}, {"force": True}):
        with pytest.raises(WriteError, match=r"^the destination lies in the lake that is read "):
            WRITERS[writer](desk, desk / "link" if is_link else target, **options)
    assert not target.exists()
    assert not [*target.parent.glob(".*.inprogress")]


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


@pytest.mark.parametrize("name", ["-", "/dev/stdout", "/proc/self/fd/1"])
@pytest.mark.parametrize("command", [["rebuild", "lake"], ["upgrade", "v1.json"]])
def test_a_reader_of_standard_output_that_leaves_early_is_no_failure(
    desk: Path, command: list[str], name: str
) -> None:
    out, to_command = os.pipe()
    os.close(out)
    with os.fdopen(to_command, "wb") as stdout:
        ran = subprocess.run(
            [sys.executable, "-m", "exportkit", *command, name], check=False, stdout=stdout,
            stderr=subprocess.PIPE, cwd=desk,
        )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_a_map_goes_to_standard_output(desk: Path) -> None:
    script = "import exportkit; exportkit.write_geoparquet('lake', '-')"
    ran = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, cwd=desk)
    exportkit.write_geoparquet(desk / "lake", desk / "map.parquet")
    assert ran.stdout == (desk / "map.parquet").read_bytes()
    assert not (desk / "-").exists()


@pytest.mark.parametrize("writer", ["to_ndjson", "upgrade"])
@pytest.mark.parametrize(
    ("ending", "unpack"),
    [
        (".gz", gzip.decompress), (".zst", zstd.decompress), (".bz2", bz2.decompress),
        (".xz", lzma.decompress), (".GZ", gzip.decompress),
    ],
)  # fmt: skip
def test_lines_are_compressed_where_the_name_says_so(
    desk: Path, writer: str, ending: str, unpack: Callable[[bytes], bytes]
) -> None:
    WRITERS[writer](desk, desk / "plain")
    WRITERS[writer](desk, desk / f"packed{ending}")
    assert unpack((desk / f"packed{ending}").read_bytes()) == (desk / "plain").read_bytes()


@pytest.mark.parametrize(
    ("writer", "ending"),
    [
        *((writer, ".zip") for writer in WRITERS),
        *(("geoparquet", ending) for ending in (".gz", ".zst", ".bz2", ".xz")),
    ],
)
def test_a_name_of_a_compression_that_the_file_will_not_have_is_refused(
    desk: Path, writer: str, ending: str
) -> None:
    with pytest.raises(WriteError) as caught:
        WRITERS[writer](desk, desk / f"file{ending}")
    assert str(caught.value) == (
        f"the name ends in {ending}, and the file is not compressed like that (in {desk / f'file{ending}'})\n"
        "hint: choose a name with another ending"
    )
    assert not (desk / f"file{ending}").exists()


def test_the_command_names_its_option(desk: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (desk / "file").write_bytes(b"mine")
    for words in (["rebuild", str(desk / "lake")], ["upgrade", str(desk / "v1.json")]):
        assert main([*words, str(desk / "file")]) == 1
        assert "choose another name, or set --force to replace it" in capsys.readouterr().err
        assert main([*words, str(desk / "file"), "--force", "--quiet"]) == 0
    assert (desk / "file").read_bytes() != b"mine"
