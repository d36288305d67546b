"""A desk to work at: a directory with a good export and one with bad lines."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.commands import export_of, row


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "export.ndjson").write_bytes(export_of(row("a", "car", "car"), row("b", "bus")))
    (tmp_path / "bad.ndjson").write_bytes(
        export_of(row("a", "car"), b'{"data_row": {"id": 7}}', row("b"), b"{")
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(autouse=True)
def _same_signals() -> Iterator[None]:
    """Run in this process, the command listens to signals; afterwards nobody does."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, listening in before.items():
        signal.signal(number, listening)
