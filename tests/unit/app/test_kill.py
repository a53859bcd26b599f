"""The program is killed at random moments; each time at most the last second is missing.

``pytest tests/unit/app/test_kill.py --kills 100`` for more moments.
"""

import itertools
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import scripted_edit

from cmet_studio.app.document import Document
from cmet_studio.domain.project import Project
from cmet_studio.project_io import load_project, save_project
from cmet_studio.project_io.recovery import recoverable


def edit_until_killed(path: Path, seed: int, after_s: float) -> list[float]:
    """Run the scripted hand; kill it ``after_s`` after its first edit.

    Returns: when each edit was done.
    """
    log = path.with_suffix(".log")
    child = subprocess.Popen(
        [sys.executable, scripted_edit.__file__, str(path), str(seed), str(log)],
        stderr=subprocess.PIPE,
    )
    while not (log.exists() and log.stat().st_size):
        assert child.poll() is None, child.stderr.read().decode()
        time.sleep(0.002)
    time.sleep(after_s)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    child.stderr.close()
    lines = log.read_text("ascii").splitlines(keepends=True)
    return [float(line.split()[1]) for line in lines if line.endswith("\n")]


def states_of(start: Project, path: Path, seed: int, count: int) -> list[Project]:
    """What the same hand makes when nobody kills it."""
    save_project(start, path)
    document = Document.open(path)
    made = list(itertools.islice(scripted_edit.hand(document, seed), count))
    document.close(discard=True)
    return made


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "seed" in metafunc.fixturenames:
        metafunc.parametrize("seed", range(metafunc.config.getoption("--kills")))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_at_a_random_moment(
    seed: int, project_path: Path, small_project: Project, tmp_path: Path
) -> None:
    after_s = random.Random(seed).uniform(0.0, 0.5)
    times = edit_until_killed(project_path, seed, after_s)
    recovery = recoverable(project_path)
    state = recovery.project if recovery else load_project(project_path)
    # One more edit may be in the journal than was noted, and one more may have been under way.
    (tmp_path / "again").mkdir()
    expected = states_of(small_project, tmp_path / "again/film.cmet", seed, len(times) + 2)
    newest = max(n for n, made in enumerate(expected) if made == state)
    in_time = [n for n, done in enumerate(times) if done < times[-1] - 1.0]
    assert newest >= (in_time[-1] if in_time else 0)
    document = Document.open(project_path, recovery)
    assert not document.read_only  # the dead process's lock does not count
    document.close(discard=True)
