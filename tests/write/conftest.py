"""What the tests of the write room begin with."""

from __future__ import annotations

from pathlib import Path

import pytest

from write.lakes import batch_of, numbered, write_lake


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    """Return a lake with one run in it."""
    write_lake(tmp_path / "lake", batch_of(numbered(0, 10)))
    return tmp_path / "lake"
