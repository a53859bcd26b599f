"""The clip is not where it was: find it by name and content, or choose a file."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cmet_studio.app import editing
from cmet_studio.app.relinking import Candidate, examine, search
from cmet_studio.core.errors import CmetError
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.ui import theme
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.icons import pixmap
from cmet_studio.ui.jobs.row import JobRow
from cmet_studio.ui.parts.work import Job, Work


class RelinkDialog(QDialog):
    """Searches and compares in the background; linking is an edit like others.

    ``found`` is where the clip lies after ``accept``.
    """

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._work = Work(self)
        self._candidate: Candidate | None = None
        self.found: Path | None = None
        self.setWindowTitle(self.tr("Find the clip"))
        self.setMinimumWidth(500)
        self.search_button = QPushButton(self.tr("Search in a Folder…"), self)
        self.choose_button = QPushButton(self.tr("Choose a File…"), self)
        self.link = QPushButton(self.tr("Link"), self)
        self.link.setDefault(True)
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.anyway = QCheckBox(self.tr("Link it although its content is another"), self)
        self.progress = JobRow(self)
        for button in (self.search_button, self.choose_button):
            button.setAutoDefault(False)
        self._lay_out()
        self.search_button.clicked.connect(self._ask_folder)
        self.choose_button.clicked.connect(self._ask_file)
        self.link.clicked.connect(self._link)
        self.anyway.toggled.connect(lambda _: self._show())
        self._work.changed.connect(self._show_work)
        self.progress.wanted.connect(
            lambda what: self._work.cancel(str(self.progress.job.get("id")))
        )
        self.finished.connect(self._end)
        self._show()

    def _end(self) -> None:
        self._work.stop()
        self.deleteLater()

    def _lay_out(self) -> None:
        clip = self._editor.project.clip
        sign = QLabel(self)
        sign.setPixmap(pixmap("link", 36, theme.ACCENT, self.devicePixelRatioF()))
        sign.setAlignment(Qt.AlignmentFlag.AlignTop)
        there = self._editor.clip_path.is_file()
        words = self.tr("{name} is there") if there else self.tr("{name} is not where it was")
        head = QLabel(words.format(name=Path(clip.path).name), self)
        head.setFont(theme.font(15, bold=True))
        head.setWordWrap(True)
        self.head = head
        facts = QLabel(
            self.tr("{width} x {height}, {frames} frames, last seen at {place}").format(
                width=clip.width, height=clip.height, frames=clip.frames,
                place=clip.hint or clip.path,
            ),
            self,
        )  # fmt: skip
        facts.setProperty("dim", True)
        facts.setWordWrap(True)
        said = QVBoxLayout()
        said.addWidget(head)
        said.addWidget(facts)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(sign)
        top.addLayout(said, 1)
        cancel = QPushButton(self.tr("Later"), self)
        cancel.setAutoDefault(False)
        cancel.setToolTip(self.tr("Go on without the picture; edits are possible"))
        cancel.clicked.connect(self.reject)
        row = QHBoxLayout()
        row.addWidget(self.search_button)
        row.addWidget(self.choose_button)
        row.addStretch(1)
        row.addWidget(cancel)
        row.addWidget(self.link)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(10)
        column.addLayout(top)
        column.addWidget(self.words)
        column.addWidget(self.anyway)
        column.addWidget(self.progress)
        column.addLayout(row)

    def _ask_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Search in"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.search_in(Path(name)))
        dialog.open()

    def _ask_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Choose the clip"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda name: self.look_at(Path(name)))
        dialog.open()

    def search_in(self, folder: Path) -> None:
        """Look for the clip in a folder and below it."""
        clip = self._editor.project.clip

        def run(token: CancelToken, report: Report) -> Path | None:
            return search(folder, clip, token, report)

        title = self.tr("Searching {folder}").format(folder=folder)
        self._work.start(title, run, partial(self._searched, folder), self._failed)

    def _searched(self, folder: Path, path: Path | None) -> None:
        if path is not None:
            self.look_at(path)
            return
        self._candidate = None
        self._show()
        self.words.setText(self.tr("The clip is not in {folder}.").format(folder=folder))

    def look_at(self, path: Path) -> None:
        """Compare a file with the clip."""
        document = self._editor.document
        if document is None:
            return
        clip, project_path = document.project.clip, document.path

        def run(token: CancelToken, report: Report) -> Candidate:
            return examine(path, clip, project_path)

        title = self.tr("Looking at {name}").format(name=path.name)
        self._work.start(title, run, self._examined, self._failed)

    def _examined(self, candidate: Candidate) -> None:
        self._candidate = candidate
        self._show()

    def _failed(self, error: CmetError) -> None:
        self._candidate = None
        self._show()
        self.words.setText(str(error))

    def _show(self) -> None:
        found = self._candidate
        other = found is not None and not found.same and found.usable
        self.anyway.setVisible(other)
        ready = found is not None and (found.same or (other and self.anyway.isChecked()))
        self.link.setEnabled(ready)
        self.progress.setVisible(self._work.busy)
        if found is None:
            self.words.setText(
                self.tr("Search a folder for it, by name and content, or choose the file.")
            )
        elif found.same:
            self.words.setText(self.tr("Found: {path}").format(path=found.path))
        elif other:
            self.words.setText(
                self.tr("{path} has the same size and length, but other content.").format(
                    path=found.path
                )
            )
        else:
            value = found.value
            self.words.setText(
                self.tr(
                    "{name} is another clip: {width} x {height}, {frames} frames."
                ).format(name=found.path.name, width=value.width, height=value.height,
                         frames=value.frames)
            )  # fmt: skip

    def _show_work(self, job: Job) -> None:
        self.progress.set_job(job)
        self.progress.setVisible(job["state"] in ("waiting", "running"))

    def _link(self) -> None:
        found = self._candidate
        if found is None:
            return
        value = found.value
        if self._editor.do("Relink clip", lambda p: editing.relink_clip(p, value)) or found.same:
            self.found = found.path
            self.accept()
