"""The performer: name, face, neutral speech."""

from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from cmet_studio.app import editing
from cmet_studio.domain.project import Performer
from cmet_studio.domain.time import format_position
from cmet_studio.ui import theme
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.icons import icon
from cmet_studio.ui.inspector.tracking import tracking_words
from cmet_studio.ui.parts.meters import ShotsMeter


class PerformerPage(QWidget):
    """Renames, picks faces, says what was tracked."""

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._performer: Performer | None = None
        self.name = QLineEdit(self)
        self.name.setAccessibleName(self.tr("Performer's name"))
        self.name.setToolTip(self.tr("Performer's name"))
        self.again = QPushButton(icon("face"), self.tr("Pick its face again"), self)
        self.again.setToolTip(
            self.tr("Click the performer's face in the viewer; its keys stay as they are")
        )
        self.add = QPushButton(icon("performer"), self.tr("Add a performer"), self)
        self.add.setToolTip(self.tr("Click another face in the viewer to make it a performer"))
        self.remove = QPushButton(icon("trash"), self.tr("Remove"), self)
        self.remove.setToolTip(self.tr("Remove the performer with all its keys"))
        self.tracked = QLabel(self)
        self.tracked.setWordWrap(True)
        self.tracked.setProperty("dim", True)
        self.tracked.setFont(theme.font(theme.SMALL_PX))
        self.neutral = ShotsMeter(self.tr("Neutral"), self)
        self.hint = QLabel(
            self.tr("Neutral speech, dropped on the performer in the Library, is what emotions "
                    "without neutral takes are measured against."),
            self,
        )  # fmt: skip
        self.hint.setWordWrap(True)
        self.hint.setProperty("dim", True)
        self.hint.setFont(theme.font(theme.SMALL_PX))
        self._lay_out()
        self.name.editingFinished.connect(self._named)
        self.again.clicked.connect(lambda: editor.view.pick("again"))
        self.add.clicked.connect(lambda: editor.view.pick("add"))
        self.remove.clicked.connect(self._remove)
        editor.tracking.changed.connect(self._show_tracked)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(self.again, 1)
        row.addWidget(self.remove)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 10)
        column.setSpacing(6)
        column.addWidget(self.name)
        column.addLayout(row)
        column.addWidget(self.add)
        column.addWidget(self.tracked)
        column.addWidget(self.neutral)
        column.addWidget(self.hint)

    @property
    def shown(self) -> str:
        """Id of the performer shown; empty without one."""
        return self._performer.id if self._performer is not None else ""

    def show_performer(self, performer: Performer | None) -> None:
        """Show a performer; without one only the way to pick one."""
        self._performer = performer
        for part in (self.name, self.again, self.remove, self.neutral, self.hint, self.tracked):
            part.setVisible(performer is not None)
        if performer is None:
            return
        if not self.name.hasFocus() or not self.name.isModified():
            self.name.setText(performer.name)
        self.neutral.set_shots(len(performer.neutral))
        self._show_tracked()

    def _show_tracked(self) -> None:
        performer = self._performer
        if performer is None or self._editor.document is None:
            return
        picked = format_position(performer.anchor_frame, self._editor.times)
        keys = len(performer.keys)
        words = [
            self.tr("Picked at {0}; {1} keys").format(picked, keys)
            if keys != 1
            else self.tr("Picked at {0}; 1 key").format(picked)
        ]
        frames = self._editor.project.clip.frames
        words += tracking_words(self._editor.tracking.of(performer.id), frames)
        self.tracked.setText("\n".join(words))

    def _named(self) -> None:
        performer, name = self._performer, self.name.text().strip()
        self.name.setModified(False)
        if performer is None or name == performer.name:
            return
        done = self._editor.do(
            "Rename performer", lambda p: editing.rename_performer(p, performer.id, name)
        )
        if not done and self._performer is not None:
            self.name.setText(self._performer.name)

    def _remove(self) -> None:
        performer = self._performer
        if performer is not None:
            self._editor.do(
                f"Remove performer {performer.name}",
                lambda p: editing.remove_performer(p, performer.id),
            )
