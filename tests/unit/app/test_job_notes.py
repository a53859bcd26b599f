import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from cmet_studio.app.job_notes import JobNotes, Left, Note, left_behind, more_to_come
from cmet_studio.core.paths import data_dir

NOTE = Note("j1", "export", "film.mp4", "running", 1)
OTHER = Note("j2", "export", "other.mp4", "paused")
REQUEST = {"kind": "export", "wish": {"crf": 18}}


def dead_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def left(pid: int, content: object, **requests: object) -> Path:
    folder = data_dir() / "runtime" / f"jobs-{pid}"
    folder.mkdir(parents=True)
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "queue.json").write_text(text)
    for job, request in requests.items():
        (folder / f"{job}.json").write_text(json.dumps(request))
    return folder


def files() -> set[str]:
    runtime = data_dir() / "runtime"
    return {str(p.relative_to(runtime)) for p in runtime.rglob("*") if p.is_file()}


def test_what_ended_leaves_no_note() -> None:
    notes, mine = JobNotes(), f"jobs-{os.getpid()}"
    notes.keep("j1", REQUEST)
    notes.keep("j2", REQUEST)
    notes.write(lambda: [NOTE, OTHER])
    assert files() == {f"{mine}/{name}.json" for name in ("queue", "j1", "j2")}
    assert left_behind() == []  # this process lives
    notes.write(lambda: [OTHER])
    assert files() == {f"{mine}/queue.json", f"{mine}/j2.json"}
    notes.write(list)
    assert files() == set()


def test_a_dead_engines_jobs_are_told_once_in_order() -> None:
    said = {"parent": os.getppid(), "jobs": [asdict(OTHER), asdict(NOTE)]}
    left(dead_pid(), said, j1=REQUEST)
    assert left_behind() == [Left(OTHER, None, False), Left(NOTE, REQUEST, False)]
    assert left_behind() == []
    assert files() == set()


def test_another_windows_jobs_are_left_to_it_until_it_has_ended() -> None:
    folder = left(dead_pid(), {"parent": os.getpid(), "jobs": [asdict(NOTE)]}, j1=REQUEST)
    assert left_behind() == []
    assert folder.is_dir()
    (folder / "queue.json").write_text(json.dumps({"parent": dead_pid(), "jobs": [asdict(NOTE)]}))
    assert left_behind() == [Left(NOTE, REQUEST, True)]
    assert files() == set()


def test_an_engine_that_is_just_ending_is_waited_for() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as engine:
        folder = left(engine.pid, {"parent": dead_pid(), "jobs": [asdict(NOTE)]})
        assert left_behind() == []
        assert more_to_come()
        (folder / "queue.json").write_text(json.dumps({"parent": os.getpid(), "jobs": []}))
        assert not more_to_come()  # the other window is well
        (folder / "queue.json").write_text(
            json.dumps({"parent": dead_pid(), "jobs": [asdict(NOTE)]})
        )
        engine.communicate(b"end\n")
    assert not more_to_come()
    assert left_behind() == [Left(NOTE, None, True)]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        "{",
        '{"parent": 1}',
        '{"parent": "x", "jobs": 3}',
        json.dumps({"parent": 1, "jobs": [{**asdict(NOTE), "id": "../../j1"}]}),
        json.dumps({"parent": 1, "jobs": [{**asdict(NOTE), "state": "done"}]}),
        "[" * 100_000,
    ],
)
def test_damaged_notes(content: str) -> None:
    assert left_behind() == []
    left(dead_pid(), content.replace('"parent": 1', f'"parent": {os.getppid()}'))
    assert left_behind() == []
    assert files() == set()
