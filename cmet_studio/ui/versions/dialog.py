"""Earlier states of the project: when, what changed, how many keys; back to one, or a copy."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cmet_studio.app.earlier import Earlier, copy_of, earlier_states, going_back
from cmet_studio.app.what_changed import what_changed
from cmet_studio.core.errors import CmetError
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.ui import theme
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.notices import Notice
from cmet_studio.ui.parts.work import Work
from cmet_studio.ui.recovery.dialog import when

_COLUMNS = ("When", "What changed", "Keys")
_MOST_WORDS = 4


class VersionsDialog(QDialog):
    """Lists versions, the newest first; they are read on a worker thread.

    Args:
        open_project: opens a project file in the window.
    """

    def __init__(
        self, editor: Editor, open_project: Callable[[Path], None], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        document = editor.document
        assert document is not None
        self._editor, self._document, self._open = editor, document, open_project
        self._work = Work(self)
        self.states: tuple[Earlier, ...] = ()
        self.setWindowTitle(self.tr("Versions of {0}").format(document.path.stem))
        self.resize(680, 420)
        self.table = self._make_table()
        self.words = QLabel(self.tr("Reading…"), self)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.restore = QPushButton(self.tr("Go Back to It"), self)
        self.restore.setToolTip(self.tr("Make the project what it was then; Undo takes it back"))
        self.copy = QPushButton(self.tr("Open as a Copy"), self)
        tip = self.tr("Put it into a project of its own beside this one, and open that")
        self.copy.setToolTip(tip)
        self.restore.setDefault(True)
        self._lay_out()
        self.table.itemSelectionChanged.connect(self._show)
        self.table.itemDoubleClicked.connect(lambda _: self._go_back())
        self.restore.clicked.connect(self._go_back)
        self.copy.clicked.connect(self._copy)
        self.finished.connect(self._end)
        self.copy.setEnabled(False)
        self.restore.setEnabled(False)
        path = document.path

        def read(token: CancelToken, report: Report) -> tuple[Earlier, ...]:
            return earlier_states(path)

        self._work.start(self.tr("Reading versions"), read, self._read, self._failed)

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(0, len(_COLUMNS), self)
        table.setHorizontalHeaderLabels([self.tr(name) for name in _COLUMNS])
        table.setAccessibleName(self.tr("Versions, the newest first"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.verticalHeader().hide()
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.ResizeToContents)
        return table

    def _lay_out(self) -> None:
        close = QPushButton(self.tr("Close"), self)
        close.clicked.connect(self.reject)
        for button in (close, self.copy):
            button.setAutoDefault(False)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (close, self.copy, self.restore):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(10)
        column.addWidget(self.table, 1)
        column.addWidget(self.words)
        column.addLayout(buttons)

    def _end(self) -> None:
        self._work.stop()
        self.deleteLater()

    # What is shown

    def _read(self, states: tuple[Earlier, ...]) -> None:
        self.states = states
        self.table.setRowCount(len(states))
        for row, state in enumerate(states):
            self._fill(row, state)
        if states:
            self.table.selectRow(0)
        self._show()

    def _fill(self, row: int, state: Earlier) -> None:
        changed = list(state.changed)
        if not changed:
            changed = [self.tr("the oldest that is kept")]
        cells = (when(state.version.when), _sentence(changed), str(state.keys))
        for column, text in enumerate(cells):
            item = QTableWidgetItem(text)
            item.setToolTip(_sentence(changed, len(changed)) if column == 1 else "")
            if column == 2:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.table.setItem(row, column, item)

    @property
    def chosen(self) -> Earlier | None:
        """The version that is selected."""
        rows = {index.row() for index in self.table.selectedIndexes()}
        return self.states[rows.pop()] if rows else None

    def _show(self) -> None:
        state = self.chosen
        self.copy.setEnabled(state is not None)
        self.restore.setEnabled(False)
        self.words.setStyleSheet("")
        if state is None:
            text = self.tr("None yet: a version is kept with every save and autosave.")
            self.words.setText(text)
            return
        since = what_changed(state.project, self._document.project)
        self.restore.setEnabled(bool(since) and not self._document.read_only)
        if since:
            self.words.setText(self.tr("Since then: {0}.").format(_sentence(since, 8)))
        else:
            self.words.setText(self.tr("The project is as it was then."))

    def _failed(self, error: CmetError) -> None:
        self.words.setStyleSheet(f"color: {theme.RED};")
        self.words.setText(str(error))

    # Going on

    def _go_back(self) -> None:
        state = self.chosen
        if state is None or not self.restore.isEnabled():
            return
        label = self.tr("Go back to {0}").format(_clock(state))
        try:
            self._document.do(label, going_back(state.project))
        except CmetError as error:
            self._failed(error)
            return
        text = self.tr("The project is as it was {0}.").format(when(state.version.when))
        self._editor.notice.emit(Notice("info", text, self.tr("Undo takes it back.")))
        self.accept()

    def _copy(self) -> None:
        state, path = self.chosen, self._document.path
        if state is None:
            return
        self.copy.setEnabled(False)

        def write(token: CancelToken, report: Report) -> Path:
            return copy_of(state, path)

        self._work.start(self.tr("Copying"), write, self._copied, self._failed)

    def _copied(self, path: Path) -> None:
        self.accept()
        self._open(path)


def _clock(state: Earlier) -> str:
    return state.version.when.astimezone().strftime("%d %b, %H:%M")


def _sentence(phrases: "list[str] | tuple[str, ...]", most: int = _MOST_WORDS) -> str:
    """Phrases in one line; what is too much is counted."""
    shown = list(phrases[:most])
    if len(phrases) > most:
        shown.append(f"and {len(phrases) - most} more")
    text = ", ".join(shown)
    return text[:1].upper() + text[1:]
