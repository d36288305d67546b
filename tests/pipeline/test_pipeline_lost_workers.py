"""Workers that are lost, and runs that are ended: a clear error, nothing half done, and no process left."""

from __future__ import annotations

import io
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import exportkit
from exportkit.pipeline import run_monitor

ROW = b'{"data_row":{"id":"%d","row_data":"' + b"x" * 1000 + b'"}}\n'
HINT = "hint: it may have run out of memory: set memory_limit, or use fewer workers"
#: Seconds after which something that should have ended is said to hang.
HANGS = 20


class Stream(io.RawIOBase):
    """Gives rows for ever, and does something to the workers when it has given a few."""

    def __init__(self, then: Callable[[int], None], row: bytes = ROW) -> None:
        self._then = then
        self._row = row
        self._reads = 0

    def read(self, size: int = -1) -> bytes:
        self._reads += 1
        if self._reads == 5:
            for child in multiprocessing.active_children():
                assert child.pid
                self._then(child.pid)
        return (self._row % self._reads) * (1 + size // len(self._row))


def kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)


def starve(pid: int) -> None:
    """Leave a process a few megabytes more than it has."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[0])
    most = pages * resource.getpagesize() + 8 * 2**20
    resource.prlimit(pid, resource.RLIMIT_AS, (most, most))


def converted(source: object, lake: Path) -> str:
    """Convert with two workers and return what the run fails with."""
    with pytest.raises(exportkit.ExportkitError) as raised:
        exportkit.to_parquet(source, lake, workers=2)  # type: ignore[arg-type]  # a stream of our own
    assert multiprocessing.active_children() == []
    assert not lake.exists()
    return str(raised.value)


def test_a_worker_that_is_killed_ends_the_run(tmp_path: Path) -> None:
    said = converted(Stream(kill), tmp_path / "lake")
    assert said == f"a worker process was killed by SIGKILL\n{HINT}"


def test_a_worker_that_is_killed_while_it_reads_a_range_ends_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_monitor, "PROGRESS_SECONDS", 0)
    path = tmp_path / "export.ndjson"
    path.write_bytes((ROW % 1) * 40_000)

    def kill_one(_: object) -> None:
        for child in multiprocessing.active_children()[:1]:
            assert child.pid
            kill(child.pid)

    with pytest.raises(exportkit.ExportkitError) as raised:
        exportkit.to_parquet(path, tmp_path / "lake", workers=2, progress=kill_one)
    assert str(raised.value) == f"a worker process was killed by SIGKILL\n{HINT}"
    assert multiprocessing.active_children() == []
    assert not (tmp_path / "lake").exists()


def test_a_worker_that_runs_out_of_memory_ends_the_run(tmp_path: Path) -> None:
    wide = b'{"data_row":{"id":"%d","row_data":"' + b"x" * 15_000_000 + b'"}}\n'
    said = converted(Stream(starve, wide), tmp_path / "lake")
    assert said == "a worker process ran out of memory\nhint: set memory_limit, or use fewer workers"


class Few(io.BytesIO):
    """A few rows, so that a worker has nothing to do; one that is idle is killed before the end."""

    def __init__(self, rows: bytes) -> None:
        super().__init__(rows)
        self._is_read = False

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        if not data and not self._is_read:
            self._is_read = True
            time.sleep(0.5)  # by then they have converted what they got
            [*_, last] = sorted(multiprocessing.active_children(), key=lambda child: child.name)
            assert last.pid
            kill(last.pid)
            last.join()
        return data


@pytest.mark.parametrize("rows", [1, 5_000])
def test_an_idle_worker_that_is_killed_ends_the_run(rows: int, tmp_path: Path) -> None:
    said = converted(Few((ROW % 1) * rows), tmp_path / "lake")
    assert said == f"a worker process was killed by SIGKILL\n{HINT}"


IN_A_POOL = """
import multiprocessing, sys
import exportkit
from exportkit.pipeline import resources

resources.WORTHWHILE_BYTES = 100

