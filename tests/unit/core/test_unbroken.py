"""A wish to stop waits for the end of a step, and is not forgotten."""

import signal
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from cmet_studio.core.unbroken import keep_lost_wishes, stop_by_signals, unbroken


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    stop_by_signals()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_step_is_done_before_it_stops(number: signal.Signals) -> None:
    done: list[str] = []

    def work() -> None:
        with unbroken:
            with unbroken:
                signal.raise_signal(number)
                done.append("inner")
            done.append("outer")
        done.append("after")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["inner", "outer"]
    with unbroken:
        done.append("asked once, stopped once")


def test_outside_of_steps_it_stops_at_once() -> None:
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_a_step_on_another_thread_holds_nobody_up() -> None:
    inside, over = threading.Event(), threading.Event()

    def work() -> None:
        with unbroken:
            inside.set()
            over.wait(20)

    thread = threading.Thread(target=work)
    thread.start()
    inside.wait(20)
    try:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    finally:
        over.set()
        thread.join()


def test_who_was_started_deaf_stays_so() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stop_by_signals()
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    signal.raise_signal(signal.SIGINT)


def test_a_wish_that_python_drops_is_heard_after_the_next_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)
    keep_lost_wishes()

    class Asked:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    class Broken:
        def __del__(self) -> None:
            raise ValueError

    Asked()
    with pytest.raises(KeyboardInterrupt), unbroken:
        Broken()
    assert [lost.exc_type for lost in told] == [ValueError]
