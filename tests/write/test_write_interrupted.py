"""Runs that end badly: killed, interrupted, out of disk, without a destination."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from exportkit import WriteError
from exportkit.commit import committer_for
from exportkit.write import LakeWriter, PartFile, WriteOptions
from write.lakes import (
    SCHEMA,
    batch_of,
    everything_below,
    ids_in,
    is_unfinished,
    numbered,
    seen_by_globs,
    write_lake,
)

TESTS = Path(__file__).parents[1]

#: Writes whole parts and one that is not complete, says so, and waits to be ended.
WRITE_AND_WAIT = """
    import sys, time
    from write.lakes import SCHEMA, batch_of, numbered
    from exportkit.commit import committer_for
    from exportkit.write import EncodingThread, LakeWriter, WriteOptions

    with committer_for(sys.argv[1]).begin(schemas={"projects": SCHEMA}, mode=sys.argv[2]) as transaction:
        options = WriteOptions(row_group_rows=100, part_bytes=5_000)
        with EncodingThread(LakeWriter(transaction.staging, options=options)) as writer:
            for first in range(0, 1_050, 50):
                writer.write("projects", batch_of(numbered(first, 50)))
            print("waiting", flush=True)
            while True:
                time.sleep(0.05)  # a signal may come between the look for it and the sleep
"""


def program(text: str, *arguments: object) -> list[str]:
    """Return the command that runs a program with the tests' modules at hand."""
    found = f"import sys; sys.path[:0] = [{str(TESTS)!r}, {str(TESTS.parent)!r}]\n"
    return [sys.executable, "-c", found + textwrap.dedent(text), *map(str, arguments)]


@contextmanager
def writing(lake: Path, mode: str) -> Iterator[subprocess.Popen[str]]:
    """Run a writer in a process of its own until it waits in the middle of its run."""
    command = program(WRITE_AND_WAIT, lake, mode)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "waiting\n"
            yield process
        finally:
            process.kill()


@pytest.fixture(params=["append", "overwrite"])
def lake_with_a_run(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Path, str]:
    write_lake(tmp_path / "lake", batch_of(numbered(0, 10)))
    return tmp_path / "lake", request.param


def test_a_run_in_progress_shows_readers_nothing(lake_with_a_run: tuple[Path, str]) -> None:
    lake, mode = lake_with_a_run
    before = seen_by_globs(lake)
    with writing(lake, mode):
        assert len([name for name in lake.rglob("*") if is_unfinished(name)]) > 1
        assert seen_by_globs(lake) == before
        assert ids_in(lake) == [row["id"] for row in numbered(0, 10)]


def test_a_killed_run_shows_readers_nothing_and_the_next_one_cleans_up(
    lake_with_a_run: tuple[Path, str],
) -> None:
    lake, mode = lake_with_a_run
    before = everything_below(lake)
    seen = seen_by_globs(lake)
    with writing(lake, mode) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert everything_below(lake) != before
    assert seen_by_globs(lake) == seen
    write_lake(lake, batch_of(numbered(10, 10)), mode="append")
    assert ids_in(lake) == [row["id"] for row in numbered(0, 20)]
    assert [path.name for path in lake.iterdir()] == ["projects"]


def test_a_killed_run_leaves_a_new_destination_free_for_the_next(tmp_path: Path) -> None:
    with writing(tmp_path, "error") as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert seen_by_globs(tmp_path) == []
    write_lake(tmp_path, batch_of(numbered(0, 10)))
    assert [path.name for path in tmp_path.iterdir()] == ["projects"]


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    with writing(tmp_path / "lake", "error") as process:
        process.send_signal(signal.SIGINT)
        _, error = process.communicate()
    assert error.endswith("KeyboardInterrupt\n")
    assert everything_below(tmp_path) == []


#: Writes where no file may grow above 50 kB, and says what came of it.
WRITE_TOO_MUCH = """
    import resource, sys
    from write.lakes import SCHEMA, batch_of, numbered
    from exportkit import WriteError
    from exportkit.commit import committer_for
    from exportkit.write import EncodingThread, LakeWriter, WriteOptions

    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
    location, format_name, threaded, group_rows = sys.argv[1:]
    try:
        with committer_for(location).begin(schemas={"projects": SCHEMA}, format=format_name) as transaction:
            sink = LakeWriter(transaction.staging, options=WriteOptions(row_group_rows=int(group_rows)))
            with EncodingThread(sink) if threaded == "threaded" else sink as writer:
                for first in range(0, 100_000, 1_000):
                    writer.write("projects", batch_of(numbered(first, 1_000)))
                transaction.commit(writer.close())
    except WriteError as error:
        print(error)
"""


