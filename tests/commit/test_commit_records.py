"""Commit records that lie on disk: those of earlier versions are applied, and none leads out of the lake."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from exportkit import WriteError
from exportkit.commit import committer_for
from write.lakes import SCHEMA, batch_of, everything_below, ids_in, numbered, part_paths, write_lake

#: Its name sorts after those of the runs that the tests make.
RUN = "20991231T120000000000Zabcdef"
PART = f"part-{RUN}-0000-00000.parquet"
RAW = f"_raw-{RUN}-0000-00000.bin"
FIRST = [row["id"] for row in numbered(0, 10)]


def staged(lake: Path, record: Any, *, waiting: dict[str, bytes]) -> Path:
    """Write by hand what a run leaves that was killed after its commit record; return its directory."""
    staging = lake / f".exportkit-{RUN}"
    (staging / "new").mkdir(parents=True)
    for name, content in waiting.items():
        (staging / "new" / f"{name}.inprogress").write_bytes(content)
    # As earlier versions wrote it: spaces, and no key that they did not know.
    (staging / "order.json").write_text(json.dumps(record))
    return staging


def part_of(directory: Path, first: int) -> bytes:
    """Return the bytes of a part with ten rows."""
    write_lake(directory, batch_of(numbered(first, 10)))
    return part_paths(directory)[0].read_bytes()


def record_of(mode: str, /, **changed: Any) -> dict[str, Any]:
    """Return a record as earlier versions wrote it, with some of it changed."""
    parts = [f"projects/{PART}", f"projects/{RAW}"]
    return {"mode": mode, "tables": ["projects"], "parts": parts, "replaced": []} | changed


@pytest.mark.parametrize("mode", ["append", "overwrite", "error"])
@pytest.mark.parametrize("open_already", [False, True])
def test_a_run_that_an_earlier_version_did_not_finish_is_finished(
    tmp_path: Path, mode: str, *, open_already: bool
) -> None:
    lake, content = tmp_path / "lake", part_of(tmp_path / "other", 10)
    if mode != "error":
        write_lake(lake, batch_of(numbered(0, 10)))
    waiting = {
        f"projects.{PART}": content,
        f"projects.{RAW}": b"long",
        f"projects.{PART[:-8]}.other": b"not in the record",
    }
    staging = staged(lake, record_of(mode), waiting=waiting)
    if open_already and mode != "error":
        (staging / "open").mkdir()
        (lake / "projects").rename(staging / "open" / "projects")
    assert committer_for(lake).recover() == [RUN]
    added = [row["id"] for row in numbered(10, 10)]
    assert ids_in(lake) == (FIRST + added if mode == "append" else added)
    assert (lake / "projects" / RAW).read_bytes() == b"long"
    assert [path.name for path in lake.iterdir()] == ["projects"]
    assert committer_for(lake).recover() == []


def test_a_record_without_replaced_parts_is_of_a_version_that_knew_none(tmp_path: Path) -> None:
    record = record_of("append", parts=[f"projects/{PART}"])
    del record["replaced"]
    staged(tmp_path, record, waiting={f"projects.{PART}": part_of(tmp_path / "projects-lake", 0)})
    assert committer_for(tmp_path).recover() == [RUN]
    assert ids_in(tmp_path) == FIRST


def test_a_run_begins_with_finishing_the_interrupted_one(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    staged(
        lake,
        record_of("append", parts=[f"projects/{PART}"]),
        waiting={f"projects.{PART}": part_of(tmp_path / "o", 0)},
    )
    with committer_for(lake).begin(schemas={"projects": SCHEMA}, mode="append") as transaction:
        assert transaction.recovered_runs == (RUN,)
    assert ids_in(lake) == FIRST


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"tables": ["../outside"]}, "../outside"),
        ({"tables": [".."]}, ".."),
        ({"tables": ["."]}, "."),
        ({"tables": [""]}, ""),
        ({"tables": ["/etc"]}, "/etc"),
        ({"tables": ["projects", "a/b"]}, "a/b"),
        ({"tables": ["projects", "a\\b"]}, "a\\b"),
        ({"tables": ["projects", ".git"]}, ".git"),
        ({"tables": ["projects", "a\0b"]}, "a\0b"),
        ({"tables": ["projects", "notes"]}, "notes"),
        ({"tables": ["x" * 300]}, "x" * 80),
        ({"parts": ["projects/../../outside"]}, "projects/../../outside"),
        ({"parts": ["projects/thesis.parquet"]}, "projects/thesis.parquet"),
        ({"parts": [f"projects/{PART.replace('2099', '2098')}"]}, f"projects/{PART.replace('2099', '2098')}"),
        ({"parts": [f"projects/{PART[:-13]}{'1' * 300}.parquet"]}, f"projects/{PART[:-13]}{'1' * 300}"[:80]),
        ({"replaced": ["projects/precious"]}, "projects/precious"),
        ({"replaced": ["projects/_raw-mine.bin"]}, "projects/_raw-mine.bin"),
        ({"replaced": ["projects/.hidden.parquet"]}, "projects/.hidden.parquet"),
        ({"tables": ["projects"], "replaced": ["notes/thesis.txt"]}, "notes/thesis.txt"),
        ({"parts": ["projects/.."]}, "projects/.."),
        ({"parts": ["projects/a/b.parquet"]}, "projects/a/b.parquet"),
        ({"parts": ["/etc/passwd"]}, "/etc/passwd"),
        ({"parts": ["labels/part.parquet"]}, "labels/part.parquet"),
        ({"parts": ["projects"]}, "projects"),
        ({"replaced": ["projects/../precious"]}, "projects/../precious"),
        ({"replaced": ["../precious"]}, "../precious"),
        ({"tables": ["x/" * 1_000]}, "x/" * 40),
    ],
)
def test_a_record_that_names_anything_but_files_of_its_tables_moves_nothing(
    tmp_path: Path, changed: dict[str, Any], named: str
) -> None:
    lake = tmp_path / "lake"
    write_lake(lake, batch_of(numbered(0, 10)))
    (lake / "precious").touch()
    staging = staged(lake, record_of("append", **changed), waiting={f"projects.{PART}": b"part"})
    before = everything_below(tmp_path)
    problem = f"the commit record of an interrupted run names {named!r}, which is no file of its tables"
    hint = "nothing was moved; tables in 'open' beside it belong to the lake: move them back before you "
    hint += "remove the rest"
    for act in (committer_for(lake).recover, lambda: committer_for(lake).begin(schemas={}, mode="append")):
        with pytest.raises(WriteError) as caught:
            act()
        assert str(caught.value) == f"{problem} (in {staging}/order.json)\nhint: {hint}"
    assert everything_below(tmp_path) == before


@pytest.mark.parametrize(
    "changed",
    [{"tables": "projects"}, {"mode": "merge"}, {"parts": [1]}, {"parts": None}, {"tables": {"a": 1}}],
)
def test_a_record_of_another_shape_is_refused(tmp_path: Path, changed: dict[str, Any]) -> None:
    staged(tmp_path, record_of("append", **changed), waiting={})
    with pytest.raises(WriteError, match="the commit record of an interrupted run cannot be read"):
        committer_for(tmp_path).recover()


def test_a_record_that_is_no_text_is_refused(tmp_path: Path) -> None:
    staging = staged(tmp_path, {}, waiting={})
    for content in (b'{"mode": "\xff"}', b"[" * 100_000):
        (staging / "order.json").write_bytes(content)
        with pytest.raises(WriteError, match="the commit record of an interrupted run cannot be read"):
            committer_for(tmp_path).recover()


def test_no_part_is_moved_through_a_link_in_place_of_a_table(tmp_path: Path) -> None:
    lake, outside = tmp_path / "lake", tmp_path / "outside"
    outside.mkdir()
    staged(lake, record_of("overwrite"), waiting={f"projects.{PART}": b"part"})
    (lake / "projects").symlink_to(outside)
    with pytest.raises(WriteError, match="the directory is a link or a mount point"):
        committer_for(lake).recover()
    assert everything_below(outside) == []


def test_a_file_in_place_of_a_table_stays_where_it_is(tmp_path: Path) -> None:
    staged(tmp_path, record_of("append"), waiting={f"projects.{PART}": b"part"})
    (tmp_path / "projects").write_text("mine")
    before = everything_below(tmp_path)
    with pytest.raises(WriteError, match="a file is where the parts of projects go"):
        committer_for(tmp_path).recover()
    assert everything_below(tmp_path) == before


@pytest.mark.parametrize(
    "name",
    [
        "new",
        "open",
        "replaced",
        "open/projects",
        "open/notes",
        "replaced/projects",
        f"new/projects.{PART}.inprogress",
    ],
)
@pytest.mark.parametrize("mode", ["append", "overwrite"])
def test_no_link_in_the_directory_of_a_run_is_followed(tmp_path: Path, name: str, mode: str) -> None:
    """The directory that the link leads to holds whatever a run would find in its own."""
    lake, outside = tmp_path / "lake", tmp_path / "outside"
    write_lake(lake, batch_of(numbered(0, 10)))
    old = part_paths(lake)[0].name
    staging = staged(lake, record_of(mode, replaced=[f"projects/{old}"]), waiting={})
    (outside / "projects").mkdir(parents=True)
    for held in (f"projects.{PART}.inprogress", old, f"projects/{old}"):
        (outside / held).write_bytes(b"mine")
    link = staging / name
    link.parent.mkdir(exist_ok=True)
    if link.is_dir():
        link.rmdir()
    link.symlink_to(outside / f"projects.{PART}.inprogress" if name.endswith("progress") else outside)
    before = everything_below(tmp_path)
    with pytest.raises(WriteError, match=r"^a link or a file is in the directory of an interrupted run "):
        committer_for(lake).recover()
    assert everything_below(tmp_path) == before


def test_a_commit_record_that_is_a_link_is_refused(tmp_path: Path) -> None:
    staging = staged(tmp_path / "lake", record_of("append"), waiting={})
    (staging / "order.json").rename(tmp_path / "elsewhere")
    (staging / "order.json").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WriteError, match=r"^the commit record of an interrupted run is no regular file "):
        committer_for(tmp_path / "lake").recover()


def test_a_commit_record_of_boundless_length_is_refused_unread(tmp_path: Path) -> None:
    staging = staged(tmp_path, record_of("append"), waiting={})
    os.truncate(staging / "order.json", 2**40)
    with pytest.raises(WriteError, match=r"^the commit record of an interrupted run is too long "):
        committer_for(tmp_path).recover()


def test_a_link_with_the_name_of_a_staging_directory_is_left_alone(tmp_path: Path) -> None:
    staging = staged(tmp_path / "outside", record_of("append"), waiting={f"projects.{PART}": b"part"})
    lake = tmp_path / "lake"
    lake.mkdir()
    (lake / staging.name).symlink_to(staging)
    assert committer_for(lake).recover() == []
    assert [path.name for path in lake.iterdir()] == [staging.name]


def test_recovering_where_nothing_is_does_nothing(tmp_path: Path) -> None:
    assert committer_for(tmp_path / "lake").recover() == []
    assert everything_below(tmp_path) == []


def test_a_record_that_is_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    staging = staged(tmp_path / "lake", record_of("append"), waiting={})
    (staging / "order.json").unlink()
    os.mkfifo(staging / "order.json")
    with pytest.raises(WriteError, match=r"^the commit record of an interrupted run is no regular file "):
        committer_for(tmp_path / "lake").recover()
