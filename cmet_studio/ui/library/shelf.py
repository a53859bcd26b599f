"""The user's own library: emotions and neutral voices that are used in more than one project."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from cmet_studio.app import user_library
from cmet_studio.app.user_library import Entry, Packed, Unpacked
from cmet_studio.core.errors import CmetError
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.domain.find import performer_by_id
from cmet_studio.domain.project import Project
from cmet_studio.project_io.emotion_file import SUFFIX
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.library.commands import free_name, select_emotion
from cmet_studio.ui.library.rows import Row
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.parts.work import Work


def entry_row(entry: Entry) -> Row:
    """How an entry stands in the Library's tree."""
    said = entry.description
    neutral = said.kind == "neutral"
    detail = "preset" if said.preset else "neutral voice" if neutral else ""
    shots = None if said.preset else (entry.neutral if neutral else entry.expressive, entry.neutral)
    return Row(
        "entry", f"entry:{entry.path.name}", said.name, str(entry.path), side=said.kind,
        colour="" if neutral else said.colour, shots=shots, detail=detail,
    )  # fmt: skip


class Shelf(QObject):
    """Reads, fills and uses the user's library, off the GUI thread.

    Signals:
        changed: ``rows`` are others now.
    """

    changed = Signal()

    def __init__(self, editor: Editor, work: Work, parent: QWidget) -> None:
        super().__init__(parent)
        self._editor, self._work, self._parent = editor, work, parent
        self.rows: tuple[Row, ...] = ()

    def reload(self) -> None:
        """Look at what is there."""

        def read(token: CancelToken, report: Report) -> tuple[Row, ...]:
            return tuple(map(entry_row, user_library.entries()))

        self._work.start(self.tr("Reading the library"), read, self._read)

    def _read(self, rows: tuple[Row, ...]) -> None:
        if rows != self.rows:
            self.rows = rows
            self.changed.emit()

    def _do(self, title: str, work: Callable[[], object]) -> None:
        """Change the library in the background, then look again."""
        self._work.start(
            title, lambda token, report: work(), lambda done: self.reload(), self._failed
        )

    def _failed(self, error: CmetError) -> None:
        self._editor.notice.emit(Notice.of(error))

    # In

    def save_emotion(self, emotion_id: str) -> None:
        """Keep an emotion for other projects; one of its name is put aside."""
        project, folder = self._project()
        pack = partial(user_library.describe_emotion, project, folder, emotion_id)
        self._save(pack)

    def save_neutral(self, performer_id: str) -> None:
        """Keep a performer's neutral speech for other projects."""
        project, folder = self._project()
        self._save(partial(user_library.describe_neutral, project, folder, performer_id))

    def _project(self) -> tuple[Project, Path]:
        document = self._editor.document
        assert document is not None
        return document.project, document.folder

    def _save(self, pack: Callable[[], Packed]) -> None:
        def save() -> Entry:
            return user_library.save_entry(pack(), overwrite=True)

        self._do(self.tr("Saving to the library"), save)

    def import_file(self, path: Path) -> None:
        """Put an emotion file into the library."""
        title = self.tr("Importing {0}").format(path.name)
        self._do(title, partial(user_library.import_entry, path, overwrite=True))

    # Out

    def use(self, row: Row) -> None:
        """Bring an entry into the project, as one step."""
        document = self._editor.document
        if document is None:
            return
        folder, media = document.folder, document.media_folder

        def bring(token: CancelToken, report: Report) -> Unpacked:
            return user_library.bring_entry(Path(row.id), folder, media, token, report)

        title = self.tr("Bringing in {0}").format(row.text)
        self._work.start(title, bring, partial(self._brought, row), self._failed)

    def _brought(self, row: Row, unpacked: Unpacked) -> None:
        editor = self._editor
        if row.side == "neutral":
            performer = editor.active_performer
            if performer is None:
                hint = self.tr("Pick a face in the viewer first.")
                editor.notice.emit(Notice("info", self.tr("Whose neutral voice is it?"), hint))
                return
            who = performer_by_id(editor.project, performer.id)
            adopt = user_library.adopt_entry(unpacked, performer_id=who.id)
            editor.do(f"Neutral voice of {who.name}", adopt)
            return
        name = free_name(editor.project, row.text)
        if editor.do(f"Add {name}", user_library.adopt_entry(unpacked, name)):
            select_emotion(editor, editor.project.emotions[-1].id)

    def remove(self, row: Row) -> None:
        """Take an entry out of the library; projects keep their copies, the library its file."""

        def remove() -> Path:
            return user_library.put_aside(Path(row.id))

        def removed(aside: Path) -> None:
            words = self.tr("{0} is no longer in your library.").format(row.text)
            hint = self.tr("Drop {0} on the Library to have it back.").format(aside)
            self._editor.notice.emit(Notice("info", words, hint))
            self.reload()

        title = self.tr("Removing {0}").format(row.text)
        self._work.start(title, lambda token, report: remove(), removed, self._failed)

    def ask_export(self, row: Row) -> None:
        """Write an entry into a file of the user's choice."""
        dialog = QFileDialog(self._parent, self.tr("Export emotion"), f"{row.text}{SUFFIX}")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Emotion files") + f" (*{SUFFIX})")
        dialog.finished.connect(dialog.deleteLater)
        dialog.fileSelected.connect(lambda name: self.export_to(row, Path(name)))
        dialog.open()

    def export_to(self, row: Row, path: Path) -> None:
        """Write an entry into a file; the dialog has asked about one that is there."""
        path = path if path.suffix.lower() == SUFFIX else path.with_name(path.name + SUFFIX)

        def export() -> None:
            entry = next(e for e in user_library.entries() if e.path == Path(row.id))
            user_library.export_entry(entry, path, overwrite=True)

        self._do(self.tr("Exporting {0}").format(row.text), export)
