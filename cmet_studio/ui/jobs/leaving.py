"""Closing the window while something is being made: now, later, or not at all."""

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QMessageBox, QPushButton, QWidget

from cmet_studio.ui.editor import Editor
from cmet_studio.ui.jobs.panel import JobsPanel
from cmet_studio.ui.notices import Notice

_PATIENCE_MS = 8000  # a neural face model may draw one frame for seconds


class Leaving(QObject):
    """Asks before exports are lost, and closes the window when they are done.

    Args:
        window: is closed; it asks ``may_close`` first.
    """

    def __init__(self, editor: Editor, jobs: JobsPanel, window: QWidget) -> None:
        super().__init__(window)
        self._editor, self._jobs, self._window = editor, jobs, window
        self._sure = False
        self._when_done = False
        self.box: QMessageBox | None = None
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE_MS)
        self._patience.timeout.connect(self._close)
        jobs.idle.connect(self._idle)

    def leave_at_once(self) -> None:
        """Close without a question: what is unfinished is offered at the next start."""
        self._close()

    def may_close(self) -> bool:
        """Whether the window may close now; asks the editor if something would be lost."""
        if self._sure or not self._jobs.exports:
            return True
        if self.box is None:
            self._ask()
        return False

    def _ask(self) -> None:
        count = len(self._jobs.exports)
        text = self.tr("{0} exports are not done.").format(count)
        if count == 1:
            title = str(self._jobs.exports[0].get("title", ""))
            text = self.tr("{0} is not done.").format(title)
        self.box = box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(self.tr("Close"))
        box.setText(text)
        box.setInformativeText(
            self.tr("No unfinished file is left behind. What is finished next time waits in Jobs"
                    " and begins again when you say so.")
        )  # fmt: skip
        wait = self._button(self.tr("Close When Done"), QMessageBox.ButtonRole.AcceptRole)
        later = self._button(self.tr("Finish Next Time"), QMessageBox.ButtonRole.ActionRole)
        stop = self._button(self.tr("Stop and Close"), QMessageBox.ButtonRole.DestructiveRole)
        stay = self._button(self.tr("Stay"), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(wait)
        box.setEscapeButton(stay)
        wait.clicked.connect(self._wait)
        later.clicked.connect(self._close)
        stop.clicked.connect(self._stop)
        stay.clicked.connect(self._stay)
        box.finished.connect(self._answered)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _button(self, text: str, role: QMessageBox.ButtonRole) -> QPushButton:
        assert self.box is not None
        return self.box.addButton(text, role)

    def _answered(self) -> None:
        self.box = None

    def _stay(self) -> None:
        self._when_done = False

    def _wait(self) -> None:
        self._when_done = True
        text = self.tr("The studio closes when everything is done.")
        self._editor.notice.emit(Notice("info", text, self.tr("Close it again to change that.")))
        self._editor.want("show.jobs")
        if not self._jobs.exports:  # while the question was on the screen
            self._close()

    def _stop(self) -> None:
        self._when_done = True
        self._patience.start()
        self._jobs.cancel_all()

    def _idle(self) -> None:
        if self._when_done:
            self._when_done = False
            QTimer.singleShot(0, self._close)

    def _close(self) -> None:
        self._patience.stop()
        self._sure = True
        self._sure = self._window.close()  # the project may hold it back
