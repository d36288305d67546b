"""Runs that append to some parts and put their own in the place of others, and files beside the parts."""

from __future__ import annotations

from pathlib import Path

import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from exportkit import WriteError
from exportkit.commit import committer_for
from exportkit.commit.exchange import recover_interrupted
from exportkit.lakes import LocalStorage, open_storage
from exportkit.write import LakeWriter
from write.lakes import SCHEMA, batch_of, everything_below, ids_in, numbered, part_paths, seen_by_globs

SCHEMAS = {"projects": SCHEMA, "labels": SCHEMA}


class Crash(BaseException):
    """The end of a process: nothing after it runs."""


def written(lake: Path) -> list[str]:
    """Write projects 0 to 9 and labels 0 to 9, and return the labels' files."""
    with (
        committer_for(lake).begin(schemas=SCHEMAS) as transaction,
        LakeWriter(transaction.staging) as writer,
    ):
        for table in SCHEMAS:
            writer.write(table, batch_of(numbered(0, 10)))
        writer.write_raw("labels", iter([b"long ", b"text"]))
        transaction.commit(writer.close())
    return [f"labels/{path.name}" for path in sorted((lake / "labels").iterdir())]


def replace_owners(lake: Path, replaced: list[str], labels: int) -> None:
    """Append projects 10 to 19 and put so many labels in the place of `replaced`."""
    with (
        committer_for(lake).begin(schemas=SCHEMAS, mode="append") as transaction,
        LakeWriter(transaction.staging) as writer,
    ):
        writer.write("projects", batch_of(numbered(10, 10)))
        if labels:
            writer.write("labels", batch_of(numbered(0, labels)))
        transaction.commit(writer.close(), replaced=replaced)


def ids(count: int) -> list[str]:
    return [row["id"] for row in numbered(0, count)]


@pytest.mark.parametrize("labels", [3, 0])
def test_a_run_appends_to_one_table_and_replaces_parts_of_another(tmp_path: Path, labels: int) -> None:
    files = written(tmp_path)
    replace_owners(tmp_path, files, labels)
    assert ids_in(tmp_path, "projects") == ids(20)
    assert ids_in(tmp_path, "labels") == ids(labels)
    assert [path.name for path in (tmp_path / "labels").iterdir()] == [
        path.name for path in part_paths(tmp_path, "labels")
    ]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["labels", "projects"]


def test_parts_that_are_not_named_stay(tmp_path: Path) -> None:
    (raw, part) = written(tmp_path)
    replace_owners(tmp_path, [], 3)
    assert ids_in(tmp_path, "labels") == [*ids(10), *ids(3)]
    replace_owners(tmp_path, [part], 2)
    assert ids_in(tmp_path, "labels") == [*ids(3), *ids(2)]
    assert (tmp_path / raw).read_bytes() == b"long text"


def crash_after(monkeypatch: pytest.MonkeyPatch, moves: int) -> None:
    """Let the process end after so many renames."""
    move, count = LocalStorage.move, 0

    def counted(self: LocalStorage, source: str, target: str) -> None:
        nonlocal count
        move(self, source, target)
        count += 1
        if count == moves:
            raise Crash

    monkeypatch.setattr(LocalStorage, "move", counted)


@pytest.mark.parametrize("moves", range(1, 10))
def test_after_a_crash_at_any_rename_the_next_run_finds_all_of_it_or_none(tmp_path: Path, moves: int) -> None:
    files = written(tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        crash_after(patch, moves)
        with pytest.raises(Crash):
            replace_owners(tmp_path, files, 3)
    for table, old, new in (("projects", 10, 20), ("labels", 10, 3)):
        assert part_paths(tmp_path, table) == [] or ids_in(tmp_path, table) in (ids(old), ids(new))
    recover_interrupted(open_storage(tmp_path))
    assert (ids_in(tmp_path, "projects"), ids_in(tmp_path, "labels")) in [
        (ids(10), ids(10)),
        (ids(20), ids(3)),
    ]


def test_what_another_run_replaced_first_is_not_replaced_again(tmp_path: Path) -> None:
    files = written(tmp_path)
    replace_owners(tmp_path, files, 3)
    seen = seen_by_globs(tmp_path)
    with pytest.raises(WriteError) as caught:
        replace_owners(tmp_path, files, 3)
    assert str(caught.value) == (
        f"a part that the run replaces is gone (in {tmp_path / files[0]})\n"
        "hint: something else changed the destination; run again"
    )
    assert seen_by_globs(tmp_path) == seen
    assert sorted(path.name for path in tmp_path.iterdir()) == ["labels", "projects"]


def test_only_a_run_that_appends_can_replace_parts(tmp_path: Path) -> None:
    with (
        committer_for(tmp_path / "lake").begin(schemas=SCHEMAS) as transaction,
        pytest.raises(ValueError, match=r'^parts can be replaced with mode="append" alone$'),
    ):
        transaction.commit([], replaced=["projects/part-1.parquet"])
    assert everything_below(tmp_path) == []


def test_a_raw_file_appears_with_its_run_and_goes_when_the_run_is_replaced(tmp_path: Path) -> None:
    raw, _ = written(tmp_path)
    assert (tmp_path / raw).read_bytes() == b"long text"
    with committer_for(tmp_path).begin(schemas={"projects": SCHEMA}, mode="overwrite") as transaction:
        writer = LakeWriter(transaction.staging)
        name = writer.write_raw("projects", [b"new"])
        assert not list(tmp_path.glob(f"**/{name}"))
        transaction.commit(writer.close())
    assert ids_in(tmp_path, "projects") == []
    assert [path.name for path in tmp_path.rglob("*.bin")] == [name]


def test_a_raw_file_of_a_run_that_ends_before_it_is_committed_goes(tmp_path: Path) -> None:
    with committer_for(tmp_path / "lake").begin(schemas=SCHEMAS) as transaction:
        LakeWriter(transaction.staging).write_raw("projects", [b"new"])
    assert everything_below(tmp_path) == []


def test_readers_of_whole_directories_pass_over_raw_files(tmp_path: Path) -> None:
    written(tmp_path)
    assert pq.read_table(tmp_path / "labels").num_rows == 10
    assert ds.dataset(tmp_path / "labels", format="parquet").count_rows() == 10
