"""What a destination may hold before a run, and what each mode makes of it."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path

import pytest

import exportkit
from exportkit import WriteError
from exportkit.commit import committer_for
from exportkit.options import Mode
from exportkit.write import FormatName, LakeWriter, WriteOptions
from write.lakes import (
    SCHEMA,
    batch_of,
    everything_below,
    ids_in,
    numbered,
    part_paths,
    write_lake,
)

FIRST = [row["id"] for row in numbered(0, 10)]
SECOND = [row["id"] for row in numbered(10, 10)]
ANOTHER_PLACE = 'hint: choose mode="append" or mode="overwrite", or another destination'


def write_second(lake: Path, mode: Mode, format_name: FormatName = "parquet") -> None:
    write_lake(lake, batch_of(numbered(10, 10)), mode=mode, format_name=format_name)


# --- what is written


def test_a_run_writes_parts_and_nothing_else(lake: Path) -> None:
    assert [path.name for path in lake.iterdir()] == ["projects"]
    [part] = (lake / "projects").iterdir()
    assert re.fullmatch(r"part-\d{8}T\d{12}Z[0-9a-f]{6}-0000-00000\.parquet", part.name)


def test_parents_of_a_destination_are_created(tmp_path: Path) -> None:
    write_lake(tmp_path / "a" / "b", batch_of(numbered(0, 10)))
    assert ids_in(tmp_path / "a" / "b") == FIRST


def test_an_empty_directory_is_a_destination(tmp_path: Path) -> None:
    (tmp_path / "projects").mkdir()
    write_lake(tmp_path, batch_of(numbered(0, 10)))
    assert ids_in(tmp_path) == FIRST


def test_a_destination_may_be_given_as_text_path_or_url(tmp_path: Path) -> None:
    spaced = tmp_path / "a b"
    for location in (str(spaced), spaced, f"file://{tmp_path}/a%20b/"):
        with committer_for(location).begin(schemas={"projects": SCHEMA}, mode="append") as transaction:
            transaction.commit([])
    assert len(part_paths(spaced)) == 1


def test_paths_of_parts_begin_as_the_destination_was_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    [part] = write_lake(Path("lake"), batch_of(numbered(0, 10)))
    assert part.path == f"lake/projects/{part.name}"
    assert Path(part.path).stat().st_size == part.bytes


def test_a_relative_destination_stays_where_it_was_when_the_directory_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with committer_for("lake").begin(schemas={"projects": SCHEMA}) as transaction:
        monkeypatch.chdir("/")
        transaction.commit([])
    assert len(part_paths(tmp_path / "lake")) == 1


def test_a_destination_that_is_a_link_is_followed(lake: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(lake)
    write_second(tmp_path / "link", "append")
    assert ids_in(lake) == FIRST + SECOND


# --- modes


def test_append_adds_to_what_is_there(lake: Path) -> None:
    write_second(lake, "append")
    assert ids_in(lake) == FIRST + SECOND


def test_append_leaves_the_bytes_of_existing_parts_alone(lake: Path) -> None:
    [old] = part_paths(lake)
    content = old.read_bytes()
    write_second(lake, "append")
    assert part_paths(lake)[0] == old
    assert old.read_bytes() == content


def test_append_without_rows_adds_no_file(lake: Path) -> None:
    write_lake(lake, mode="append")
    assert len(part_paths(lake)) == 1


def test_overwrite_puts_the_run_in_place_of_what_was_there(lake: Path) -> None:
    write_second(lake, "overwrite")
    assert ids_in(lake) == SECOND


def test_overwrite_replaces_the_other_format_too(lake: Path) -> None:
    write_second(lake, "overwrite", "arrow")
    assert [path.suffix for path in part_paths(lake)] == [".arrow"]
    assert ids_in(lake) == SECOND


def test_overwrite_removes_tables_of_ours_that_the_run_does_not_write(lake: Path) -> None:
    with committer_for(lake).begin(schemas={"labels": SCHEMA}, mode="overwrite") as transaction:
        transaction.commit([])
    assert [path.name for path in lake.iterdir()] == ["labels"]


def test_overwrite_replaces_foreign_parts_of_a_table_that_it_writes(lake: Path) -> None:
    part_paths(lake)[0].rename(lake / "projects" / "part-00000-abc.snappy.parquet")
    write_second(lake, "overwrite")
    assert ids_in(lake) == SECOND


@pytest.mark.parametrize("mode", ["append", "overwrite"])
def test_files_that_are_no_parts_of_ours_stay(lake: Path, mode: Mode) -> None:
    ours = [
        "README.md",
        "projects/notes.txt",
        "projects/2026/more.parquet",
        "spark/part-00000-abc.snappy.parquet",
    ]
    for name in ours:
        (lake / name).parent.mkdir(parents=True, exist_ok=True)
        (lake / name).write_text(name)
    write_second(lake, mode)
    assert [(lake / name).read_text() for name in ours] == ours
    assert ids_in(lake)[-10:] == SECOND


def test_overwrite_and_append_write_to_an_empty_place(tmp_path: Path) -> None:
    modes: tuple[Mode, ...] = ("append", "overwrite")
    for mode in modes:
        write_lake(tmp_path / mode, batch_of(numbered(0, 10)), mode=mode)
        assert ids_in(tmp_path / mode) == FIRST


def test_a_failed_overwrite_leaves_what_was_there(lake: Path) -> None:
    before = everything_below(lake)
    with pytest.raises(RuntimeError):
        write_and_raise(lake, "overwrite", RuntimeError)
    assert everything_below(lake) == before


def write_and_raise(lake: Path, mode: Mode, error: type[BaseException]) -> None:
    with (
        committer_for(lake).begin(schemas={"projects": SCHEMA}, mode=mode) as transaction,
        LakeWriter(transaction.staging, options=WriteOptions(row_group_rows=10, part_bytes=1)) as writer,
    ):
        writer.write("projects", batch_of(numbered(0, 10)))
        writer.write("projects", batch_of(numbered(10, 5)))
        raise error


# --- aborting


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_whatever_ends_a_run_early_nothing_of_it_stays(tmp_path: Path, error: type[BaseException]) -> None:
    with pytest.raises(error):
        write_and_raise(tmp_path / "a" / "lake", "error", error)
    assert everything_below(tmp_path) == []


def test_a_run_that_is_left_without_committing_is_aborted(tmp_path: Path) -> None:
    with committer_for(tmp_path).begin(schemas={"projects": SCHEMA}):
        pass
    assert everything_below(tmp_path) == []


def test_a_directory_made_for_the_run_stays_when_somebody_has_put_something_in_it(tmp_path: Path) -> None:
    with committer_for(tmp_path / "lake").begin(schemas={"projects": SCHEMA}):
        (tmp_path / "lake" / "mine.txt").write_text("mine")
    assert everything_below(tmp_path) == ["lake", "lake/mine.txt"]


def test_a_run_is_committed_once(tmp_path: Path) -> None:
    with committer_for(tmp_path).begin(schemas={"projects": SCHEMA}) as transaction:
        transaction.commit([])
        with pytest.raises(ValueError, match=r"^the transaction was committed or aborted before$"):
            transaction.commit([])
    assert len(part_paths(tmp_path)) == 1


def test_parts_of_a_writer_that_did_not_finish_stay_out(tmp_path: Path) -> None:
    with committer_for(tmp_path).begin(schemas={"projects": SCHEMA}) as transaction:
        with LakeWriter(transaction.staging, worker=0) as finished:
            finished.write("projects", batch_of(numbered(0, 10)))
            parts = finished.close()
        with LakeWriter(transaction.staging, worker=1) as unfinished:
            unfinished.write("projects", batch_of(numbered(10, 10)))
        with LakeWriter(transaction.staging, worker=2) as not_handed_in:
            not_handed_in.write("projects", batch_of(numbered(10, 10)))
            not_handed_in.close()
        transaction.commit(parts)
    assert ids_in(tmp_path) == FIRST
    assert [path.name for path in tmp_path.iterdir()] == ["projects"]


# --- changes while a run is on


def test_a_destination_that_another_run_has_filled_meanwhile_is_refused(tmp_path: Path) -> None:
    with committer_for(tmp_path).begin(schemas={"projects": SCHEMA}) as transaction:
        write_lake(tmp_path, batch_of(numbered(0, 10)))
        with pytest.raises(WriteError) as caught:
            transaction.commit([])
    assert str(caught.value) == f"the destination already holds projects (in {tmp_path})\n{ANOTHER_PLACE}"
    assert ids_in(tmp_path) == FIRST
    assert [path.name for path in tmp_path.iterdir()] == ["projects"]


def test_two_runs_that_append_at_the_same_time_both_arrive(tmp_path: Path) -> None:
    with (
        committer_for(tmp_path).begin(schemas={"projects": SCHEMA}, mode="append") as one,
        committer_for(tmp_path).begin(schemas={"projects": SCHEMA}, mode="append") as other,
        LakeWriter(one.staging) as first,
        LakeWriter(other.staging) as second,
    ):
        second.write("projects", batch_of(numbered(10, 10)))
        first.write("projects", batch_of(numbered(0, 10)))
        other.commit(second.close())
        one.commit(first.close())
    assert ids_in(tmp_path) == FIRST + SECOND


def test_a_part_that_was_cut_short_is_not_committed(tmp_path: Path) -> None:
    with committer_for(tmp_path).begin(schemas={"projects": SCHEMA}) as transaction:
        with LakeWriter(transaction.staging) as writer:
            writer.write("projects", batch_of(numbered(0, 10)))
            [part] = writer.close()
        [waiting] = tmp_path.rglob("*.inprogress")
        os.truncate(waiting, 100)
        with pytest.raises(WriteError) as caught:
            transaction.commit([part])
    assert str(caught.value) == (
        f"a part was written with {part.bytes} bytes and now has 100 bytes (in {part.path})\n"
        "hint: something else changed the destination; run again"
    )
    assert everything_below(tmp_path) == []


def test_overwrite_leaves_what_a_link_in_the_destination_leads_to(tmp_path: Path) -> None:
    for lake in ("mine", "other"):
        exportkit.to_parquet(io.BytesIO(b'{"data_row":{"id":"a"}}'), tmp_path / lake, tables=["labels"])
    (tmp_path / "mine" / "linked").symlink_to(tmp_path / "other" / "labels")
    before = everything_below(tmp_path / "other")
    exportkit.to_parquet(
        io.BytesIO(b'{"data_row":{"id":"b"}}'), tmp_path / "mine", tables=["labels"], mode="overwrite"
    )
    assert everything_below(tmp_path / "other") == before
    assert sorted(path.name for path in (tmp_path / "mine").iterdir()) == ["labels", "linked"]
