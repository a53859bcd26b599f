"""Find an action by typing a part of its name."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from cmet_studio.ui.action_button import plain, translated
from cmet_studio.ui.action_set import ActionSet
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.parts.rows import RowDelegate
from cmet_studio.ui.shortcuts import shown


class Palette(QDialog):
    """A line to type in and the actions that fit; Enter does the chosen one."""

    def __init__(self, editor: Editor, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Find Command"))
        self.resize(520, 440)
        self._actions = actions
        self.line = QLineEdit()
        self.line.setPlaceholderText(self.tr("Type a command"))
        self.line.setAccessibleName(self.tr("Command"))
        self.list = QTreeWidget()
        self.list.setColumnCount(2)
        self.list.setHeaderHidden(True)
        self.list.setRootIsDecorated(False)
        self.list.setUniformRowHeights(True)
        self.list.setItemDelegate(RowDelegate(self.list))
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.setAccessibleName(self.tr("Commands"))
        column = QVBoxLayout(self)
        column.addWidget(self.line)
        column.addWidget(self.list)
        for action in editor.actions.values():
            keys = shown(actions.keys[action.id])
            menu = translated(action.menu)
            item = QTreeWidgetItem([f"{menu}: {plain(translated(action.text))}", keys])
            item.setData(0, Qt.ItemDataRole.UserRole, action.id)
            item.setDisabled(not action.enabled(editor))
            self.list.addTopLevelItem(item)
        self.line.textChanged.connect(self._filter)
        self.line.installEventFilter(self)
        self.line.returnPressed.connect(self._run)
        self.list.itemActivated.connect(self._run)
        self._filter("")

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        first = None
        for row in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(row)
            if item is None:
                continue
            fits = all(word in item.text(0).casefold() for word in words)
            item.setHidden(not fits)
            if fits and first is None and not item.isDisabled():
                first = item
        self.list.setCurrentItem(first)  # type: ignore[arg-type]  # None for nothing

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # Qt's name
        """Up and down choose while one types."""
        moves = (Qt.Key.Key_Up, Qt.Key.Key_Down)
        pressed = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent)
        if pressed and event.key() in moves:  # type: ignore[attr-defined]
            self.list.event(event)
            return True
        return super().eventFilter(watched, event)

    def _run(self, *chosen: object) -> None:
        item = self.list.currentItem()
        if item is None or item.isHidden():
            return
        action = self._actions[item.data(0, Qt.ItemDataRole.UserRole)]
        self.accept()
        action.trigger()
