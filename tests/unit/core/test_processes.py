"""Whether another process is still there."""

import os
import subprocess
import sys
import threading

import pytest

from cmet_studio.core.processes import give_way, is_alive, step_back


def test_this_process_is_alive() -> None:
    assert is_alive(os.getpid())


@pytest.mark.parametrize("number", [-1, 0, 2**31 - 1, 9_999_999_999])
def test_numbers_that_no_process_has(number: int) -> None:
    assert not is_alive(number)


@pytest.mark.skipif(sys.platform != "linux", reason="priorities of threads")
def test_long_work_and_the_engine_stand_behind_the_window() -> None:
    ours = os.getpriority(os.PRIO_PROCESS, os.getpid())
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    step_back(child.pid)
    engine = os.getpriority(os.PRIO_PROCESS, child.pid)
    child.communicate(b"\n")
    found: list[int] = []

    def work() -> None:
        give_way()
        found.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert ours < min(engine, found[0]) or ours == 19  # nothing stands behind the last
    assert os.getpriority(os.PRIO_PROCESS, os.getpid()) == ours
