"""The thread that encodes: order, errors, and ends on either side."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pyarrow as pa
import pytest

from exportkit import WriteError
from exportkit.write import EncodingThread, PartFile

BATCH = pa.RecordBatch.from_pydict({"number": [1]})
PART = PartFile("projects", "lake/projects/part.parquet", 1, 1)


class Sink:
    """A sink that keeps a list of its calls, and waits or fails where it is told to."""

    def __init__(self, *, fails_at: int | None = None, error: BaseException | None = None) -> None:
        self.calls: list[str] = []
        self.fails_at = fails_at
        self.error = error or WriteError("the disk is full")
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.at_work = threading.Event()

    def write(self, table: str, batch: pa.RecordBatch) -> None:
        assert batch is BATCH
        self.at_work.set()
        self.may_go_on.wait()
        if len(self.calls) == self.fails_at:
            raise self.error
        self.calls.append(table)

    def close(self) -> list[PartFile]:
        self.calls.append("close")
        return [PART]

    def abort(self) -> None:
        self.calls.append("abort")


@pytest.fixture(autouse=True)
def _no_thread_is_left() -> Iterator[None]:
    yield
    assert "exportkit-encoding" not in [thread.name for thread in threading.enumerate()]


@pytest.mark.parametrize("waiting", [1, 2, 7])
def test_batches_arrive_in_order_and_parts_come_back(waiting: int) -> None:
    sink = Sink()
    names = [str(number) for number in range(100)]
    with EncodingThread(sink, waiting_batches=waiting) as thread:
        for name in names:
            thread.write(name, BATCH)
        assert thread.close() == [PART]
    assert sink.calls == [*names, "close"]


def test_no_more_batches_wait_than_allowed() -> None:
    sink = Sink()
    sink.may_go_on.clear()
    with EncodingThread(sink, waiting_batches=2) as thread:
        for name in "abc":
            thread.write(name, BATCH)
            sink.at_work.wait()
        blocked = threading.Thread(target=thread.write, args=("d", BATCH))
        blocked.start()
        blocked.join(timeout=0.05)
        assert blocked.is_alive()
        sink.may_go_on.set()
        blocked.join()
        thread.close()
    assert sink.calls == [*"abcd", "close"]


def test_an_error_comes_out_of_a_later_write() -> None:
    sink = Sink(fails_at=3)
    thread = EncodingThread(sink)
    with pytest.raises(WriteError) as caught:
        write_for_ever(thread)
    assert caught.value is sink.error
    assert sink.calls == ["projects"] * 3 + ["abort"]
    with pytest.raises(ValueError, match=r"^the encoding thread is closed$"):
        thread.write("projects", BATCH)


def write_for_ever(thread: EncodingThread) -> None:
    while True:
        thread.write("projects", BATCH)


def test_an_error_comes_out_of_close() -> None:
    sink = Sink(fails_at=0)
    sink.may_go_on.clear()
    thread = EncodingThread(sink)
    thread.write("projects", BATCH)
    sink.may_go_on.set()
    with pytest.raises(WriteError, match="the disk is full"), thread:
        thread.close()
    assert sink.calls == ["abort"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(1), MemoryError()])
def test_errors_of_any_kind_come_through(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, EncodingThread(Sink(fails_at=1, error=error)) as thread:
        write_for_ever(thread)
    assert caught.value is error


def test_an_error_of_closing_the_sink_comes_through(monkeypatch: pytest.MonkeyPatch) -> None:
    sink = Sink()

    def fail() -> list[PartFile]:
        raise WriteError("the disk is full")

    monkeypatch.setattr(sink, "close", fail)
    with pytest.raises(WriteError, match="the disk is full"), EncodingThread(sink) as thread:
        thread.close()


def test_leaving_early_drops_what_waits_and_aborts() -> None:
    sink = Sink()
    sink.may_go_on.clear()
    thread = EncodingThread(sink, waiting_batches=2)
    with thread:
        for name in "abc":
            thread.write(name, BATCH)
            sink.at_work.wait()
        threading.Timer(0.05, sink.may_go_on.set).start()
    assert sink.calls == ["a", "abort"]


def test_aborting_twice_is_aborting_once_more() -> None:
    sink = Sink()
    thread = EncodingThread(sink)
    thread.abort()
    thread.abort()
    assert sink.calls == ["abort", "abort"]


def test_less_than_one_waiting_batch_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^waiting_batches must be 1 or more, not 0$"):
        EncodingThread(Sink(), waiting_batches=0)
