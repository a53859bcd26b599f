"""The window that is measured, and a project to measure it with."""

import gc
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from cmet_studio.app import editing
from cmet_studio.core.errors import EngineError
from cmet_studio.domain.project import Key, MixPart, Project
from cmet_studio.ui.launch import forget_window, make_application, present
from cmet_studio.ui.window import Window

_READY_S = 300.0


def until(true: Callable[[], object], what: str, seconds: float = _READY_S) -> None:
    """Let the application run until something is true.

    Raises: EngineError if it takes longer than ``seconds``.
    """
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise EngineError(f"{what} did not come within {seconds:g} s.")
        QTest.qWait(5)


@contextmanager
def window_on(clip: Path) -> Iterator[Window]:
    """The application's window with a clip open and a performer; its face is still measured."""
    from cmet_studio.ui.studio import make_window

    app = QApplication.instance() or make_application()
    assert isinstance(app, QApplication)
    window = make_window()
    window.resize(1440, 900)
    gc.collect()  # other benches' leavings
    spare_time = present(window)
    window.open(clip)
    try:
        until(lambda: window.editor.is_open, "The document")
        until(lambda: window.editor.project.performers, "A performer")
        until(lambda: window.editor.engine.state == "ready", "The engine")
        yield window
    finally:
        forget_window(window, spare_time)


def set_keys(window: Window) -> str:
    """Give the first performer a key every two seconds; returns its id."""
    editor = window.editor

    def edit(project: Project) -> Project:
        for preset in ("happy", "angry"):
            if preset not in {e.preset for e in project.emotions}:
                project = editing.add_emotion(project, preset, preset=preset)
        happy, angry = (e for e in project.emotions if e.preset in ("happy", "angry"))
        step = int(2 * project.clip.rate.fps)
        keys = tuple(
            Key(frame, (MixPart((happy, angry)[n % 2].id),))
            for n, frame in enumerate(range(5, project.clip.frames, step))
        )
        first = replace(project.performers[0], keys=keys)
        return replace(project, performers=(first, *project.performers[1:]))

    editor.do("Keys to measure", edit)
    return editor.project.performers[0].id


def until_full(window: Window, edited: bool = False) -> None:
    """Wait until the frame under the playhead is shown at full quality.

    Args:
        edited: wait until its face is measured and changed, too.
    """
    editor = window.editor

    def is_full() -> bool:
        shown = window.viewer.shown
        return (
            shown is not None
            and shown.quality == "full"
            and shown.number == editor.playhead
            and shown.revision == editor.revision
            and (shown.edited or not edited)
        )

    until(is_full, "A frame at full quality", 120)
