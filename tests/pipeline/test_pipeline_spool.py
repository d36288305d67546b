"""Long lines of streams: kept where nobody finds them, and not longer than they are needed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from exportkit.pipeline.line_spool import Spool, let_go
from exportkit.read import read_range

KEEPER = """
import sys, time
from exportkit.pipeline.line_spool import Spool
from exportkit.legacy.spool import Spool as Shares
with Spool() as spool, Shares() as shares:
    spool.keep(iter([b"secret" * 1000] * 1000), 1, 0)
    for number in range(900):
        shares._database.execute("INSERT INTO data_rows (id) VALUES (?)", (f"secret{number}" * 10000,))
    print("kept", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "temporary"
    found.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(found))
    return found


def kept(spool: Spool, text: bytes, times: int) -> Iterator[tuple[bytes, int]]:
    for _ in range(times):
        stored = spool.keep([text], 1, 0)
        yield b"".join(read_range(stored.uri, stored.start, stored.end, 5)), len(spool._files)
        let_go(stored)


def test_a_line_lies_in_a_file_without_a_name_that_is_closed_once_it_is_read(temporary: Path) -> None:
    with Spool() as spool:
        for text, files in kept(spool, b"a secret line", 5):
            assert (text, files) == (b"a secret line", 1)
            assert list(temporary.iterdir()) == []
        waiting = [spool.keep([b"another"], line, None) for line in range(3)]
        let_go(waiting[1])
        spool.keep([b"the last"], 4, None)
        assert len(spool._files) == 3


def test_where_open_files_cannot_be_reached_they_have_a_name_until_they_are_closed(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os.path, "exists", lambda _: False)
    with Spool() as spool:
        for text, _ in kept(spool, b"a secret line", 3):
            assert text == b"a secret line"
            assert len(list(temporary.iterdir())) == 1
    assert list(temporary.iterdir()) == []


def test_a_process_that_is_killed_leaves_nothing_that_it_kept(tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path), "SQLITE_TMPDIR": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", KEEPER], env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"kept\n"
        links = [str(link.readlink()) for link in Path(f"/proc/{process.pid}/fd").glob("*")]
        assert sum(str(tmp_path) in link for link in links) == 2  # both are on the disk
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert list(tmp_path.iterdir()) == []