@pytest.mark.parametrize("group_rows", [1_000, 1_000_000], ids=["while writing", "at the end"])
@pytest.mark.parametrize("threaded", ["threaded", "not threaded"])
@pytest.mark.parametrize("format_name", ["parquet", "arrow"])
def test_a_full_disk_is_said_with_path_and_reason_and_nothing_is_committed(
    tmp_path: Path, format_name: str, threaded: str, group_rows: int
) -> None:
    lake = tmp_path / "lake"
    command = program(WRITE_TOO_MUCH, lake, format_name, threaded, group_rows)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    problem, _, place = done.stdout.partition(" (in ")
    assert problem == "cannot write the part: File too large"
    assert place.startswith(f"{lake}/projects/part-")
    assert place.endswith(f"-0000-00000.{format_name})\n")
    assert everything_below(tmp_path) == []


def spoiled(lake: Path, spoil: Callable[[], None], *, before: str) -> str:
    """Return the error of a run that something spoils before it writes, closes or commits."""
    transaction = committer_for(lake).begin(schemas={"projects": SCHEMA})
    parts: list[PartFile] = []
    with transaction, LakeWriter(transaction.staging, options=WriteOptions(row_group_rows=10)) as writer:
        steps = {
            "write": lambda: writer.write("projects", batch_of(numbered(0, 10))),
            "close": lambda: parts.extend(writer.close()),
            "commit": lambda: transaction.commit(parts),
        }
        with pytest.raises(WriteError) as caught:
            run_steps(steps, spoil, before)
    return str(caught.value).replace(transaction.staging.name(0, 0), "PART").replace(str(lake), "LAKE")


def run_steps(steps: Mapping[str, Callable[[], object]], spoil: Callable[[], None], before: str) -> None:
    for name, step in steps.items():
        if name == before:
            spoil()
        step()


def test_a_full_disk_comes_with_a_hint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pyarrow.parquet.ParquetWriter.write_table", full)
    assert spoiled(tmp_path / "lake", lambda: None, before="write") == (
        "cannot write the part: No space left on device (in LAKE/projects/PART)\n"
        "hint: free space on that disk, or choose a destination on another one"
    )
    assert everything_below(tmp_path) == []


@pytest.mark.parametrize(
    ("before", "message"),
    [
        ("write", "cannot create the file: No such file or directory (in LAKE/projects/PART)"),
        *(
            (
                step,
                (
                    "a part was written with N bytes and now is gone (in LAKE/projects/PART)\n"
                    "hint: something else changed the destination; run again"
                ),
            )
            for step in ("close", "commit")
        ),
    ],
)
def test_a_destination_that_vanishes_is_noticed(tmp_path: Path, before: str, message: str) -> None:
    lake = tmp_path / "lake"
    said = spoiled(lake, lambda: shutil.rmtree(lake), before=before)
    assert re.sub(r"with \d+ bytes", "with N bytes", said) == message
    assert everything_below(tmp_path) == []


#: Interrupts a writer at any moment of its life, many times over, and says what came of it.
INTERRUPT_ANYWHERE = """
    import faulthandler, random, signal, time
    from exportkit.write import EncodingThread

    class Sink:
        is_aborted = was_used_later = False

        def write(self, table, batch):
            time.sleep(0)
            self.was_used_later |= self.is_aborted

        def close(self):
            return []

        def abort(self):
            self.is_aborted = True

    def stop(*_):
        raise KeyboardInterrupt

    faulthandler.dump_traceback_later(60, exit=True)
    signal.signal(signal.SIGALRM, stop)
    seed = random.randrange(2**32)
    draw = random.Random(seed)
    for _ in range(1_500):
        sink = Sink()
        try:
            with EncodingThread(sink) as thread:
                signal.setitimer(signal.ITIMER_REAL, draw.random() * 0.002 + 1e-6)
                for _ in range(draw.randrange(400)):
                    thread.write("a", None)
                thread.close()
                time.sleep(0.003)
        except KeyboardInterrupt:
            pass
        signal.setitimer(signal.ITIMER_REAL, 0)
        assert not sink.was_used_later, f"seed {seed}"
    print("done")
"""


def test_ctrl_c_at_any_moment_ends_the_thread_that_encodes() -> None:
    done = subprocess.run(program(INTERRUPT_ANYWHERE), capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("done\n", "")
