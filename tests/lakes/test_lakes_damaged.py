"""A lake from elsewhere is read, or refused in words: nothing hangs, nothing outside of it changes."""

from __future__ import annotations

import shutil
import signal
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import pytest

from exportkit import ExportkitError
from lakes.damages import DAMAGES, part_of
from lakes.doors import DOORS
from rejects.broken_lakes import broken, good, write_rejecting

#: A reader that takes longer waits for what never comes.
SECONDS = 60
TABLES = ("data_rows", "objects", "rejects", "labels", "classifications")
NUMBERED = {name: number for number, name in enumerate(DAMAGES)}


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a lake with a rejected line."""
    lake = tmp_path_factory.mktemp("sound") / "lake"
    write_rejecting(lake, [good("a", x=1), broken("b"), good("c")])
    return lake


def damaged(sound: Path, directory: Path, name: str) -> Path:
    """Return a copy that is damaged in a table in which the damage makes a difference."""
    lake = directory / "lake"
    for table in islice(cycle(TABLES), NUMBERED[name], NUMBERED[name] + len(TABLES)):
        for made in (lake, directory / "moved"):
            shutil.rmtree(made, ignore_errors=True)
        shutil.copytree(sound, lake)
        before = part_of(lake, table).read_bytes()
        DAMAGES[name](lake, table)
        here = [*(lake / table).iterdir()] if (lake / table).is_dir() else []
        if len(here) != 1 or not here[0].is_file() or here[0].read_bytes() != before:
            break
    return lake


@contextmanager
def in_time() -> Iterator[None]:
    def end(*_: Any) -> None:
        raise TimeoutError("it waits for what never comes")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("damage", DAMAGES)
def test_whatever_is_wrong_with_a_lake_is_said_or_does_no_harm(
    sound: Path, tmp_path: Path, damage: str
) -> None:
    for name in islice(DOORS, NUMBERED[damage] % 2, None, 2):
        directory = tmp_path / name.replace(" ", "_")
        directory.mkdir()
        (directory / "precious").write_bytes(b"mine")
        lake = damaged(sound, directory, damage)
        with warnings.catch_warnings(), in_time():
            warnings.simplefilter("ignore")  # rejected lines, which are not the point
            with suppress(ExportkitError, FileNotFoundError):
                DOORS[name](lake)
        assert (directory / "precious").read_bytes() == b"mine"
        assert {one.name for one in directory.iterdir()} <= {"lake", "precious", "moved", "map.parquet"}
