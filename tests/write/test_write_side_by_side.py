"""Work done side by side is the work done in turn."""

from __future__ import annotations

import threading

import pytest

from exportkit.write.parallel import side_by_side


@pytest.mark.parametrize("threads", [1, 2, 16])
@pytest.mark.parametrize("count", [0, 1, 5, 40])
def test_results_come_in_the_order_of_the_items(count: int, threads: int) -> None:
    assert side_by_side(str, range(count), threads) == [str(number) for number in range(count)]


def test_so_many_items_are_under_way_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=30)  # breaks when fewer than three arrive
    assert len(side_by_side(lambda _: together.wait(), range(6), 3)) == 6


@pytest.mark.parametrize("error", [OSError("no disk"), KeyboardInterrupt()])
@pytest.mark.parametrize("threads", [1, 2])
def test_after_an_error_nothing_more_is_begun(error: BaseException, threads: int) -> None:
    begun: list[int] = []
    let_go = threading.Event()

    def work(number: int) -> None:
        begun.append(number)
        if number == 0:
            raise error
        let_go.wait(0.2)

    with pytest.raises(type(error)) as caught:
        side_by_side(work, range(100), threads)
    assert caught.value is error
    assert len(begun) < 100


@pytest.mark.parametrize("given", [0, 1])
def test_where_no_more_threads_are_to_be_had_those_there_do_the_work(
    given: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, started = threading.Thread.start, list[threading.Thread]()

    def refusing(thread: threading.Thread) -> None:
        if len(started) == given:
            raise RuntimeError("can't start new thread")
        started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refusing)
    assert side_by_side(str, range(9), 4) == [str(number) for number in range(9)]
    assert len(started) == given
