"""The real window with its real engine, and what may happen to them on a bad day."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from portrait import make_portrait_project
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from cmet_studio.app import editing
from cmet_studio.ui.jobs.panel import JobsPanel
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.studio import make_window
from cmet_studio.ui.window import Window

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="kills by POSIX signals")
_FRAMES = 60


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home: the clip is tracked once."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def film(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of a face, in a folder of its own."""
    monkeypatch.setenv("CMET_STUDIO_HOME", str(home))
    return make_portrait_project(tmp_path, _FRAMES)


@pytest.fixture
def window(qapp: QApplication, qtbot: QtBot, film: Path) -> Iterator[Window]:
    """The window with the project open and its engine ready."""
    window = make_window()
    window.show()
    window.open(film)
    qtbot.waitUntil(lambda: window.editor.is_open, timeout=20_000)
    _ready(window, qtbot)
    yield window
    window.close()
    assert window.shut_down()
    window.deleteLater()
    qapp.processEvents()


def _ready(window: Window, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.editor.engine.state == "ready", timeout=60_000)


def _shows_newest(window: Window) -> Callable[[], bool]:
    editor = window.editor

    def shows() -> bool:
        shown = window.viewer.shown
        return (
            shown is not None
            and shown.revision == editor.revision
            and shown.number == editor.playhead
        )

    return shows


def _kill_engine(window: Window) -> int:
    process = window.editor.engine._process
    assert process is not None
    pid = process.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    return pid


def _back(window: Window, qtbot: QtBot, killed: int) -> None:
    process = window.editor.engine._process
    qtbot.waitUntil(lambda: process.pid not in (None, killed), timeout=30_000)
    _ready(window, qtbot)


def _move(window: Window, frame: int, to: int) -> bool:
    performer = window.editor.project.performers[0].id
    return window.editor.do("Move key", lambda p: editing.move_key(p, performer, frame, to))


def test_the_engine_dies_during_a_drag(window: Window, qtbot: QtBot) -> None:
    editor = window.editor
    editor.seek(20)
    qtbot.waitUntil(_shows_newest(window), timeout=30_000)
    gesture = editor.begin()
    performer = editor.project.performers[0].id
    killed = 0
    for n, to in enumerate((13, 14, 15, 16, 17)):
        editor.do(
            "Move key",
            lambda _, to=to: editing.move_key(gesture.start, performer, 12, to),
            gesture=gesture,
        )
        if n == 2:
            killed = _kill_engine(window)
        qtbot.wait(30)
    assert [k.frame for k in editor.project.performers[0].keys] == [4, 17, 24]
    _back(window, qtbot, killed)
    qtbot.waitUntil(_shows_newest(window), timeout=60_000)
    editor.undo()
    assert [k.frame for k in editor.project.performers[0].keys] == [4, 12, 24]


def test_the_engine_dies_during_playback(window: Window, qtbot: QtBot) -> None:
    editor = window.editor
    editor.transport.play(1)
    qtbot.waitUntil(lambda: editor.playhead > 3, timeout=20_000)
    killed = _kill_engine(window)
    editor.transport.stop()
    _back(window, qtbot, killed)
    editor.seek(30)
    qtbot.waitUntil(_shows_newest(window), timeout=60_000)


def test_the_engine_dies_during_an_export(window: Window, qtbot: QtBot, film: Path) -> None:
    """It begins again by itself, as the document was, and the editor is told."""
    editor = window.editor
    target = film.parent / "out.mkv"
    notices: list[Notice] = []
    editor.notice.connect(notices.append)
    editor.engine.start_job("export", output=str(target), codec="ffv1")
    jobs = window.docks.jobs
    qtbot.waitUntil(lambda: _said(jobs, "rendering"), timeout=30_000)
    killed = _kill_engine(window)
    assert _move(window, 12, 13)
    _back(window, qtbot, killed)
    qtbot.waitUntil(target.exists, timeout=60_000)
    qtbot.waitUntil(lambda: jobs.unfinished == [], timeout=10_000)
    assert not list(film.parent.glob(".*.part.*")), "a partial file was left"
    (row,) = jobs.rows.values()
    assert row.job["state"] == "done"
    said = [notice.message for notice in notices]
    assert "The engine stopped over 'out.mkv': it begins again." in said
    assert "out.mkv is written." in said


def test_the_app_is_killed_during_an_export(home: Path, film: Path, qtbot: QtBot) -> None:
    """Nothing half-written stays; the next start offers to make it."""
    target = film.parent / "out.mkv"
    script = _EXPORTING.format(film=str(film), target=str(target))
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"exporting\n"
        process.kill()
    qtbot.waitUntil(lambda: not list(film.parent.glob(".*.part.*")), timeout=20_000)
    assert not target.exists()
    window = make_window()
    notices: list[Notice] = []
    window.editor.notice.connect(notices.append)
    try:
        window.show()
        jobs = window.docks.jobs
        qtbot.waitUntil(lambda: len(jobs.unfinished) == 1, timeout=60_000)
        assert jobs.unfinished[0]["state"] == "paused"
        assert notices[-1].message == "Not everything was done when the studio ended."
        (row,) = jobs.rows.values()
        row.buttons["resume"].click()
        qtbot.waitUntil(target.exists, timeout=60_000)
        qtbot.waitUntil(lambda: jobs.unfinished == [], timeout=10_000)
    finally:
        window.close()
        assert window.shut_down()
        window.deleteLater()


_EXPORTING = """
import time
from pathlib import Path
from cmet_studio.project_io.convert import to_data
from cmet_studio.project_io.files import load_project
from cmet_studio.service.supervisor import EngineProcess
path = Path({film!r})
process = EngineProcess()
process.start()
while process.pid is None or not process._port:
    time.sleep(0.05)
time.sleep(0.5)
with process.client() as engine:
    engine.put_document(str(path), 1, to_data(load_project(path)))
    engine.start_job("export", output={target!r}, codec="ffv1")
    while engine.jobs()[0]["stage"] != "rendering":
        time.sleep(0.01)
    print("exporting", flush=True)
    time.sleep(60)
"""


def _said(jobs: JobsPanel, stage: str) -> bool:
    return any(job["stage"] == stage for job in jobs.unfinished)


def test_the_clip_is_deleted_while_it_is_open(window: Window, qtbot: QtBot, film: Path) -> None:
    notices: list[Notice] = []
    window.editor.notice.connect(notices.append)
    (film.parent / "clip.mp4").unlink()
    assert _move(window, 12, 14)
    assert window.editor.save()
    window.editor.seek(40)
    qtbot.wait(500)
    assert _move(window, 14, 15)
    assert [k.frame for k in window.editor.project.performers[0].keys] == [4, 15, 24]


def test_a_second_window_on_the_same_project_reads_only(
    window: Window, qtbot: QtBot, qapp: QApplication, film: Path
) -> None:
    other = make_window(None)
    notices: list[Notice] = []
    other.editor.notice.connect(notices.append)
    try:
        other.open(film)
        qtbot.waitUntil(lambda: other.editor.is_open, timeout=20_000)
        assert other.editor.document is not None
        assert other.editor.document.read_only
        assert not _move(other, 12, 20)
        assert notices
        assert "read-only" in other.windowTitle()
    finally:
        other.close()
        assert other.shut_down()
        other.deleteLater()
        qapp.processEvents()
    assert _move(window, 12, 20), "the first one still writes"
