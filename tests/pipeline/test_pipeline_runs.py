"""A run is watched, cancelled and waited for, from threads and from asyncio; cancelled, it leaves nothing."""

from __future__ import annotations

import asyncio
import gzip
import io
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

import exportkit
from exportkit import CancelledError, Progress, ReadError, Run
from exportkit.events import Cancelled, Event, EventLog, Failed, Finished, SourceOpened, SourceRead
from exportkit.pipeline import run_monitor

ROW = b'{"data_row":{"id":"d"}}\n'
#: Seconds after which something that should have ended is said to hang.
HANGS = 60
#: A line of 30 MB, which is converted in fragments.
LONG = b'{"data_row":{"id":"l"},"attachments":[%s]}\n' % b",".join(
    b'{"id":"%d","value":"%s"}' % (at, b"x" * 1000) for at in range(30_000)
)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a directory for temporary files that nobody else uses."""
    directory = tmp_path / "temporary"
    directory.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(directory))
    return directory


@pytest.fixture
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let progress be reported as often as it can be."""
    monkeypatch.setattr(run_monitor, "PROGRESS_SECONDS", 0)


class Gated(io.RawIOBase):
    """A stream that gives rows, and the rest when it is let."""

    def __init__(self, rows: int = 10_000) -> None:
        self.opened = threading.Event()
        self._given = [b"", ROW * rows]

    def read(self, _: int = -1) -> bytes:
        if len(self._given) == 1:
            assert self.opened.wait(HANGS)
        return self._given.pop() if self._given else b""


@pytest.fixture
def gated() -> Iterator[Gated]:
    stream = Gated()
    yield stream
    stream.opened.set()


def assert_nothing_is_left(tmp_path: Path, before: set[threading.Thread]) -> None:
    assert not (tmp_path / "lake").exists()
    assert multiprocessing.active_children() == []
    assert list((tmp_path / "temporary").iterdir()) == []
    assert {one for one in threading.enumerate() if one.name != "exportkit-reading"} <= before


def test_a_started_run_does_what_the_blocking_function_does(tmp_path: Path) -> None:
    path = tmp_path / "export.ndjson"
    path.write_bytes(ROW * 1000 + b"{\n")
    run = exportkit.start(path, tmp_path / "lake")
    assert isinstance(run, Run)
    with pytest.warns(exportkit.ExportkitWarning, match="1 line could not become rows") as warned:
        report = run.wait(HANGS)
    assert warned[0].filename == __file__
    assert (run.state, run.done, run.error, run.report) == ("finished", True, None, report)
    assert (report.data_rows, report.rejects, report.output_bytes > 0, report.seconds > 0) == (
        1000,
        1,
        True,
        True,
    )
    assert sorted(report.files) == sorted(str(one) for one in (tmp_path / "lake").glob("*/*.parquet"))
    assert run.wait() is report
    assert run.cancel() is False
    other = exportkit.start(path, tmp_path / "arrow", format="arrow").wait()
    assert {Path(file).suffix for file in other.files} == {".arrow"}
    assert other.rows == report.rows


def test_progress_is_current_while_the_run_goes_on(tmp_path: Path, gated: Gated) -> None:
    run = exportkit.start(gated, tmp_path / "lake")
    assert (run.state, run.done, run.report, run.error) == ("running", False, None, None)
    while run.progress.data_rows == 0 and not run.done:
        assert run.progress.seconds < HANGS
        time.sleep(0.01)
        gated.opened.set()
    assert run.wait(HANGS).data_rows == run.progress.data_rows == 10_000
    after = run.progress
    time.sleep(0.02)
    assert run.progress == after
    assert after.source_uri == "stream:"


def test_what_is_asked_wrongly_is_refused_before_the_run_begins(tmp_path: Path) -> None:
    before = threading.active_count()
    with pytest.raises(
        exportkit.OptionError, match=r"^mode must be one of error, overwrite, append, not 'new'$"
    ):
        exportkit.start("missing", tmp_path / "lake", mode="new")  # type: ignore[arg-type]  # the point
    with pytest.raises(exportkit.OptionError, match=r"^format must be one of parquet, arrow, not 'csv'$"):
        exportkit.start("missing", tmp_path / "lake", format="csv")  # type: ignore[arg-type]  # as above
    with pytest.raises(TypeError, match="did you mean 'tables'"):
        exportkit.start("missing", tmp_path / "lake", tabels=[])  # type: ignore[call-arg]  # as above
    assert threading.active_count() == before


def test_what_a_run_fails_with_is_raised_by_every_wait(tmp_path: Path) -> None:
    run = exportkit.start(tmp_path / "missing.ndjson", tmp_path / "lake")
    for _ in range(2):
        with pytest.raises(FileNotFoundError):
            run.wait(HANGS)
    assert (run.state, run.report, type(run.error)) == ("failed", None, FileNotFoundError)
    *_, last = run.events
    assert isinstance(last, Failed)
    assert last.error is run.error
    assert not (tmp_path / "lake").exists()


