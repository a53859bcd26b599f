"""Takes that a killed program was recording are found when their project is opened."""

from functools import partial

from PySide6.QtCore import QObject

from cmet_studio.app.document import Document
from cmet_studio.app.recording import Recovered, any_unfinished, recover
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.domain.project import Project
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.parts.work import Work


class LostTakes(QObject):
    """Repairs them on the worker thread and adds them in one step that can be undone."""

    def __init__(self, editor: Editor, work: Work, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor, self._work = editor, work

    def look(self) -> None:
        """Take in what lies unfinished beside the open project, if anything does."""
        document = self._editor.document
        if document is None or document.read_only or not any_unfinished(document.media_folder):
            return
        folder, media = document.folder, document.media_folder

        def run(token: CancelToken, report: Report) -> Recovered:
            return recover(folder, media)

        title = self.tr("Recovering takes")
        self._work.start(title, run, partial(self._found, document))

    def _found(self, document: Document, found: Recovered) -> None:
        if self._editor.document is not document:
            return

        def edit(project: Project) -> Project:
            for kept in found.kept:
                project = kept.edit(project)
            return project

        if found.kept and self._editor.do("Recover takes", edit):
            for kept in found.kept:
                kept.settle()
        if found.words:
            self._editor.notice.emit(Notice("info", found.words))
