"""The Keys dock: a table that follows the timeline's selection, and the other way round."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QItemSelection, QItemSelectionModel, Qt, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from cmet_studio.ui import theme
from cmet_studio.ui.action_button import keys_of
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.keys.delegate import KeyDelegate
from cmet_studio.ui.keys.model import EMOTION, INTENSITY, INTERPOLATION, MUTED, TIME, KeysModel
from cmet_studio.ui.shortcuts import shown

_WIDTHS_PX = {TIME: 104, 1: 96, INTENSITY: 70, INTERPOLATION: 96, MUTED: 56}
MANY = 1000
LATER_MS = 120
_Flag = QItemSelectionModel.SelectionFlag


class KeysPanel(QWidget):
    """Every key as a row.

    Attributes:
        table, model: for tests and the window's focus.
    """

    def __init__(self, editor: Editor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("keys")
        self.setAccessibleName(self.tr("Keys"))
        self._editor = editor
        self._syncing = False
        self._stale = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(LATER_MS)
        self._later.timeout.connect(self._refresh)
        self.model = KeysModel(editor, self)
        self.table = self._make_table()
        self._empty = QLabel()
        self._empty.setProperty("dim", True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._empty.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.table, 1)
        column.addWidget(self._empty, 1)
        self.table.selectionModel().selectionChanged.connect(self._picked)
        self.model.modelReset.connect(self._show_selection)
        editor.opened.connect(self._refresh)
        editor.changed.connect(self._changed)
        editor.times_changed.connect(self.model.repaint_all)
        editor.selection_changed.connect(self._show_selection)
        self._show_emptiness()

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.model)
        table.setItemDelegate(KeyDelegate(self._editor, table))
        table.setAccessibleName(self.tr("Table of keys"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setAlternatingRowColors(True)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        rows = table.verticalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(theme.ROW_PX)
        head = table.horizontalHeader()
        head.setSectionResizeMode(EMOTION, QHeaderView.ResizeMode.Stretch)
        head.setHighlightSections(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        for column, width in _WIDTHS_PX.items():
            table.setColumnWidth(column, max(width, head.sectionSizeHint(column)))
        head.setSortIndicator(TIME, Qt.SortOrder.AscendingOrder)
        table.setSortingEnabled(True)
        return table

    def showEvent(self, event: QShowEvent) -> None:
        """Catch up with what happened while nobody looked."""
        super().showEvent(event)
        if self._stale:
            self._refresh()

    def changeEvent(self, event: QEvent) -> None:
        """Behind another tab a panel is disabled, see ``ui.docks``: it came to the front."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange and self._stale:
            self._refresh()

    def _changed(self) -> None:
        """At once for a film's keys; thousands are read again a few times a second of a drag."""
        if self.model.rowCount() < MANY:
            self._refresh()
        elif not self._later.isActive():
            self._later.start()

    def _refresh(self) -> None:
        if not (self.isVisible() and self.isEnabled()):
            self._stale = True
            return
        self._stale = False
        self.model.refresh()
        self._show_emptiness()
        self._show_selection()

    def _show_emptiness(self) -> None:
        empty = self.model.rowCount() == 0
        words = self.tr("No keys yet. {keys} sets one at the playhead.")
        words = words.format(keys=shown(keys_of(self._editor, "key.add")[:1]) or self.tr("Add Key"))
        self._empty.setText(words if self._editor.is_open else self.tr("Open a clip to begin."))
        self._empty.setVisible(empty)
        self.table.setVisible(not empty)

    # Selection, both ways

    def _selected_rows(self) -> list[int]:
        chosen = self.table.selectionModel().selection()
        parts = [chosen.at(n) for n in range(chosen.size())]
        return [n for part in parts for n in range(part.top(), part.bottom() + 1)]

    def _picked(self) -> None:
        """The table's selection becomes the editor's: keys of one performer."""
        if self._syncing or not self._editor.is_open:
            return
        numbers = self._selected_rows()
        current = self.table.selectionModel().currentIndex().row()
        rows = [self.model.rows[n] for n in numbers]
        selection = self._editor.selection
        if not rows:
            self._editor.select(replace(selection, keys=frozenset()))
            return
        lead = self.model.rows[current] if current in numbers else rows[-1]
        frames = frozenset(row.key.frame for row in rows if row.performer == lead.performer)
        self._editor.select(replace(selection, performer=lead.performer, keys=frames, marker=None))
        if len(rows) == 1:
            self._editor.seek(lead.key.frame)
        if len(frames) != len(rows):
            self._show_selection()

    def _show_selection(self) -> None:
        """The editor's selection becomes the table's."""
        if self._syncing or self._stale or not self._editor.is_open:
            return
        wanted = self._editor.selection
        found = (self.model.row_of(wanted.performer or "", frame) for frame in wanted.keys)
        numbers = sorted(n for n in found if n is not None)
        if numbers == sorted(self._selected_rows()):
            return
        self._syncing = True
        try:
            self.table.selectionModel().select(
                self._ranges(numbers), _Flag.ClearAndSelect | _Flag.Rows
            )
            if numbers:
                first = self.model.index(numbers[0], TIME)
                self.table.selectionModel().setCurrentIndex(first, _Flag.NoUpdate)
                self.table.scrollTo(first)
        finally:
            self._syncing = False

    def _ranges(self, numbers: list[int]) -> QItemSelection:
        """Rows as few stretches: thousands of single ones would be slow."""
        made = QItemSelection()
        last_column = self.model.columnCount() - 1
        begin = 0
        for n in range(1, len(numbers) + 1):
            if n == len(numbers) or numbers[n] != numbers[n - 1] + 1:
                top = self.model.index(numbers[begin], 0)
                made.select(top, self.model.index(numbers[n - 1], last_column))
                begin = n
        return made
