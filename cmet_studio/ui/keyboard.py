"""Keys that mean something while they are held, and keys that a focused list keeps for itself."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)

from cmet_studio.ui.editor import Editor

_TYPING = (QLineEdit, QAbstractSpinBox, QPlainTextEdit, QTextEdit)
_UP_DOWN = frozenset(
    {Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp,
     Qt.Key.Key_PageDown}
)  # fmt: skip
_SIDEWAYS = frozenset({Qt.Key.Key_Left, Qt.Key.Key_Right})
_HOLD = {"play.stop": "holding", "view.bypass": "bypass"}


class Keyboard(QObject):
    """Watches the whole application's keys; install once.

    Held keys: the one of *Stop* (K) makes J and L step; the one of *Bypass* (B) shows the source.
    """

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._editor = editor
        self._held: dict[int, str] = {}
        self._keys: dict[int, str] = {}

    def use(self, keys: Mapping[str, tuple[str, ...]]) -> None:
        """Know the keys in force (action id -> sequences)."""
        self._keys = {}
        for action, what in _HOLD.items():
            for key in keys.get(action, ()):
                sequence = QKeySequence(key)
                if sequence.count() == 1:
                    self._keys[sequence[0].key()] = what  # type: ignore[index]  # its stub lacks it

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # Qt's name
        """See the key before shortcuts do."""
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            return self._pressed(event)
        if event.type() == QEvent.Type.KeyRelease and isinstance(event, QKeyEvent):
            if not event.isAutoRepeat():
                self._released(event.key())
        elif event.type() == QEvent.Type.ApplicationDeactivate:
            for key in list(self._held):
                self._released(key)
        return False

    def _pressed(self, event: QKeyEvent) -> bool:
        focus = QApplication.focusWidget()
        if isinstance(focus, _TYPING):
            return False
        if keeps_key(focus, event.key(), event.modifiers()):
            event.accept()
            return True
        if event.key() == Qt.Key.Key_Escape:
            self._editor.view.set(picking=False)
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        what = self._keys.get(event.key())
        if what is not None and plain and not event.isAutoRepeat():
            self._held[event.key()] = what
            if what == "holding":
                self._editor.transport.holding = True
        return False

    def _released(self, key: int) -> None:
        what = self._held.pop(key, None)
        if what == "holding":
            self._editor.transport.holding = False
        elif what == "bypass":
            self._editor.view.set(bypass=False)


def keeps_key(focus: QWidget | None, key: int, modifiers: Qt.KeyboardModifier) -> bool:
    """Whether the focused widget needs this key itself, though it is a shortcut."""
    if modifiers & ~Qt.KeyboardModifier.KeypadModifier & ~Qt.KeyboardModifier.ShiftModifier:
        return False
    if isinstance(focus, QAbstractItemView):
        return key in _UP_DOWN or (key in _SIDEWAYS and focus.model() is not None)
    if isinstance(focus, QComboBox):
        return key in _UP_DOWN
    return isinstance(focus, QTabBar) and key in _SIDEWAYS
