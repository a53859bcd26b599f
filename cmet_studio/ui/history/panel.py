"""Every step since the project was opened, by name; saving keeps them."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from cmet_studio.ui import theme
from cmet_studio.ui.editor import Editor


class HistoryPanel(QWidget):
    """A list: the start, the steps done, and dimmed the steps undone. A click goes there."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self._shown: tuple[str, ...] = ()
        self._position = -1
        self.list = QListWidget(self)
        self.list.setAccessibleName(self.tr("History"))
        self.list.setToolTip(self.tr("Click a step to go back or forward to it"))
        self.list.setUniformItemSizes(True)
        self.list.setStyleSheet("QListWidget::item { padding: 3px 6px; }")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)
        self.list.itemClicked.connect(lambda item: self._go(self.list.row(item)))
        self.list.itemActivated.connect(lambda item: self._go(self.list.row(item)))
        editor.opened.connect(self._refresh)
        editor.changed.connect(self._refresh)
        editor.saved.connect(self._refresh)
        self._refresh()

    def _go(self, position: int) -> None:
        document = self._editor.document
        if document is not None:
            document.go_to(position)

    def _refresh(self) -> None:
        document = self._editor.document
        if document is None:
            self.list.clear()
            self._shown, self._position = (), -1
            return
        history = document.history
        labels = (self.tr("Open"), *history.labels, *history.undone_labels)
        same = next(
            (n for n, (a, b) in enumerate(zip(self._shown, labels, strict=False)) if a != b),
            min(len(self._shown), len(labels)),
        )
        while self.list.count() > same:
            self.list.takeItem(self.list.count() - 1)
        for label in labels[same:]:
            self.list.addItem(QListWidgetItem(label))
        self._mark(min(same, *(p for p in (self._position, history.position) if p >= 0)))
        self._shown, self._position = labels, history.position
        self.list.setCurrentRow(history.position)
        self.list.scrollToItem(self.list.item(history.position))

    def _mark(self, first: int) -> None:
        """Dim what is undone, from row ``first`` on."""
        assert self._editor.document is not None
        position = self._editor.document.history.position
        for n in range(max(0, first), self.list.count()):
            item = self.list.item(n)
            undone = n > position
            item.setForeground(QBrush(theme.colour(theme.FAINT if undone else theme.TEXT)))
            font = theme.font(theme.FONT_PX)
            font.setItalic(undone)
            item.setFont(font)
            item.setData(
                Qt.ItemDataRole.AccessibleDescriptionRole,
                self.tr("undone") if undone else self.tr("done"),
            )
