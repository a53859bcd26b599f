"""Find an action by typing a part of its name."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from cmet_studio.ui.action_button import plain, translated
from cmet_studio.ui.action_set import ActionSet
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.shortcuts import shown


class Palette(QDialog):
    """A line to type in and the actions that fit; Enter does the chosen one."""

    def __init__(self, editor: Editor, actions: ActionSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Find Command"))
        self.resize(460, 380)
        self._actions = actions
        self.line = QLineEdit()
        self.line.setPlaceholderText(self.tr("Type a command"))
        self.line.setAccessibleName(self.tr("Command"))
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Commands"))
        column = QVBoxLayout(self)
        column.addWidget(self.line)
        column.addWidget(self.list)
        for action in editor.actions.values():
            keys = shown(actions.keys[action.id])
            text = f"{plain(translated(action.text))}"
            item = QListWidgetItem(f"{text}\t{keys}" if keys else text)
            item.setData(Qt.ItemDataRole.UserRole, action.id)
            if not action.enabled(editor):
                item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEnabled)
            self.list.addItem(item)
        self.line.textChanged.connect(self._filter)
        self.line.installEventFilter(self)
        self.line.returnPressed.connect(self._run)
        self.list.itemActivated.connect(self._run)
        self._filter("")

    def _filter(self, text: str) -> None:
        words = text.casefold().split()
        first = None
        for row in range(self.list.count()):
            item = self.list.item(row)
            fits = all(word in item.text().casefold() for word in words)
            item.setHidden(not fits)
            if fits and first is None and item.flags() & Qt.ItemFlag.ItemIsEnabled:
                first = row
        self.list.setCurrentRow(-1 if first is None else first)

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
        if self.list.currentRow() < 0 or item.isHidden():
            return
        action = self._actions[item.data(Qt.ItemDataRole.UserRole)]
        self.accept()
        action.trigger()
