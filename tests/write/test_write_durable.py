"""What has reached the disk before readers see it: a power cut never shows them a part that is not whole."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from exportkit.lakes import LocalStorage
from exportkit.options import Mode
from write.runs import MODES, Run, ready_to_commit

#: What happened below a destination, in order: ("sync", path) or ("move", source, target).
Log = list[tuple[str, ...]]


@contextmanager
def logged(lake: Path) -> Iterator[Log]:
    """Give the log of what is flushed and moved below `lake`; a flush counts when it is over."""
    log: Log = []
    flush, move = os.fsync, LocalStorage.move

    def logged_flush(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        flush(descriptor)
        log.append(("sync", path.relative_to(lake).as_posix()))

    def logged_move(self: LocalStorage, source: str, target: str) -> None:
        log.append(("move", source, target))
        move(self, source, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", logged_flush)
        patch.setattr(LocalStorage, "move", logged_move)
        yield log


def log_of_committing(lake: Path, mode: Mode) -> tuple[Run, Log]:
    run = ready_to_commit(lake, mode)
    with logged(lake) as log:
        run.commit()
    return run, log


def record_written(log: Log) -> int:
    """Return where in the log the commit record gets its name: from there on the run is committed."""
    (at,) = [at for at, done in enumerate(log) if done[0] == "move" and done[2].endswith("/order.json")]
    return at


@pytest.mark.parametrize("mode", MODES)
def test_every_part_and_its_directory_is_on_disk_before_the_commit_record_is_written(
    tmp_path: Path, mode: Mode
) -> None:
    run, log = log_of_committing(tmp_path, mode)
    staging = run.transaction.staging
    parts = {source for _, source, *_ in log if source.startswith(f"{staging.directory}/new/")}
    flushed = {done[1] for done in log[: record_written(log)] if done[0] == "sync"}
    moved = {done[1] for done in log[record_written(log) :] if done[0] == "move" and done[1] in parts}
    assert len(moved) == {"error": 4, "append": 3, "overwrite": 4}[mode]
    assert moved <= flushed
    assert staging.waiting in flushed


@pytest.mark.parametrize("mode", MODES)
def test_the_record_is_on_disk_under_its_name_before_a_table_changes(tmp_path: Path, mode: Mode) -> None:
    run, log = log_of_committing(tmp_path, mode)
    directory = run.transaction.staging.directory
    given = record_written(log)
    assert ("sync", f"{directory}/order.json.inprogress") in log[:given]
    assert log[given + 1 : given + 3] == [("sync", directory), ("sync", ".")]


@pytest.mark.parametrize("mode", MODES)
def test_what_a_table_holds_is_on_disk_before_it_is_put_back(tmp_path: Path, mode: Mode) -> None:
    run, log = log_of_committing(tmp_path, mode)
    for table in ("projects", "labels"):
        taken_out = f"{run.transaction.staging.directory}/open/{table}"
        put_back = log.index(("move", taken_out, table))
        changed = max(at for at, done in enumerate(log) if done[-1].startswith(f"{taken_out}/"))
        assert ("sync", taken_out) in log[changed:put_back]


def test_a_destination_that_is_created_is_on_disk_under_its_name_with_its_parents(tmp_path: Path) -> None:
    with logged(tmp_path) as log:
        Run(tmp_path / "a" / "b" / "lake", "error", projects=1).commit()
    flushed = [done[1] for done in log if done[0] == "sync"]
    assert {".", "a", "a/b"} <= {*flushed[:3]}
