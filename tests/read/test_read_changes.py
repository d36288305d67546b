"""Files that are not any more what they were when they were opened."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from exportkit.errors import ReadError
from exportkit.read import OpenedSource, open_sources

LINE = b'{"data_row":{"id":"a"}}\n'
#: More than is looked at when a file is opened.
CONTENT = LINE * 10_000
HINT = "hint: wait until it is complete, or read a copy"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "export.ndjson"
    path.write_bytes(CONTENT)
    os.utime(path, ns=(0, 10**18))
    return path


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(LINE)


def shrink(path: Path) -> None:
    os.truncate(path, len(CONTENT) - 5)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def write_over(path: Path) -> None:
    with path.open("rb+") as file:
        file.write(b"x")


def replace(path: Path) -> None:
    (path.parent / "new").write_bytes(CONTENT)
    (path.parent / "new").replace(path)


def read(opened: OpenedSource) -> None:
    with opened:
        for _ in opened.blocks(1_000):
            pass


CHANGES: list[tuple[Callable[[Path], None], str]] = [
    (append, f"the file had {len(CONTENT)} bytes and now has {len(CONTENT) + len(LINE)} while it was read"),
    (shrink, f"the file had {len(CONTENT)} bytes and now has {len(CONTENT) - 5} while it was read"),
    (empty, f"the file had {len(CONTENT)} bytes and now has 0 while it was read"),
    (write_over, "the file was written to while it was read"),
]


@pytest.mark.parametrize(("change", "problem"), CHANGES)
def test_a_file_that_changes_while_it_is_read_is_an_error(
    path: Path, change: Callable[[Path], None], problem: str
) -> None:
    (opened,) = open_sources(path)
    change(path)
    with pytest.raises(ReadError) as raised:
        read(opened)
    assert str(raised.value) == f"{problem} (in {path})\n{HINT}"


def test_a_file_that_grows_as_fast_as_it_is_read_comes_to_an_end(path: Path) -> None:
    (opened,) = open_sources(path)
    blocks = 0

    def read_and_append() -> None:
        nonlocal blocks
        for _ in opened.blocks(1_000):
            append(path)
            blocks += 1

    with opened, pytest.raises(ReadError) as raised:
        read_and_append()
    assert str(raised.value).startswith(f"the file had {len(CONTENT)} bytes and now has ")
    assert blocks <= len(CONTENT) // 1_000 + 1


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        *CHANGES,
        (replace, "the file was replaced by another one while it was read"),
        (Path.unlink, "the file was deleted while it was read"),
    ],
)
def test_a_file_of_which_ranges_were_read_is_looked_at_again_by_its_name(
    path: Path, change: Callable[[Path], None], problem: str
) -> None:
    (opened,) = open_sources(path)
    with opened:
        opened.check_unchanged()
        change(path)
        with pytest.raises(ReadError) as raised:
            opened.check_unchanged()
    assert str(raised.value) == f"{problem} (in {path})\n{HINT}"


@pytest.mark.parametrize("change", [replace, Path.unlink])
def test_a_file_that_is_replaced_or_deleted_is_read_on_as_it_was(
    path: Path, change: Callable[[Path], None]
) -> None:
    (opened,) = open_sources(path)
    change(path)
    with opened:
        assert b"".join(opened.blocks()) == CONTENT


def test_a_file_that_the_system_makes_up_has_no_size_to_keep(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    status = os.stat_result([0 if at == stat.ST_SIZE else one for at, one in enumerate(path.stat())])
    with monkeypatch.context() as patched:
        patched.setattr(os, "fstat", lambda _: status)
        (opened,) = open_sources(path)
    with opened:
        assert b"".join(opened.blocks()) == CONTENT
