"""Links: where directories and globs follow them, and that circles end."""

from __future__ import annotations

from pathlib import Path

import pytest

from read.test_read_sources import uris


@pytest.fixture
def linked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory whose links lead to files, to nothing, in circles, and outside."""
    outside = tmp_path / "outside"
    here = tmp_path / "here"
    for name in ("here/a.ndjson", "here/deep/b.ndjson", "outside/c.ndjson"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(name.encode())
    (here / "again.ndjson").symlink_to(here / "a.ndjson")
    (here / "d.ndjson").symlink_to(outside / "c.ndjson")
    (here / "door").symlink_to(outside)
    for circle in range(8):
        (here / "deep" / f"circle{circle}").symlink_to(here)
        (here / f"self{circle}").symlink_to(here)
    monkeypatch.chdir(here)
    return here


def test_a_directory_with_circles_of_links_is_its_own_files_and_linked_files_each_once(linked: Path) -> None:
    assert uris(linked) == [f"{linked}/{name}" for name in ("a.ndjson", "d.ndjson", "deep/b.ndjson")]


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("**/*.ndjson", ["a.ndjson", "d.ndjson", "deep/b.ndjson"]),
        ("./**/*.ndjson", ["./a.ndjson", "./d.ndjson", "./deep/b.ndjson"]),
        ("**", ["a.ndjson", "d.ndjson", "deep/b.ndjson"]),
        ("d*/**/*.ndjson", ["deep/b.ndjson", "door/c.ndjson"]),
        ("**/deep/**/*.ndjson", ["deep/b.ndjson"]),
        ("door/*.ndjson", ["door/c.ndjson"]),
        ("a**.ndjson", ["a.ndjson"]),
    ],
)
@pytest.mark.parametrize("form", ["relative", "absolute"])
@pytest.mark.usefixtures("linked")
def test_two_stars_pass_by_links_to_directories_and_one_star_goes_through(
    pattern: str, found: list[str], form: str
) -> None:
    here = f"{Path.cwd()}/" if form == "absolute" else ""
    assert uris(here + pattern) == [here + name for name in found]


def test_a_directory_whose_name_looks_like_a_glob_is_searched_below_two_stars(linked: Path) -> None:
    (linked / "[a]*").mkdir()
    (linked / "[a]*" / "x.ndjson").write_bytes(b"x")
    assert f"{linked}/[a]*/x.ndjson" in uris(f"{linked}/**/*.ndjson")


def test_a_link_to_nothing_is_a_missing_file_in_a_directory_and_no_match_of_a_glob(linked: Path) -> None:
    (linked / "deep" / "gone.ndjson").symlink_to(linked / "nowhere.ndjson")
    with pytest.raises(FileNotFoundError) as raised:
        uris(linked / "deep")
    assert str(raised.value) == f"[Errno 2] No such file or directory: '{linked}/deep/gone.ndjson'"
    assert uris(f"{linked}/deep/*.ndjson") == [f"{linked}/deep/b.ndjson"]
