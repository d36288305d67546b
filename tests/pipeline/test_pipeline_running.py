"""A run tells how far it is, leaves the interpreter as it was, and lets go of its input."""

from __future__ import annotations

import gc
import gzip
import io
import json
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec.structs import replace

import exportkit
from exportkit import Report
from exportkit.events import Progress
from exportkit.pipeline import run_monitor
from exportkit.report import merged

ROW = b'{"data_row":{"id":"d"}}\n'


@pytest.fixture
def collecting() -> Iterator[None]:
    """Put the collector back as it was."""
    was_enabled = gc.isenabled()
    yield
    gc.enable() if was_enabled else gc.disable()


def test_progress_is_told_for_every_source_and_ends_with_all_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_monitor, "PROGRESS_SECONDS", 0)
    (tmp_path / "a.ndjson").write_bytes(ROW * 100_000)
    (tmp_path / "b.ndjson.gz").write_bytes(gzip.compress(ROW * 10 + b"{\n"))
    sizes = [path.stat().st_size for path in sorted(tmp_path.iterdir())]
    told: list[Progress] = []
    list(exportkit.iter_batches(tmp_path, progress=told.append))
    assert len(told) > 3
    for one, other in pairwise(told):
        assert (one.stored_bytes, one.data_rows, one.seconds) <= (
            other.stored_bytes,
            other.data_rows,
            other.seconds,
        )
        assert one.total_bytes is not None
        assert one.stored_bytes <= one.total_bytes
    assert {one.source_uri for one in told} == {str(path) for path in tmp_path.iterdir()}
    last = told[-1]
    assert (last.stored_bytes, last.total_bytes) == (sum(sizes), sum(sizes))
    assert (last.data_rows, last.rejects) == (100_010, 1)


@pytest.mark.parametrize("workers", [1, 2])
def test_progress_and_report_add_up_over_sources_and_workers(
    workers: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_monitor, "PROGRESS_SECONDS", 0)
    (tmp_path / "a.ndjson").write_bytes((ROW + b"{\n") * 100)
    (tmp_path / "b.ndjson").write_bytes(ROW * 400_000)  # read by the workers themselves, in ranges
    (tmp_path / "c.ndjson.gz").write_bytes(gzip.compress(ROW * 50_000))
    (tmp_path / "d.ndjson").write_bytes(ROW * 7)
    total = sum(path.stat().st_size for path in tmp_path.iterdir())
    told: list[Progress] = []
    report = exportkit.to_parquet(
        tmp_path, tmp_path / "lake", workers=workers, progress=told.append, tables=["data_rows", "rejects"]
    )
    for one, other in pairwise(told):
        assert (one.stored_bytes, one.data_rows, one.rejects) <= (
            other.stored_bytes,
            other.data_rows,
            other.rejects,
        )
        assert one.data_rows <= other.data_rows
        assert one.total_bytes is not None
        assert one.stored_bytes <= one.total_bytes
    last = told[-1]
    assert (last.stored_bytes, last.total_bytes) == (total, total)
    assert (last.data_rows, last.rejects) == (450_107, 100)
    assert (report.lines, report.data_rows, report.rejects) == (450_207, 450_107, 100)
    assert report.rows == {"data_rows": 450_107, "rejects": 100}
    assert report.input_bytes == len(ROW) * 450_107 + 2 * 100


def test_progress_of_a_stream_has_no_total() -> None:
    told: list[Progress] = []
    list(exportkit.iter_batches(io.BytesIO(gzip.compress(ROW)), progress=told.append))
    assert {(one.total_bytes, one.data_rows, one.source_uri) for one in told} == {(None, 1, "stream:")}


@pytest.mark.usefixtures("collecting")
@pytest.mark.parametrize("enabled", [True, False])
def test_the_garbage_collector_is_left_as_it_was(*, enabled: bool) -> None:
    seen: list[bool] = []
    for source in (ROW * 3, ROW + b"{\n"):
        gc.enable() if enabled else gc.disable()
        batches = exportkit.iter_batches(io.BytesIO(source), on_bad_row="raise", batch_rows=1)
        with suppress(exportkit.DecodeError):
            seen.extend(gc.isenabled() for _ in batches)
        assert gc.isenabled() is enabled
    assert set(seen) == {enabled}


def test_a_run_that_is_given_up_lets_go_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "export.ndjson"
    path.write_bytes(ROW * 1000)
    batches = exportkit.iter_batches(path, batch_rows=1)
    next(batches)
    batches.close()
    del batches
    gc.collect()  # an open file would warn here, and a warning is an error


def test_nothing_is_read_before_the_first_batch_is_asked_for(tmp_path: Path) -> None:
    batches = exportkit.iter_batches(tmp_path / "nothing.ndjson")
    with pytest.raises(FileNotFoundError):
        next(batches)


def test_a_report_is_complete_when_the_run_is() -> None:
    data = ROW + b"\n{\n" + b'{"data_row":{"id":"e"},"x":1,"projects":{"p":{}}}'
    batches = exportkit.iter_batches(io.BytesIO(data), export_id="e", tables=["data_rows", "rejects"])
    assert batches.report == Report()
    names = [name for name, _ in batches]
    assert names == ["data_rows", "rejects"]
    assert batches.report.seconds > 0
    report = replace(batches.report, seconds=0)
    assert report.to_dict() == {
        "sources": ["stream:"], "export_ids": ["e"], "lines": 4, "data_rows": 2, "rejects": 1, "skipped": 0,
        "blanks": 1, "filtered": {}, "rows": {"data_rows": 2, "rejects": 1},
        "unknown_fields": {"data_rows.x": 1}, "drifted_fields": {}, "unknown_kinds": {},
        "first_rejects": ["the line is not JSON: input data was truncated (in stream:, line 3, byte 25)"],
        "input_bytes": len(data), "output_bytes": 0, "files": [], "seconds": 0,
        "bad_sources": [], "passed_over": [],
    }  # fmt: skip
    assert json.loads(json.dumps(report.to_dict())) == report.to_dict()


def counted(data: bytes) -> Report:
    batches = exportkit.iter_batches(io.BytesIO(data))
    list(batches)
    return batches.report


def test_reports_of_workers_add_up_to_that_of_the_run() -> None:
    data = [ROW + b"{\n", b'{"data_row":{"id":"e"},"x":1}\n\n', ROW * 3]
    whole = counted(b"".join(data))
    total = merged([counted(part) for part in data])
    for name in ("lines", "data_rows", "rejects", "blanks", "rows", "unknown_fields", "input_bytes"):
        assert getattr(total, name) == getattr(whole, name), name


def test_the_seconds_of_a_report_end_with_the_iterator() -> None:
    closed = exportkit.iter_batches(io.BytesIO(ROW * 10))
    next(closed)
    closed.close()
    seconds = closed.report.seconds
    time.sleep(0.01)
    assert closed.report.seconds == seconds > 0
    failed = exportkit.iter_batches(io.BytesIO(b"{\n" + ROW), on_bad_row="raise")
    with pytest.raises(exportkit.DecodeError):
        next(failed)
    assert failed.report.seconds == failed.report.seconds > 0
    list(exhausted := exportkit.iter_batches(io.BytesIO(ROW)))
    seconds = exhausted.report.seconds
    exhausted.close()
    assert exhausted.report.seconds == seconds
