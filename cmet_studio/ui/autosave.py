"""Writes the project, from time to time and when asked, off the GUI thread."""

from PySide6.QtCore import QObject, QTimer

from cmet_studio.app.document import Document, Saving
from cmet_studio.core.errors import CmetError
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.parts.work import Work


class Autosave(QObject):
    """Every so many seconds, if there is something to save and nothing is being dragged."""

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._work = Work(self)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.save_now)
        self._failing = False
        self._again = False
        editor.preferences.changed.connect(self._use_settings)
        self._use_settings()

    def _use_settings(self, *changed: object) -> None:
        seconds = self._editor.preferences.settings.general.autosave_s
        self._timer.stop()
        if seconds:
            self._timer.start(seconds * 1000)

    def save_by_hand(self) -> None:
        """Save because the editor said so: a failure is told again, not only once."""
        self._failing = False
        self.save_now()

    def save_now(self) -> None:
        """Save if there is something to save."""
        document = self._editor.document
        if document is None or document.read_only or not document.dirty:
            return
        if self._work.busy:  # what was edited since it began is not in it
            self._again = True
            return
        try:
            saving = document.saving()
        except CmetError as error:
            self._failed(error)
            return

        def write(token: CancelToken, report: Report) -> Saving:
            saving.write()
            return saving

        title = self.tr("Autosave")
        self._work.start(title, write, lambda done: self._saved(document, done), self._failed)

    def _saved(self, document: Document, saving: Saving) -> None:
        self._failing = False
        if self._editor.document is document:
            document.saved(saving)
            self._editor.saved.emit()
        if self._again:
            self._again = False
            QTimer.singleShot(0, self.save_now)

    def _failed(self, error: CmetError) -> None:
        if not self._failing:  # said once; it is tried again all the same
            self._failing = True
            self._editor.notice.emit(Notice("error", error.message, error.hint))

    def close(self) -> bool:
        """Stop. Returns whether the thread ended."""
        self._timer.stop()
        return self._work.stop()
