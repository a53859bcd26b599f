"""Makes the demo project in a process of its own: the window stays light and free."""

import subprocess
import sys
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from cmet_studio.core.errors import CmetError, EngineError
from cmet_studio.core.paths import data_dir
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.ui.parts.work import Work

_TURN_S = 0.2


def demo_project() -> Path:
    """Where the demo project lies once it is made."""
    return data_dir() / "demo" / "demo.cmet"


def _make(token: CancelToken) -> Path:
    """Run ``cmet-studio demo``.

    Raises: EngineError if it fails, with its last line.
    """
    project = demo_project()
    command = [sys.executable, "-m", "cmet_studio", "demo", "--out", str(project.parent), "--force"]
    running = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    try:
        while True:
            token.check()
            try:
                _, said = running.communicate(timeout=_TURN_S)
                break
            except subprocess.TimeoutExpired:
                continue
    finally:
        if running.poll() is None:
            running.terminate()
            running.communicate()
    if running.returncode != 0:
        lines = said.strip().splitlines() or [""]
        raise EngineError("The demo could not be made.", lines[-1])
    return project


class DemoMaker(QObject):
    """Makes the demo when it is wanted first.

    Signals:
        made(Path): the project is there.
        failed(CmetError).
    """

    made = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = Work(self)

    def start(self) -> bool:
        """Make the demo; at once if it was made before. Returns whether it takes a while."""
        # The sheet is made last: without it an earlier try was cut off.
        whole = demo_project().with_name("contact_sheet.png")
        if demo_project().is_file() and whole.is_file():
            self.made.emit(demo_project())
            return False

        def make(token: CancelToken, report: Report) -> Path:
            return _make(token)

        self._work.start(self.tr("Making the demo"), make, self.made.emit, self._failed)
        return True

    def _failed(self, error: CmetError) -> None:
        self.failed.emit(error)

    def close(self) -> bool:
        """Stop. Returns whether the thread ended."""
        return self._work.stop()
