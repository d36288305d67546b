"""What a reader sees at each instant of committing, and after a crash at any of them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exportkit import WriteError
from exportkit.commit import committer_for
from exportkit.lakes import LocalStorage
from exportkit.options import Mode
from write.lakes import everything_below
from write.runs import MODES, NOTES, Run, ready_to_commit

CHANGES = ("create_directory", "open_output", "move", "delete_file", "delete_directory")

#: Names of parts by the directory they are in.
View = dict[str, list[str]]


class Crash(BaseException):
    """The end of a process: nothing after it runs."""


@contextmanager
def after_each_change(act: Callable[[int], None]) -> Iterator[None]:
    """Call `act` with a count from 1 after each change to the files below a destination."""
    count = 0

    def counted(original: Callable[..., Any]) -> Callable[..., Any]:
        def change(*args: Any, **kwargs: Any) -> Any:
            nonlocal count
            result = original(*args, **kwargs)
            count += 1
            act(count)
            return result

        return change

    with pytest.MonkeyPatch.context() as patch:
        for name in CHANGES:
            patch.setattr(LocalStorage, name, counted(getattr(LocalStorage, name)))
        yield


def ending_after(changes: int, end: type[BaseException] = Crash) -> Callable[[int], None]:
    """Return what raises `end` after so many changes."""

    def act(count: int) -> None:
        if count == changes:
            raise end

    return act


def seen(lake: Path, pattern: str) -> View:
    """Return what a reader finds that globs `pattern`, hidden directories included where it has ``**``."""
    view: View = {}
    for path in sorted(lake.glob(pattern)):
        view.setdefault(path.parent.name, []).append(path.name)
    return view


def tables_of(lake: Path) -> View:
    return seen(lake, "*/*.arrow")


def recover(lake: Path) -> tuple[str, ...]:
    """Do what the next run does first; return the runs that it committed."""
    with committer_for(lake).begin(schemas={}, mode="append") as transaction:
        return transaction.recovered_runs


def assert_whole(view: View, *allowed: View) -> None:
    """Check that of each table all is seen, or nothing."""
    for table in {table for each in (view, *allowed) for table in each}:
        assert view.get(table, []) in [[], *(each.get(table, []) for each in allowed)]


@pytest.mark.parametrize("mode", MODES)
def test_at_each_instant_a_table_is_the_old_one_the_new_one_or_absent(tmp_path: Path, mode: Mode) -> None:
    run = ready_to_commit(tmp_path, mode)
    before = tables_of(tmp_path)
    views = []
    with after_each_change(lambda _: views.append(tables_of(tmp_path))):
        run.commit()
    after = tables_of(tmp_path)
    assert {table: len(names) for table, names in after.items()} == {
        "error": {"projects": 2, "labels": 1, "segments": 1},
        "append": {"projects": 4, "labels": 1, "segments": 1, "key_frames": 1},
        "overwrite": {"projects": 2, "labels": 1, "segments": 1},
    }[mode]
    assert before in views
    assert after in views
    for view in views:
        assert_whole(view, before, after)


@pytest.mark.parametrize("mode", MODES)
def test_no_instant_shows_a_part_twice_or_beside_what_it_replaces(tmp_path: Path, mode: Mode) -> None:
    run = ready_to_commit(tmp_path, mode)
    before = seen(tmp_path, "**/*.arrow")
    views = []
    with after_each_change(lambda _: views.append(seen(tmp_path, "**/*.arrow"))):
        run.commit()
    after = seen(tmp_path, "**/*.arrow")
    for view in views:
        for table, names in view.items():
            old, new = before.get(table, []), after.get(table, [])
            assert len(set(names)) == len(names)
            assert set(names) <= {*old, *new}
            if mode == "overwrite":
                assert set(names) <= {*old} or set(names) <= {*new}


def changes_of_committing(mode: Mode) -> int:
    counts: list[int] = []
    with tempfile.TemporaryDirectory() as directory:
        run = ready_to_commit(Path(directory), mode)
        with after_each_change(counts.append):
            run.commit()
    return len(counts)


@pytest.mark.parametrize("mode", MODES)
def test_after_a_crash_at_any_instant_the_next_run_finds_all_of_it_or_none(
    tmp_path: Path, mode: Mode
) -> None:
    outcomes = []
    for changes in range(1, changes_of_committing(mode) + 1):
        lake = tmp_path / str(changes)
        run = ready_to_commit(lake, mode)
        before = tables_of(lake)
        with pytest.raises(Crash), after_each_change(ending_after(changes)):
            run.commit()
        crashed = tables_of(lake)
        run.die()
        given = bool(list(lake.glob(".exportkit-*/order.json")))
        assert recover(lake) == ((run.transaction.staging.run,) if given else ())
        recovered = tables_of(lake)
        assert_whole(crashed, before, recovered)
        outcomes.append(recovered != before)
        assert [(lake / name).read_text() for name in NOTES] == ["mine", "mine"]
        assert not [name for name in everything_below(lake) if name.startswith(".")]
    # Up to some instant the crash undoes the run, from there on it does not.
    assert outcomes == sorted(outcomes)
    assert set(outcomes) == {False, True}


@given(mode=st.sampled_from(MODES), first=st.integers(1, 40), second=st.integers(1, 40))
def test_a_crash_of_the_recovery_is_no_other_case(mode: Mode, first: int, second: int) -> None:
    with tempfile.TemporaryDirectory() as directory:
        lake = Path(directory)
        run = ready_to_commit(lake, mode)
        before = tables_of(lake)
        for changes, act in ((first, run.commit), (second, lambda: recover(lake))):
            with after_each_change(ending_after(changes)):
                try:
                    act()
                except Crash:
                    run.die()
        recover(lake)
        recovered = tables_of(lake)
        if recovered != before:
            old = before if mode != "overwrite" else {}
            assert {table: len(names) - len(old.get(table, [])) for table, names in recovered.items()} == {
                "projects": 2,
                "labels": 1,
                "segments": 0 if mode == "append" else 1,
                **({"key_frames": 0} if mode == "append" else {}),
            }
        assert [(lake / name).read_text() for name in NOTES] == ["mine", "mine"]


@pytest.mark.parametrize("mode", MODES)
def test_ctrl_c_while_committing_comes_through_after_all_is_committed(tmp_path: Path, mode: Mode) -> None:
    changes = changes_of_committing(mode)
    for at in range(1, changes + 1):
        lake = tmp_path / str(at)
        run = ready_to_commit(lake, mode)
        before = tables_of(lake)
        with (
            pytest.raises(KeyboardInterrupt),
            run.transaction,
            after_each_change(ending_after(at, KeyboardInterrupt)),
        ):
            run.commit()
        after = tables_of(lake)
        assert (after == before) or len(after["labels"]) == 1
        assert_whole(after, before, after)
        assert recover(lake) == ()
        assert tables_of(lake) == after
        assert not [name for name in everything_below(lake) if name.startswith(".")]


def test_a_rename_that_is_refused_half_way_is_made_up_for_by_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ready_to_commit(tmp_path, "overwrite")
    move = LocalStorage.move

    def refuse(self: LocalStorage, source: str, target: str) -> None:
        with self.failing_as(f"move {source} here", target):
            if target == "labels":
                raise PermissionError(13, "from the system")
            move(self, source, target)

    monkeypatch.setattr(LocalStorage, "move", refuse)
    with pytest.raises(WriteError) as caught, run.transaction:
        run.commit()
    monkeypatch.setattr(LocalStorage, "move", move)
    staging = run.transaction.staging
    assert str(caught.value) == (
        f"cannot move {staging.directory}/open/labels here: Permission denied (in {tmp_path}/labels)\n"
        "hint: no row is lost, and the run need not be repeated: remove the cause, and "
        "exportkit.lake(...) or `exportkit rejects` on the destination completes it"
    )
    assert {table: len(names) for table, names in tables_of(tmp_path).items()} == {
        "projects": 2,
        "segments": 1,
        "key_frames": 1,
    }
    assert recover(tmp_path) == (staging.run,)
    assert {table: len(names) for table, names in tables_of(tmp_path).items()} == {
        "projects": 2,
        "labels": 1,
        "segments": 1,
    }


def test_what_cannot_be_deleted_after_committing_is_left_to_the_next_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = ready_to_commit(tmp_path, "overwrite")

    def refuse(self: LocalStorage, path: str) -> None:
        raise WriteError("cannot delete the directory: Permission denied", place=self.place(path))

    with monkeypatch.context() as patch:
        patch.setattr(LocalStorage, "delete_directory", refuse)
        run.commit()
    committed = tables_of(tmp_path)
    assert (len(committed["projects"]), len(committed["labels"])) == (2, 1)
    assert [name for name in everything_below(tmp_path) if name.startswith(".")]
    assert recover(tmp_path) == ()
    assert tables_of(tmp_path) == committed
    assert not [name for name in everything_below(tmp_path) if name.startswith(".")]


def test_another_run_that_commits_applies_what_a_crash_left(tmp_path: Path) -> None:
    crashing = ready_to_commit(tmp_path, "append")
    other = Run(tmp_path, "append", projects=1)

    def crash_in_the_middle(_: int) -> None:
        if list(tmp_path.glob(".exportkit-*/open/projects")):
            raise Crash

    with pytest.raises(Crash), after_each_change(crash_in_the_middle):
        crashing.commit()
    crashing.die()
    assert "projects" not in tables_of(tmp_path)
    other.commit()
    assert {table: len(names) for table, names in tables_of(tmp_path).items()} == {
        "projects": 5,
        "labels": 1,
        "segments": 1,
        "key_frames": 1,
    }


def test_staging_of_a_run_that_is_alive_is_left_alone(tmp_path: Path) -> None:
    alive = ready_to_commit(tmp_path, "append")
    assert recover(tmp_path) == ()
    alive.commit()
    assert len(tables_of(tmp_path)["projects"]) == 4


def test_staging_of_a_run_that_is_dead_is_removed(tmp_path: Path) -> None:
    dead = Run(tmp_path, "error", projects=2)
    dead.die()
    assert recover(tmp_path) == ()
    assert everything_below(tmp_path) == []


def test_hidden_directories_of_others_are_left_alone(tmp_path: Path) -> None:
    for name in (".git", ".exportkit-mine"):
        (tmp_path / name).mkdir()
    recover(tmp_path)
    assert everything_below(tmp_path) == [".exportkit-mine", ".git"]


@pytest.mark.parametrize("text", ["", "[]", '{"mode": "append"}', "\x00"])
def test_a_commit_record_that_cannot_be_read_stops_the_next_run(tmp_path: Path, text: str) -> None:
    run = Run(tmp_path, "error", projects=1)
    record = tmp_path / run.transaction.staging.directory / "order.json"
    record.write_text(text)
    with pytest.raises(WriteError) as caught:
        recover(tmp_path)
    assert str(caught.value) == (
        f"the commit record of an interrupted run cannot be read (in {record})\n"
        "hint: nothing was moved; tables in 'open' beside it belong to the lake: move them back before you "
        "remove the rest"
    )
    assert list(record.parent.rglob("*.inprogress"))