def convert(workers):
    try:
        return exportkit.to_parquet("export.ndjson", f"lake-{workers}", workers=workers).data_rows
    except exportkit.ExportkitError as error:
        return str(error)

if __name__ == "__main__":
    with multiprocessing.get_context(sys.argv[1]).Pool(1, maxtasksperchild=1) as pool:
        print(*pool.map(convert, [None, 1, 2], chunksize=1), sep="\\n")
"""


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_in_a_process_that_may_start_none_one_process_converts(method: str, tmp_path: Path) -> None:
    (tmp_path / "export.ndjson").write_bytes((ROW % 1) * 10)
    (tmp_path / "script.py").write_text(IN_A_POOL, "utf-8")
    done = subprocess.run(
        [sys.executable, "script.py", method],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout == (
        "10\n10\na daemonic process cannot start workers\n"
        "hint: leave workers out, or set it to 1, in a multiprocessing.Pool and the like\n"
    )


@contextmanager
def command(lake: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the command in a process group of its own until its workers have something to do."""
    arguments = [sys.executable, "-m", "exportkit", "convert", "-", str(lake), "--workers", "2"]
    pipe = subprocess.PIPE
    with subprocess.Popen(arguments, stdin=pipe, stdout=pipe, stderr=pipe, start_new_session=True) as process:
        assert process.stdin
        try:
            for number in range(8_000):  # returns when most of it has been read
                process.stdin.write(ROW % number)
            process.stdin.flush()
            yield process
        finally:
            if group_lives(process.pid):
                os.killpg(process.pid, signal.SIGKILL)


def group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def wait_for_the_end(process: subprocess.Popen[bytes]) -> str:
    """Wait until nothing of a run is left; return what it said."""
    process.wait(HANGS)
    end = time.monotonic() + HANGS
    while group_lives(process.pid):
        assert time.monotonic() < end, "a worker is left"
        time.sleep(0.01)
    assert process.stderr
    return process.stderr.read().decode()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("end", [os.kill, os.killpg], ids=["process", "group"])
def test_an_interrupted_run_leaves_no_process_and_no_file(
    number: signal.Signals, end: Callable[[int, int], None], tmp_path: Path
) -> None:
    with command(tmp_path / "lake") as process:
        end(process.pid, number)
        said = wait_for_the_end(process)
    assert said.splitlines()[-1] == "interrupted; nothing was written"
    assert "Traceback" not in said
    assert not (tmp_path / "lake").exists()


def test_workers_end_when_the_process_that_started_them_is_killed(tmp_path: Path) -> None:
    with command(tmp_path / "lake") as process:
        process.kill()
        said = wait_for_the_end(process)
    assert "Traceback" not in said
    assert list((tmp_path / "lake").glob("[!._]*/*.parquet")) == []


UNGUARDED = """
import exportkit
run = exportkit.start("export.ndjson", "lake", workers=2)
print(run.wait().data_rows)
"""


def test_a_script_that_starts_workers_in_a_worker_is_told_how_not_to(
    tmp_path: Path,
) -> None:
    (tmp_path / "export.ndjson").write_bytes(b'{"data_row":{"id":"a"}}\n')
    (tmp_path / "script.py").write_text(UNGUARDED, "utf-8")
    done = subprocess.run(
        [sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert "exportkit.errors.ExportkitError: a worker process cannot start workers\n" in done.stderr
    assert done.stderr.endswith(
        "ExportkitError: a worker process ended with exit code 1\n"
        "hint: a worker that is not forked runs the script again: put what the script does under "
        '`if __name__ == "__main__":`\n'
    )
    assert [one.name for one in tmp_path.iterdir() if one.is_dir()] == []


def test_more_workers_than_the_machine_has_memory_for_are_refused(tmp_path: Path) -> None:
    with pytest.raises(exportkit.OptionError, match=r"^workers must be fewer than 100000: so many") as raised:
        exportkit.to_parquet(io.BytesIO(b'{"data_row":{"id":"a"}}'), tmp_path / "lake", workers=100_000)
    assert raised.value.option == "workers"
    assert not (tmp_path / "lake").exists()
