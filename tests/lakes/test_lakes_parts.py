"""Whoever looks for the parts of a table finds the same ones, whatever else lies in its directory."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

import exportkit
from exportkit import ReadError, WriteError
from exportkit.commit import committer_for
from exportkit.lakes import is_lake, is_part, raw_file_beside, read_snapshot
from exportkit.rejects import causes_of, replay
from rejects.broken_lakes import broken, good, write_rejecting

#: What a directory may hold beside the parts of a table.
NO_PARTS = (
    "notes.txt",
    ".hidden.parquet",
    "_temporary.parquet",
    "x.parquet.inprogress",
    "x.PARQUET",
    "parquet",
)
GARBAGE = b"no Parquet, and nobody reads it"


def on_globe(name: str) -> bytes:
    """Return a line with an object that has longitude and latitude."""
    box = b'"bounding_box":{"top":1.0,"left":2.0,"height":3.0,"width":4.0}'
    return good(name).replace(box, b'"geojson":{"type":"Point","coordinates":[1.0,2.0]}')


def written(directory: Path) -> Path:
    """Return a lake of two runs, with raw files beside `rejects`."""
    lake = directory / "lake"
    for name in ("one", "two"):
        lines = [on_globe(f"{name}-a"), broken(f"{name}-b"), b"{", on_globe(f"{name}-c")]
        write_rejecting(lake, lines, name=f"{name}.ndjson", mode="append", max_raw_bytes=64)
    return lake


def disturb(lake: Path, elsewhere: Path) -> None:
    """Rename and link the parts of every table, and put beside them what is no part."""
    elsewhere.mkdir()
    for table in [*lake.iterdir()]:
        first, *others = sorted(table.glob("part-*"))
        first.rename(table / "compacted-0.parquet")
        for other in others:
            other.rename(elsewhere / table.name)
            (table / "linked.parquet").symlink_to(elsewhere / table.name)
        for name in NO_PARTS:
            (table / name).write_bytes(GARBAGE)
        (table / "2026").mkdir()
        (table / "2026" / "part-0.parquet").write_bytes(GARBAGE)
        (table / "directory.parquet").mkdir()
        (table / "nowhere.parquet").symlink_to(elsewhere / "nothing")
        (table / "itself.parquet").symlink_to("itself.parquet")
        os.mkfifo(table / "pipe.parquet")


def mapped(lake: Path) -> object:
    """Return the objects that `write_geoparquet` finds."""
    target = lake.parent / "map.parquet"
    exportkit.write_geoparquet(lake, target, force=True)
    return pq.read_table(target).column("data_row_id").to_pylist()


def rebuilt(lake: Path) -> list[bytes]:
    """Return the lines that `to_ndjson` finds."""
    stream = io.BytesIO()
    exportkit.to_ndjson(lake, stream, include_rejects=True)
    return sorted(stream.getvalue().splitlines())


DOORS: dict[str, Callable[[Path], object]] = {
    "scan": lambda lake: exportkit.scan(lake, "objects").collect().sort("data_row_id").rows(),
    "table": lambda lake: exportkit.lake(lake).table("objects").sort_by("data_row_id").to_pylist(),
    "sql": lambda lake: exportkit.lake(lake).sql("from rejects order by all").fetchall(),
    "tables": lambda lake: exportkit.lake(lake).tables,
    "causes": lambda lake: causes_of(lake).to_dict()["lines"],
    "replay": lambda lake: replay(lake).lines,
    "to_ndjson": rebuilt,
    "write_geoparquet": mapped,
    "append": lambda lake: committer_for(lake).begin(schemas={}, mode="append").abort(),
}


@pytest.mark.parametrize("door", DOORS)
def test_parts_that_were_renamed_or_linked_are_read_and_nothing_beside_them(
    tmp_path: Path, door: str
) -> None:
    lake = written(tmp_path)
    expected = DOORS[door](lake)
    disturb(lake, tmp_path / "elsewhere")
    assert DOORS[door](lake) == expected


def test_raw_files_beside_renamed_parts_are_found(tmp_path: Path) -> None:
    lake = written(tmp_path)
    disturb(lake, tmp_path / "elsewhere")
    rejected = [line for line in rebuilt(lake) if b",," in line]
    assert len(rejected) == 2
    assert len(rejected[0]) > 64


@pytest.mark.parametrize(
    "door", ["scan", "table", "sql", "causes", "replay", "to_ndjson", "write_geoparquet"]
)
def test_an_empty_file_with_the_name_of_a_part_is_a_damaged_part(tmp_path: Path, door: str) -> None:
    lake = written(tmp_path)
    for table in ("objects", "rejects"):
        (lake / table / "a.parquet").touch()
    with pytest.raises(Exception, match=r"(objects|rejects)/a\.parquet"):
        DOORS[door](lake)


def test_a_run_that_appends_looks_at_every_part(tmp_path: Path) -> None:
    lake = written(tmp_path)
    disturb(lake, tmp_path / "elsewhere")
    schema = read_snapshot(lake).table("objects").read_schema()
    committer_for(lake).begin(schemas={"objects": schema}, mode="append").abort()
    (lake / "objects" / "zzz.arrow").touch()
    with pytest.raises(
        WriteError, match=r"^cannot append \.parquet parts to \.arrow parts \(in .*zzz\.arrow\)"
    ):
        committer_for(lake).begin(schemas={"objects": schema}, mode="append")
    with pytest.raises(ReadError, match="the parts of objects are of more than one format"):
        exportkit.scan(lake, "objects")


def test_a_destination_holds_a_table_when_it_holds_a_part_and_not_before(tmp_path: Path) -> None:
    table = tmp_path / "lake" / "objects"
    table.mkdir(parents=True)
    disturbing = [table / name for name in NO_PARTS]
    for path in disturbing:
        path.write_bytes(GARBAGE)
    os.mkfifo(table / "pipe.parquet")
    (table / "nowhere.parquet").symlink_to("nothing")
    committer_for(tmp_path / "lake").begin(schemas={}).abort()
    assert not is_lake(tmp_path / "lake")
    (table / "compacted-0.parquet").touch()
    with pytest.raises(WriteError, match="already holds objects"):
        committer_for(tmp_path / "lake").begin(schemas={})
    assert is_lake(tmp_path / "lake")


def test_overwriting_takes_away_every_part_that_readers_see(tmp_path: Path) -> None:
    lake = written(tmp_path)
    disturb(lake, tmp_path / "elsewhere")
    for path in (lake / "objects").iterdir():
        if path.is_symlink() and path.name == "linked.parquet":
            target = os.path.relpath(path.resolve(), path.parent)
            path.unlink()
            path.symlink_to(target)  # leads nowhere while the directory of the table is elsewhere
    write_rejecting(lake, [good("new")], mode="overwrite")
    assert exportkit.scan(lake, "objects").collect()["data_row_id"].to_list() == ["new"]
    assert {path.name for path in (lake / "objects").iterdir()} > {*NO_PARTS, "pipe.parquet", "2026"}
    assert (tmp_path / "elsewhere" / "objects").exists()


def test_a_snapshot_stays_as_it_was_taken(tmp_path: Path) -> None:
    lake = written(tmp_path)
    snapshot = read_snapshot(lake)
    names = [part.name for part in snapshot.parts["objects"]]
    assert names == sorted(names)
    write_rejecting(lake, [good("more")], name="more.ndjson", mode="append")
    assert [part.name for part in snapshot.parts["objects"]] == names
    assert len(read_snapshot(lake).parts["objects"]) == 3


def test_a_snapshot_of_no_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for name in ("file", "nothing", "a\0b"):
        assert not is_lake(tmp_path / name)
        with pytest.raises((FileNotFoundError, ValueError)):
            read_snapshot(tmp_path / name)
    assert not is_lake(b"bytes")
    assert not is_lake("s3://bucket/lake")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("part-0.parquet", True),
        ("compacted-0.parquet", True),
        ("Ünïcode and spaces.arrow", True),
        ("a\nb.parquet", True),
        ("-.parquet", True),
        (".parquet", False),
        ("_a.parquet", False),
        (".a.arrow", False),
        ("a.parquet.crc", False),
        ("a.feather", False),
        ("parquet", False),
    ],
)
def test_the_name_of_a_part(name: str, *, expected: bool) -> None:
    assert is_part(name) is expected


def test_a_raw_file_is_a_file_of_that_name_and_no_link_or_pipe(tmp_path: Path) -> None:
    names = [f"_raw-20261128T120000000000Zabcdef-0000-0000{number}.bin" for number in range(4)]
    (tmp_path / names[0]).touch()
    (tmp_path / names[1]).symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / names[2])
    found = [raw_file_beside(tmp_path, name) for name in (*names, "../x.bin", "part-0.parquet")]
    assert found == [tmp_path / names[0], None, None, tmp_path / names[3], None, None]
