"""How many processes convert when nobody says: by cores, and by what the files hold, whatever names them."""

from __future__ import annotations

import gzip
import io
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import exportkit
from exportkit.errors import OptionError
from exportkit.pipeline import choose_workers, resources

ROW = b'{"data_row":{"id":"d"}}\n'


@pytest.fixture(autouse=True)
def small_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resources, "WORTHWHILE_BYTES", 100 * len(ROW))
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(4)), raising=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Give a directory with exports of 40 lines each, 240 together; the last is compressed."""
    for number in range(5):
        (tmp_path / f"{number}.ndjson").write_bytes(ROW * 40)
    (tmp_path / "5.ndjson.gz").write_bytes(gzip.compress(ROW * 40, mtime=0))
    (tmp_path / "notes.txt").write_bytes(b"The river was high.\n" * 10_000)
    return tmp_path


def test_small_files_stay_in_one_process(folder: Path) -> None:
    assert choose_workers(None, folder / "0.ndjson", can_fork=True) == 1


@pytest.mark.parametrize("count", [99, 100, 199, 200, 250, 1000])
def test_larger_files_get_a_process_more_for_each_worthwhile_size_up_to_the_cores(
    count: int, tmp_path: Path
) -> None:
    (tmp_path / "export.ndjson").write_bytes(ROW * count)
    assert choose_workers(None, str(tmp_path / "export.ndjson"), can_fork=True) == min(4, 1 + count // 100)


@pytest.mark.parametrize(
    "named",
    [
        lambda folder: folder,
        lambda folder: f"{folder}/*.ndjson*",
        lambda folder: [f"{folder}/{number}.ndjson" for number in range(5)],
        lambda folder: (f"{folder}/[0-2].ndjson", folder / "3.ndjson", f"file://{folder}/4.ndjson"),
        lambda folder: [io.BytesIO(), f"{folder}/*.ndjson"],
    ],
    ids=["directory", "glob", "list", "globs and paths and URLs", "list with a stream"],
)
def test_files_count_together_however_they_are_named(named: Callable[[Path], Any], folder: Path) -> None:
    assert choose_workers(None, named(folder), can_fork=True) == 3


def test_a_compressed_file_counts_for_what_it_holds_whatever_its_name(tmp_path: Path) -> None:
    packed = gzip.compress(random.Random(1).randbytes(1000), mtime=0)
    (tmp_path / "export.ndjson").write_bytes(packed)
    (tmp_path / "plain.ndjson").write_bytes(b" " * len(packed))
    assert choose_workers(None, tmp_path / "plain.ndjson", can_fork=True) == 1
    wanted = 1 + len(packed) * resources.COMPRESSION_RATIO // resources.WORTHWHILE_BYTES
    assert wanted > 1
    assert choose_workers(None, tmp_path / "export.ndjson", can_fork=True) == wanted


def test_what_can_be_read_once_is_not_looked_at(tmp_path: Path) -> None:
    stream = io.BytesIO(ROW * 1000)
    os.mkfifo(tmp_path / "pipe.ndjson")
    paths = iter([tmp_path / "pipe.ndjson"])
    for source in (stream, "-", tmp_path / "pipe.ndjson", "https://example.org/export.ndjson", paths):
        assert choose_workers(None, source, can_fork=True) == 1
    assert stream.tell() == 0
    assert next(paths) == tmp_path / "pipe.ndjson"


@pytest.mark.parametrize("source", ["missing.ndjson", "nothing/*.ndjson", b"bytes", 7, []])
def test_what_cannot_be_read_is_left_to_whoever_reads_it(source: Any) -> None:
    assert choose_workers(None, source, can_fork=True) == 1


def test_one_process_is_enough_where_processes_cannot_be_forked(folder: Path) -> None:
    assert choose_workers(None, folder, can_fork=False) == 1


def test_a_memory_limit_makes_workers_fewer_unless_they_were_asked_for(folder: Path) -> None:
    many = [folder] * 10
    assert choose_workers(None, many, can_fork=True) == 4
    assert choose_workers(None, many, can_fork=True, memory_limit="310MB") == 2
    assert choose_workers(3, many, can_fork=True, memory_limit="310MB") == 3


def test_no_workers_are_an_argument_error(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match=r"^workers must be 1 or more, not 0$"):
        exportkit.to_parquet("export.ndjson", tmp_path / "lake", workers=0)
