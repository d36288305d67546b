"""A whole file is there when it is complete and on disk, or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import exportkit
from exportkit import WriteError
from exportkit.lakes import written_whole
from rejects.broken_lakes import good, write_rejecting

V1 = Path(__file__).parents[1] / "legacy"


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    target = tmp_path / "file"
    target.write_bytes(b"old")
    with written_whole(target, force=True) as stream:
        stream.write(b"new")
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_its_permissions_are_those_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "usual").touch()
    with written_whole(tmp_path / "file"):
        pass
    assert (tmp_path / "file").stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize("error", [KeyboardInterrupt, FileNotFoundError(2, "the source is gone"), ValueError])
def test_what_is_raised_inside_comes_through_and_nothing_is_left(
    tmp_path: Path, error: type[BaseException] | BaseException
) -> None:
    def write() -> None:
        with written_whole(tmp_path / "file", force=True) as stream:
            stream.write(b"new")
            raise error

    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(error if isinstance(error, type) else type(error)):
        write()
    assert (tmp_path / "file").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_full_disk_is_a_write_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "from the system")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(WriteError) as caught, written_whole(tmp_path / "file") as stream:
        stream.write(b"new")
    assert str(caught.value) == (
        f"cannot write the file: No space left on device (in {tmp_path / 'file'})\n"
        "hint: free space on that disk, or choose a destination on another one"
    )
    assert not [*tmp_path.iterdir()]


def test_a_write_that_the_system_refuses_is_a_write_error() -> None:
    with pytest.raises(WriteError, match="cannot write the file"), written_whole("/proc/self/file"):
        pass


def test_a_directory_is_refused_whatever_is_asked(tmp_path: Path) -> None:
    for path in (tmp_path, Path()):
        with pytest.raises(WriteError) as caught, written_whole(path, force=True):
            pass
        assert str(caught.value) == f"cannot write the file: Is a directory (in {path})"


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "file"

    def write() -> None:
        with written_whole(target):
            target.write_bytes(b"of somebody else")

    with pytest.raises(WriteError, match=r"^the file is there already "):
        write()
    assert target.read_bytes() == b"of somebody else"
    assert [*tmp_path.iterdir()] == [target]


def rebuild(lake: Path, target: Path) -> None:
    exportkit.to_ndjson(lake, target)


def draw(lake: Path, target: Path) -> None:
    exportkit.write_geoparquet(lake, target)


def upgrade(_: Path, target: Path) -> None:
    source = target.with_name("v1.json")
    source.write_text('[{"ID": "l", "DataRow ID": "d", "Labeled Data": "u", "Label": {"objects": []}}]')
    exportkit.upgrade(source, target)


@pytest.mark.parametrize("write", [rebuild, draw, upgrade])
def test_everything_that_writes_one_file_flushes_it_and_its_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path, Path], None]
) -> None:
    write_rejecting(tmp_path / "lake", [good("a")])
    target, flushed, flush = tmp_path / "out" / "file", list[Path](), os.fsync
    target.parent.mkdir()

    def logged(descriptor: int) -> None:
        flush(descriptor)
        flushed.append(Path(f"/proc/self/fd/{descriptor}").readlink())

    monkeypatch.setattr(os, "fsync", logged)
    write(tmp_path / "lake", target)
    hidden, directory = flushed
    assert (hidden.parent, directory) == (target.parent, target.parent)
    assert hidden.name.startswith(".file.")
    assert hidden.name.endswith(".inprogress")
    assert target.is_file()
    assert not hidden.exists()
