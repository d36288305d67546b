"""Readers of lakes in which a run was stopped while it became visible."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

import exportkit
from exportkit import ReadError, WriteError
from exportkit.commit import read_lake
from exportkit.lakes import LocalStorage, is_lake, open_storage, read_snapshot
from exportkit.options import Mode
from rejects.broken_lakes import broken, good, rows_of, write_rejecting
from write.runs import MODES, Run, ready_to_commit
from write.test_write_commit import Crash, after_each_change, changes_of_committing, ending_after


def parts_seen(lake: Path) -> dict[str, list[str]]:
    return {table: [part.name for part in parts] for table, parts in read_lake(lake).parts.items()}


def crashed(run: Run, changes: int) -> None:
    with pytest.raises(Crash), after_each_change(ending_after(changes)):
        run.commit()
    run.die()


@pytest.mark.parametrize("mode", MODES)
def test_after_a_crash_at_any_instant_a_reader_sees_all_of_a_run_or_nothing(
    tmp_path: Path, mode: Mode
) -> None:
    seen = []
    for changes in range(1, changes_of_committing(mode) + 1):
        lake = tmp_path / str(changes)
        run = ready_to_commit(lake, mode)
        before = parts_seen(lake)
        after = before if mode == "append" else {}
        new = {"projects": 2, "labels": 1, "segments": 0 if mode == "append" else 1}
        wanted = {table: len(after.get(table, [])) + new.get(table, 0) for table in {**after, **new}}
        crashed(run, changes)
        found = parts_seen(lake)
        if found != before:
            assert {table: len(names) for table, names in found.items()} == wanted
        seen.append(found != before)
    assert set(seen) == {False, True}


def stopped_half_way(lake: Path) -> None:
    """Leave a lake whose last run, an append, was killed when a table was out of its place."""
    write_rejecting(lake, [good("a"), broken("b")])

    def crash(_: int) -> None:
        if list(lake.glob(".exportkit-*/open/labels")):
            raise Crash

    with pytest.raises(Crash), after_each_change(crash):
        write_rejecting(lake, [good("c"), broken("d")], name="second.ndjson", mode="append")
    assert not (lake / "labels").exists()


DOORS: dict[str, Any] = {
    "lake": lambda lake: exportkit.lake(lake).table("labels").num_rows,
    "sql": lambda lake: exportkit.lake(lake).sql("select count(*) from labels").fetchall()[0][0],
    "scan": lambda lake: exportkit.scan(lake, "labels").collect().height,
    "to_ndjson": lambda lake: exportkit.to_ndjson(lake, lake.parent / "lines.ndjson").data_rows,
    "causes": lambda lake: exportkit.causes_of(lake).lines,
    "replay": lambda lake: exportkit.replay(lake).lines,
}


@pytest.mark.parametrize("door", DOORS)
def test_every_door_shows_all_of_a_run_that_was_stopped(tmp_path: Path, door: str) -> None:
    lake = tmp_path / "lake"
    stopped_half_way(lake)
    assert is_lake(lake)
    assert DOORS[door](lake) == 2
    assert len(rows_of(lake)["labels"]) == 2


@pytest.mark.parametrize("door", DOORS)
def test_every_door_refuses_a_lake_whose_stopped_run_cannot_be_completed(
    tmp_path: Path, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lake = tmp_path / "lake"
    stopped_half_way(lake)

    def refuse(self: LocalStorage, source: str, target: str) -> None:
        raise WriteError(f"cannot move {source} here: Read-only file system", place=self.place(target))

    monkeypatch.setattr(LocalStorage, "move", refuse)
    problem = "a run was stopped while it became visible, and cannot be completed: cannot move "
    with pytest.raises(ReadError, match=f"^{problem}"):
        DOORS[door](lake)


def test_a_snapshot_is_never_taken_of_half_a_run(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    stopped_half_way(lake)
    with pytest.raises(ReadError, match=r"^a run was stopped while it became visible: tables may be absent"):
        read_snapshot(lake)


def test_a_reader_waits_for_a_run_that_becomes_visible(tmp_path: Path) -> None:
    write_rejecting(tmp_path / "lake", [good("a")])
    found: list[int] = []
    reader = threading.Thread(target=lambda: found.append(len(parts_seen(tmp_path / "lake"))), daemon=True)
    with open_storage(tmp_path / "lake").locked():
        reader.start()
        reader.join(0.2)
        assert not found
    reader.join(30)
    assert len(found) == 1