def test_a_wait_that_is_over_too_early_leaves_the_run_alone(tmp_path: Path, gated: Gated) -> None:
    run = exportkit.start(gated, tmp_path / "lake")
    with pytest.raises(TimeoutError, match=r"^the run is not over after 0.01 seconds$"):
        run.wait(0.01)
    assert run.state == "running"
    gated.opened.set()
    assert run.wait(HANGS).data_rows == 10_000


@pytest.mark.usefixtures("often")
def test_events_are_complete_and_in_order_for_every_reader(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.ndjson").write_bytes(ROW * 200_000)
    run = exportkit.start(
        [tmp_path / "a.ndjson", tmp_path / "b.ndjson"], tmp_path / "lake", tables=["data_rows"]
    )
    found: list[list[Event]] = [[], []]
    readers = [threading.Thread(target=lambda seen=seen: seen.extend(run.events)) for seen in found]
    for one in readers:
        one.start()
    report = run.wait(HANGS)
    for one in readers:
        one.join()
    for seen in (*found, list(run.events)):
        others = [one for one in seen if not isinstance(one, Progress)]
        names = [str(tmp_path / f"{name}.ndjson") for name in "ab"]
        opened = [
            SourceOpened(name, export_id, len(ROW) * 200_000)
            for name, export_id in zip(names, report.export_ids, strict=True)
        ]
        assert others == [
            opened[0], SourceRead(names[0]), opened[1], SourceRead(names[1]), Finished(report),
        ]  # fmt: skip
        told = [one for one in seen if isinstance(one, Progress)]
        assert all(one.stored_bytes <= other.stored_bytes for one, other in pairwise(told))
        assert told[-1].stored_bytes == 2 * 200_000 * len(ROW)


def test_a_log_keeps_the_newest_progress_and_everything_else() -> None:
    log = EventLog()
    reader = iter(log)
    steps = [Progress(at, None, 0, 0, 0.0, "") for at in range(4)]
    log.publish(steps[0])
    assert next(reader) == steps[0]
    log.publish(steps[1])
    log.publish(steps[2])
    log.publish(SourceRead("a"))
    log.publish(steps[3])
    log.publish(Cancelled(), last=True)
    assert list(reader) == [steps[2], SourceRead("a"), steps[3], Cancelled()]
    assert list(log) == [steps[2], SourceRead("a"), steps[3], Cancelled()]


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_that_is_cancelled_at_any_moment_leaves_nothing_or_is_complete(
    workers: int, tmp_path: Path
) -> None:
    path = tmp_path / "export.ndjson"
    path.write_bytes(ROW * 400_000)
    before = set(threading.enumerate())
    started = time.perf_counter()
    exportkit.start(path, tmp_path / "whole", workers=workers, tables=["data_rows"]).wait(HANGS)
    whole = time.perf_counter() - started
    draw = random.Random(workers)
    for _ in range(6):
        run = exportkit.start(
            path, tmp_path / "lake", workers=workers, tables=["data_rows"], mode="overwrite"
        )
        time.sleep(draw.uniform(0, whole))
        if run.cancel():
            with pytest.raises(CancelledError, match=r"^the run was cancelled$"):
                run.wait(HANGS)
            assert (run.state, run.report) == ("cancelled", None)
            *_, last = run.events
            assert last == Cancelled()
            assert_nothing_is_left(tmp_path, before)
        else:
            report = run.wait(HANGS)
            assert sum(pq.read_metadata(file).num_rows for file in report.files) == 400_000
            for file in sorted((tmp_path / "lake").rglob("*"), reverse=True):
                file.unlink() if file.is_file() else file.rmdir()
            (tmp_path / "lake").rmdir()


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_is_cancelled_in_the_middle_of_a_long_line(
    workers: int, pack: Callable[[bytes], bytes], tmp_path: Path
) -> None:
    path = tmp_path / "export.ndjson"
    path.write_bytes(pack(LONG))
    before = set(threading.enumerate())
    run = exportkit.start(path, tmp_path / "lake", workers=workers)
    time.sleep(0.3)
    assert run.cancel()
    with pytest.raises(CancelledError):
        run.wait(HANGS)
    assert_nothing_is_left(tmp_path, before)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_whose_source_stalls_is_cancelled_all_the_same(workers: int, tmp_path: Path) -> None:
    out, into = os.pipe()
    before = set(threading.enumerate())
    with os.fdopen(out, "rb") as stream, os.fdopen(into, "wb") as writer:
        writer.write(ROW * 10)
        writer.flush()
        run = exportkit.start(stream, tmp_path / "lake", workers=workers)
        with pytest.raises(TimeoutError):
            run.wait(0.2)
        assert run.cancel()
        with pytest.raises(CancelledError):
            run.wait(HANGS)
        assert_nothing_is_left(tmp_path, before)
        writer.close()
        while any(one.name == "exportkit-reading" for one in threading.enumerate()):
            time.sleep(0.01)


def test_a_context_that_fails_cancels_its_run(tmp_path: Path, gated: Gated) -> None:
    with pytest.raises(KeyboardInterrupt), exportkit.start(gated, tmp_path / "lake") as run:
        raise KeyboardInterrupt
    assert run.state == "cancelled"
    with exportkit.start(io.BytesIO(ROW), tmp_path / "lake") as run:
        pass
    assert (run.state, run.wait().data_rows) == ("finished", 1)


def test_two_runs_go_on_at_once(tmp_path: Path) -> None:
    streams = [Gated(10_000), Gated(20_000)]
    some = [exportkit.start(stream, tmp_path / str(at)) for at, stream in enumerate(streams)]
    for stream in reversed(streams):
        stream.opened.set()
    assert [run.wait(HANGS).data_rows for run in some] == [10_000, 20_000]


def test_a_run_is_watched_and_waited_for_in_asyncio(tmp_path: Path, gated: Gated) -> None:
    async def watch() -> tuple[list[Event], exportkit.Report]:
        run = exportkit.start(gated, tmp_path / "lake")
        other = asyncio.create_task(last_of(run))
        seen = []
        async for event in run.events:
            seen.append(event)
            gated.opened.set()
        assert await other == seen[-1]
        return seen, await run

    async def last_of(run: Run) -> Event:
        return [event async for event in run.events][-1]

    seen, report = asyncio.run(asyncio.wait_for(watch(), HANGS))
    assert isinstance(seen[0], SourceOpened)
    assert seen[-1] == Finished(report)


def test_a_task_that_is_cancelled_leaves_the_run_alone_and_a_failure_reaches_it(
    tmp_path: Path, gated: Gated
) -> None:
    async def give_up() -> None:
        run = exportkit.start(gated, tmp_path / "lake")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(run, 0.05)
        assert run.state == "running"
        run.cancel()
        with pytest.raises(CancelledError):
            await run
        with pytest.raises(ReadError):
            await exportkit.start(io.BytesIO(b"no export"), tmp_path / "lake")

    asyncio.run(give_up())


def test_progress_is_shown_in_the_thread_of_the_run_and_its_errors_end_it(tmp_path: Path) -> None:
    threads = []
    exportkit.start(
        io.BytesIO(ROW), tmp_path / "lake", progress=lambda _: threads.append(threading.current_thread().name)
    ).wait(HANGS)
    assert set(threads) == {"exportkit-run"}

    def fail(_: Progress) -> None:
        raise ZeroDivisionError

    run = exportkit.start(io.BytesIO(ROW), tmp_path / "other", progress=fail)
    with pytest.raises(ZeroDivisionError):
        run.wait(HANGS)
    assert not (tmp_path / "other").exists()


def test_a_blocking_call_after_a_run_may_fork_again(tmp_path: Path) -> None:
    before = threading.active_count()
    exportkit.start(io.BytesIO(ROW), tmp_path / "lake").wait(HANGS)
    assert threading.active_count() == before


def test_a_run_that_nobody_waits_for_is_complete_when_the_interpreter_has_exited(tmp_path: Path) -> None:
    (tmp_path / "export.ndjson").write_bytes(b'{"data_row":{"id":"a"}}\n')
    script = "import exportkit; exportkit.start('export.ndjson', 'lake', tables=['data_rows', 'labels'])"
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, timeout=60)
    assert exportkit.lake(tmp_path / "lake").table("data_rows").num_rows == 1


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("write", [exportkit.to_parquet, exportkit.to_arrow])
def test_a_warning_that_is_an_error_leaves_nothing_and_has_the_report(
    write: Any, workers: int, tmp_path: Path
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(exportkit.ExportkitWarning, match="1 line could not become rows") as raised:
            write(io.BytesIO(ROW + b"{\n" + ROW), tmp_path / "lake", workers=workers)
    assert (raised.value.report.data_rows, raised.value.report.rejects) == (2, 1)
    assert not (tmp_path / "lake").exists()


def test_a_run_that_was_begun_keeps_its_report_where_a_warning_is_an_error(tmp_path: Path) -> None:
    run = exportkit.start(io.BytesIO(ROW + b"{\n"), tmp_path / "lake")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(exportkit.ExportkitWarning):
            run.wait()
    assert run.state == "finished"
    assert run.report is not None
    assert run.report.rejects == 1
    assert exportkit.lake(tmp_path / "lake").table("data_rows").num_rows == 1
