import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cmet_studio.app.job_notes import JobNotes, left_behind
from cmet_studio.core.paths import data_dir

NOTE = {"id": "j1", "kind": "export", "title": "film.mp4"}


def dead_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def left(pid: int, content: object) -> Path:
    path = data_dir() / "runtime" / f"jobs-{pid}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_what_ended_leaves_no_note() -> None:
    notes = JobNotes()
    notes.write([NOTE])
    assert len(list((data_dir() / "runtime").iterdir())) == 1
    assert left_behind() == []  # this process lives
    notes.write([])
    assert not list((data_dir() / "runtime").iterdir())


def test_a_dead_engines_jobs_are_told_once() -> None:
    path = left(dead_pid(), {"parent": os.getppid(), "jobs": [NOTE, {**NOTE, "more": 1}]})
    assert left_behind() == [NOTE, NOTE]
    assert not path.exists()
    assert left_behind() == []


def test_another_windows_jobs_are_left_to_it() -> None:
    path = left(dead_pid(), {"parent": os.getpid(), "jobs": [NOTE]})
    assert left_behind() == []
    assert path.exists()
    path.write_text(json.dumps({"parent": dead_pid(), "jobs": [NOTE]}))
    assert left_behind() == []
    assert not path.exists()  # nobody will ever ask


@pytest.mark.parametrize("content", ["", "[]", "{", '{"parent": 1}', '{"parent": "x", "jobs": 3}'])
def test_damaged_notes(content: str) -> None:
    assert left_behind() == []
    path = left(dead_pid(), content.replace("1", str(os.getppid())))
    assert left_behind() == []
    assert not path.exists()
