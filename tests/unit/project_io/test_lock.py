"""A lock is one program's at a time, and a dead program holds none."""

import json
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from cmet_studio.project_io.lock import Holder, Lock, acquire


def lock_file(project: Path) -> Path:
    return project.parent / f"{project.stem}.media" / "lock.json"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "film.cmet"


def test_one_at_a_time(project: Path) -> None:
    first = acquire(project)
    assert isinstance(first, Lock)
    second = acquire(project)
    assert isinstance(second, Holder)
    assert second.pid == os.getpid()
    assert f"since {second.words[-5:]}" in second.words
    first.release()
    first.release()
    third = acquire(project)
    assert isinstance(third, Lock)
    third.release()
    assert not lock_file(project).exists()


def test_a_dead_process_holds_nothing(project: Path) -> None:
    code = (
        "from pathlib import Path; import sys;"
        "from cmet_studio.project_io.lock import acquire; acquire(Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, str(project)], check=True)
    assert lock_file(project).exists()
    lock = acquire(project)
    assert isinstance(lock, Lock)
    lock.release()


@pytest.mark.skipif(sys.platform != "linux", reason="start times are read on Linux only")
def test_a_reused_process_number_is_not_the_old_process(project: Path) -> None:
    acquire(project)
    data = json.loads(lock_file(project).read_text())
    lock_file(project).write_text(json.dumps(data | {"started": "1", "mark": "other"}))
    lock = acquire(project)
    assert isinstance(lock, Lock)
    lock.release()


def test_another_computer_is_believed_until_taken_over(project: Path) -> None:
    mine = acquire(project)
    assert isinstance(mine, Lock)
    data = json.loads(lock_file(project).read_text())
    lock_file(project).write_text(json.dumps(data | {"host": "elsewhere", "pid": 2, "mark": "x"}))
    assert not mine.held
    mine.release()
    holder = acquire(project)
    assert isinstance(holder, Holder)
    assert "elsewhere" in holder.words
    taken = acquire(project, take_over=True)
    assert isinstance(taken, Lock)
    assert taken.held
    taken.release()


def test_of_many_at_once_one_gets_it(project: Path) -> None:
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(acquire(project))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(isinstance(one, Lock) for one in found) == 1
    next(one for one in found if isinstance(one, Lock)).release()


def test_nowhere_to_write(tmp_path: Path) -> None:
    assert acquire(tmp_path / "missing" / "film.cmet") is None
