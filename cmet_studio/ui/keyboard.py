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
    QSlider,
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
    """Watches the keys of a window: those of the widget that has the focus, and its own.

    A filter on the whole application would be handed every event of every widget, thousands in a
    drag. Held keys: the one of *Stop* (K) makes J and L step; the one of *Bypass* (B) shows the
    source.
    """

    def __init__(self, editor: Editor, window: QWidget) -> None:
        super().__init__(window)
        self._editor = editor
        self._window = window
        self._held: dict[int, str] = {}
        self._keys: dict[int, str] = {}
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        self._follow(None, app.focusWidget())
        app.focusChanged.connect(self._follow)
        app.applicationStateChanged.connect(self._application_left)

    def _follow(self, before: QWidget | None, now: QWidget | None) -> None:
        """Watch what has the focus; where nothing has, the window itself is given the keys."""
        if before is not None:
            before.removeEventFilter(self)
        self._window.removeEventFilter(self)
        (now or self._window).installEventFilter(self)

    def _application_left(self, state: Qt.ApplicationState) -> None:
        """A key that is let go of elsewhere is not told here."""
        if state != Qt.ApplicationState.ApplicationActive:
            for key in list(self._held):
                self._released(key)

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
        if not isinstance(event, QKeyEvent):
            return False
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride:
            return self._pressed(event)
        if kind == QEvent.Type.KeyPress and self._chooses(event):
            self._editor.view.face_chosen.emit(event.key() - Qt.Key.Key_1)
            return True
        if kind == QEvent.Type.KeyRelease and not event.isAutoRepeat():
            self._released(event.key())
        return False

    def _pressed(self, event: QKeyEvent) -> bool:
        focus = QApplication.focusWidget()
        if self._chooses(event) or keeps_key(focus, event.key(), event.modifiers()):
            event.accept()
            return True
        if isinstance(focus, _TYPING):
            return False
        if event.key() == Qt.Key.Key_Escape:
            self._editor.view.set(picking="")
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        what = self._keys.get(event.key())
        if what is not None and plain and not event.isAutoRepeat():
            self._held[event.key()] = what
            if what == "holding":
                self._editor.transport.holding = True
        return False

    def _chooses(self, event: QKeyEvent) -> bool:
        """Whether the key is the number of a face, while one is picked."""
        if not self._editor.view.view.picking or isinstance(QApplication.focusWidget(), _TYPING):
            return False
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        return not plain and Qt.Key.Key_1 <= event.key() <= Qt.Key.Key_9

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
    if isinstance(focus, (QComboBox, QAbstractSpinBox)):
        return key in _UP_DOWN
    if isinstance(focus, QSlider):
        return key in _UP_DOWN | _SIDEWAYS
    return isinstance(focus, QTabBar) and key in _SIDEWAYS
