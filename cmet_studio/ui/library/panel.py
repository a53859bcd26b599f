"""The Library: what there is to put on the timeline, and where it comes from."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from cmet_studio.app import editing
from cmet_studio.core.errors import CmetError
from cmet_studio.domain.find import take_by_id
from cmet_studio.domain.project import Project, Take
from cmet_studio.media.recorder import Recording
from cmet_studio.project_io.relink import take_file
from cmet_studio.ui import theme
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.icons import icon
from cmet_studio.ui.jobs.row import JobRow
from cmet_studio.ui.library import PRESET_MARK, commands
from cmet_studio.ui.library.audition import Audition
from cmet_studio.ui.library.lost_takes import LostTakes
from cmet_studio.ui.library.menus import row_menu
from cmet_studio.ui.library.qualities import Qualities
from cmet_studio.ui.library.record import RecordStrip
from cmet_studio.ui.library.rows import Row, rows_of
from cmet_studio.ui.library.shelf import Shelf
from cmet_studio.ui.library.take_in import TakeIn
from cmet_studio.ui.library.tree import LibraryTree
from cmet_studio.ui.library.trim import TrimDialog
from cmet_studio.ui.library.try_on import TryOn
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.parts.work import Job, Work

_SHOWN = ("emotions", "takes")


def _people(project: Project) -> list[tuple[object, ...]]:
    return [(p.id, p.name, p.neutral) for p in project.performers]


class LibraryPanel(QWidget):
    """Tree, search, progress of imports, microphone."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self.work = Work(self)
        self.audition = Audition(lambda: editor.preferences.settings.audio.output, self)
        self._quiet = ("Listening to takes", self.tr("Reading the library"))
        self.qualities = Qualities(self.work, self)
        self.lost_takes = LostTakes(editor, self.work, self)
        self.shelf = Shelf(editor, self.work, self)
        self.tried = TryOn(editor, self)
        self.take_in = TakeIn(editor, self.work, self)
        self.tree = LibraryTree(self)
        self.search = QLineEdit(self)
        self.progress = JobRow(self)
        self.strip = RecordStrip(editor, self)
        self._lay_out()
        self._connect()
        self._refresh()

    def _lay_out(self) -> None:
        self.search.setPlaceholderText(self.tr("Search"))
        self.search.setAccessibleName(self.tr("Search emotions and presets"))
        self.search.setClearButtonEnabled(True)
        self.new_button = self._button("add", self.tr("New emotion"), self.new_emotion)
        self.import_button = self._button(
            "import", self.tr("Import recordings into the selected emotion"), self.ask_files
        )
        head = QHBoxLayout()
        head.setContentsMargins(6, 6, 6, 4)
        head.setSpacing(4)
        head.addWidget(self.search, 1)
        head.addWidget(self.new_button)
        head.addWidget(self.import_button)
        line = QFrame(self)
        line.setFixedHeight(1)
        line.setStyleSheet(f"background: {theme.LINE};")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.tree, 1)
        column.addWidget(self.progress)
        column.addWidget(line)
        column.addWidget(self.strip)
        self.progress.hide()
        self.setTabOrder(self.search, self.tree)

    def _button(self, sign: str, tip: str, run: Callable[[], object]) -> QToolButton:
        button = QToolButton(self)
        button.setIcon(icon(sign))
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda: run())
        return button

    def _connect(self) -> None:
        editor = self._editor
        editor.opened.connect(self._opened)
        editor.changed.connect(self._changed)
        editor.selection_changed.connect(self._selection_changed)
        self.search.textChanged.connect(lambda: self._refresh())
        self.tree.drag_source = self._drag_source
        self.tree.renamed.connect(self._renamed)
        self.tree.dropped.connect(self.import_into)
        self.tree.play_clicked.connect(self.listen)
        self.tree.try_clicked.connect(self.try_on)
        self.tried.changed.connect(self.tree.set_tried)
        self.tree.packed_dropped.connect(self._packed)
        self.shelf.changed.connect(self._refresh)
        self.tree.itemSelectionChanged.connect(self._chosen)
        self.tree.itemDoubleClicked.connect(lambda *_: self.activate())
        self.tree.customContextMenuRequested.connect(self._menu)
        self.audition.playing_changed.connect(self.tree.set_playing)
        self.audition.failed.connect(lambda error: editor.notice.emit(Notice.of(error)))
        self.qualities.known.connect(self.tree.set_words)
        self.work.changed.connect(self._show_work)
        self.progress.wanted.connect(self._progress_wanted)
        self.strip.emotion_name = self._emotion_name
        editor.transport.pass_wanted.connect(self._pass_wanted)
        self.strip.acting.recorded.connect(self._recorded)
        self.strip.can_review = lambda: self._spoken_to_clip() is not None
        self.strip.review_wanted.connect(self._review)
        self.take_in.recorded.connect(self._show_take)

    # What is shown

    def _opened(self) -> None:
        self.work.stop()
        self.qualities.forget_asked()
        self.audition.stop()
        self.strip.close_microphone()
        self.progress.hide()
        self._refresh()
        if self._editor.document is not None:
            self.shelf.reload()
        self.lost_takes.look()

    def _changed(self, before: Project, after: Project) -> None:
        same = all(getattr(before, part) is getattr(after, part) for part in _SHOWN)
        if not same or _people(before) != _people(after):  # their keys are not shown here
            self._refresh()

    def _refresh(self) -> None:
        document = self._editor.document
        self.setEnabled(document is not None)
        if document is None:
            self.tree.set_rows(())
            return
        project = document.project
        self.tree.set_rows(rows_of(project, self.search.text(), self.shelf.rows))
        shown = {row.id for row in self.tree.takes()}
        self.qualities.ask((t for t in project.takes if t.id in shown), document.folder)
        self._selection_changed()

    def _selection_changed(self) -> None:
        row = self.tree.current_row()
        emotion = self._editor.selection.emotion
        if emotion and (row is None or emotion not in (row.id, row.owner)):
            self.tree.choose(f"emotion:{emotion}")

    def _chosen(self) -> None:
        row = self.tree.current_row()
        self.strip.refresh()
        if row is None:
            return
        if row.kind == "emotion":
            commands.select_emotion(self._editor, row.id)
        elif row.kind in ("side", "take"):
            commands.select_emotion(self._editor, row.owner)

    def _show_work(self, job: Job) -> None:
        if job["title"] in self._quiet and job["state"] != "failed":
            return
        self.progress.set_job(job)
        self.progress.setVisible(job["state"] not in ("done", "cancelled"))

    def _progress_wanted(self, what: str) -> None:
        if what == "cancel":
            self.work.cancel(str(self.progress.job["id"]))
        elif what == "dismiss":
            self.progress.hide()

    # What can be done

    def new_emotion(self) -> None:
        """Add an emotion and let its name be typed."""
        if self._editor.document is None:
            return
        made = commands.new_emotion(self._editor)
        if made is not None:
            self.tree.begin_rename(f"emotion:{made}")

    def _drag_source(self, row: Row) -> str:
        if row.kind == "preset":
            return f"{PRESET_MARK}{row.id}"
        return row.id if row.kind == "emotion" else ""

    def activate(self) -> None:
        """Return or double-click: listen to a take, add a preset."""
        row = self.tree.current_row()
        if row is None:
            return
        if row.kind in ("take", "neutral"):
            self.listen(row)
        elif row.kind == "preset":
            commands.add_preset(self._editor, row.id)
        elif row.kind == "entry":
            self.shelf.use(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return activates, Delete removes."""
        row = self.tree.current_row()
        if row is None or not self.tree.hasFocus():
            super().keyPressEvent(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activate()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove(row)
        else:
            super().keyPressEvent(event)

    def remove(self, row: Row) -> None:
        """Delete an emotion (its keys too), take a take out."""
        if row.kind == "emotion":
            commands.delete_emotion(self._editor, row.id, with_keys=True)
        elif row.kind == "take":
            commands.remove_take(self._editor, row.owner, row.id)
        elif row.kind == "neutral":
            commands.remove_neutral(self._editor, row.owner, row.id)

    def _renamed(self, row: Row, name: str) -> None:
        if row.kind == "emotion":
            commands.rename_emotion(self._editor, row.id, name)
        else:
            self._editor.do("Rename performer", lambda p: editing.rename_performer(p, row.id, name))

    def listen(self, row: Row) -> None:
        """Play a take, or stop it."""
        document = self._editor.document
        if document is None:
            return
        take = take_by_id(document.project, row.id)
        try:
            self.audition.toggle(take, take_file(take, document.folder))
        except CmetError as error:
            self._editor.notice.emit(Notice.of(error))

    def try_on(self, row: Row) -> None:
        """Show what a take alone would do, or take it back."""
        self.tried.toggle(row.owner, row.id)

    def trim(self, row: Row) -> None:
        """Open the dialog for a take's in and out."""
        document = self._editor.document
        if document is None:
            return
        take = take_by_id(document.project, row.id)
        try:
            path = take_file(take, document.folder)
        except CmetError as error:
            self._editor.notice.emit(Notice.of(error))
            return
        dialog = TrimDialog(take, path, self.audition, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.chosen.connect(partial(commands.trim_take, self._editor, take.id))
        dialog.open()

    def _menu(self, position: QPoint) -> None:
        row = self.tree.row_of(self.tree.itemAt(position))
        menu = row_menu(self, self, self._editor, row)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.tree.viewport().mapToGlobal(position))

    # Import

    def ask_files(self) -> None:
        """Choose recordings for the selected row, or for a new emotion."""
        self.take_in.ask(self, self.tree.current_row())

    def import_into(self, row: Row | None, files: Sequence[Path]) -> None:
        """Import sound files into what a row stands for; none, or a preset: a new emotion."""
        self.take_in.files(row, files)

    def say(self, row: Row, provider: str) -> None:
        """Have a synthetic voice fill an emotion's side."""
        self.take_in.say(row, provider)

    # Record

    def _emotion_name(self) -> str:
        project = self._editor.project if self._editor.document is not None else None
        chosen = self._editor.selection.emotion
        if project is None or chosen is None:
            return ""
        return commands.own_voice(project, chosen)

    def _pass_wanted(self, what: str) -> None:
        strip = self.strip
        button = {"rehearse": strip.rehearse, "record": strip.record, "review": strip.review}[what]
        button.click()  # does nothing while it cannot be done

    def _spoken_to_clip(self) -> Take | None:
        """The chosen take, if it was recorded while the clip played."""
        row, document = self.tree.current_row(), self._editor.document
        if document is None or row is None or row.kind not in ("take", "neutral"):
            return None
        take = next((t for t in document.project.takes if t.id == row.id), None)
        return None if take is None or take.clip_s is None else take

    def _review(self) -> None:
        take, document = self._spoken_to_clip(), self._editor.document
        if take is None or document is None:
            return
        try:
            self.strip.acting.review(take, take_file(take, document.folder))
        except CmetError as error:
            self._editor.notice.emit(Notice.of(error))

    def _show_take(self, key: str, words: str) -> None:
        """A take that was just recorded is the chosen one: to be heard, reviewed, tried on."""
        self.tree.choose(key)
        self.strip.kept = words
        self.strip.refresh()

    def _recorded(self, recording: Recording) -> None:
        self.take_in.recording(recording, self.strip.work, set_key=self.strip.key.isChecked())

    def _packed(self, files: Sequence[Path]) -> None:
        for file in files:
            self.shelf.import_file(file)
