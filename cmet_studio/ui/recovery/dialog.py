"""What a crash left behind: which edits, from when, and what to do with them."""

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cmet_studio.app.save_as import recovered_copy
from cmet_studio.core.errors import CmetError
from cmet_studio.project_io.recovery import Recovery, discard
from cmet_studio.ui import theme
from cmet_studio.ui.icons import pixmap

Choice = Literal["recover", "saved", "copy"]
_MOST = 200


def when(moment: datetime, now: datetime | None = None) -> str:
    """A moment for people, in local time: how long ago, and the clock."""
    now = now or datetime.now(timezone.utc)
    ago = now - moment
    clock = moment.astimezone().strftime("%H:%M:%S")
    if ago < timedelta(minutes=1):
        return f"less than a minute ago ({clock})"
    if ago < timedelta(hours=1):
        minutes = int(ago.total_seconds() // 60)
        return f"{minutes} minute{'s' if minutes > 1 else ''} ago ({clock})"
    if ago < timedelta(days=1):
        hours = int(ago.total_seconds() // 3600)
        return f"{hours} hour{'s' if hours > 1 else ''} ago ({clock})"
    return moment.astimezone().strftime("%d %B %Y, %H:%M")


class RecoveryDialog(QDialog):
    """Offers to go on from unsaved edits. ``choice`` says what was chosen; None: nothing is opened.

    "copy" makes a project of its own of the edits (``copied``) before what was saved is opened;
    "saved" puts their journal aside, where it stays until the next one.
    """

    def __init__(self, recovery: Recovery, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice: Choice | None = None
        self.copied: Path | None = None
        self._recovery = recovery
        self.setWindowTitle(self.tr("Unsaved edits"))
        self.setMinimumWidth(480)
        self.recover = self._button(self.tr("Recover"), "recover")
        self.recover.setDefault(True)
        self.copy = self._button(self.tr("Keep as a Copy"), "copy")
        self.saved = self._button(self.tr("Discard Edits"), "saved")
        self.recover.setToolTip(self.tr("Open the project with these edits; they can be undone"))
        self.copy.setToolTip(
            self.tr("Put the edits into a project of their own beside it, and open what was saved")
        )
        self.saved.setToolTip(self.tr("Open what was saved; the edits are put aside"))
        self.trouble = QLabel(self)
        self.trouble.setWordWrap(True)
        self.trouble.setStyleSheet(f"color: {theme.RED};")
        self.trouble.hide()
        cancel = QPushButton(self.tr("Cancel"), self)
        cancel.clicked.connect(self.reject)
        self._lay_out(recovery, cancel)

    def _button(self, text: str, choice: Choice) -> QPushButton:
        button = QPushButton(text, self)
        button.clicked.connect(lambda: self._choose(choice))
        return button

    @staticmethod
    def ask(recovery: Recovery, parent: QWidget | None = None) -> bool | None:
        """Ask, and wait. True: go on from the edits; False: open what was saved; None: nothing."""
        dialog = RecoveryDialog(recovery, parent)
        dialog.exec()
        choice = dialog.choice
        dialog.deleteLater()
        return None if choice is None else choice == "recover"

    def _choose(self, choice: Choice) -> None:
        if choice == "copy":
            try:
                self.copied = recovered_copy(self._recovery)
            except CmetError as error:
                self.trouble.setText(str(error))
                self.trouble.show()
                return
        if choice != "recover":
            discard(self._recovery.project_path)
        self.choice = choice
        self.accept()

    def _lay_out(self, recovery: Recovery, cancel: QPushButton) -> None:
        sign = QLabel(self)
        sign.setPixmap(pixmap("history", 36, theme.ACCENT, self.devicePixelRatioF()))
        sign.setAlignment(Qt.AlignmentFlag.AlignTop)
        head = QLabel(self._head(recovery), self)
        head.setFont(theme.font(15, bold=True))
        head.setWordWrap(True)
        place = QLabel(str(recovery.project_path), self)
        place.setProperty("dim", True)
        place.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        place.setWordWrap(True)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.addWidget(head)
        words.addWidget(QLabel(self.tr("Newest edit: {when}").format(when=when(recovery.when))))
        words.addWidget(place)
        for note in self._notes(recovery):
            label = QLabel(note, self)
            label.setWordWrap(True)
            label.setStyleSheet(f"color: {theme.ACCENT};")
            words.addWidget(label)
        top = QHBoxLayout()
        top.setSpacing(12)
        top.addWidget(sign)
        top.addLayout(words, 1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.saved)
        buttons.addStretch(1)
        for button in (cancel, self.copy, self.recover):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(10)
        column.addLayout(top)
        column.addWidget(self._list(recovery), 1)
        column.addWidget(self.trouble)
        column.addLayout(buttons)

    def _head(self, recovery: Recovery) -> str:
        name = recovery.project_path.stem
        if recovery.steps == 1:
            return self.tr("{name} has one edit that was not saved").format(name=name)
        return self.tr("{name} has {n} edits that were not saved").format(
            name=name, n=recovery.steps
        )

    def _notes(self, recovery: Recovery) -> list[str]:
        notes = []
        if recovery.base_lost:
            notes.append(
                self.tr("The project file is missing or was changed: an earlier version stands in.")
            )
        if recovery.damaged:
            notes.append(self.tr("The very last edit was cut short and is missing."))
        return notes

    def _list(self, recovery: Recovery) -> QListWidget:
        steps = QListWidget(self)
        steps.setAccessibleName(self.tr("Unsaved edits, the newest first"))
        steps.setSelectionMode(QListWidget.SelectionMode.NoSelection)
        steps.setMinimumHeight(120)
        steps.setStyleSheet("QListWidget::item { padding: 2px 6px; }")
        newest = recovery.labels[::-1]
        steps.addItems(newest[:_MOST])
        if len(newest) > _MOST:
            steps.addItem(self.tr("and {n} before them").format(n=len(newest) - _MOST))
        return steps
