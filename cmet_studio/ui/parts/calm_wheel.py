"""Scrolling must not turn the values under the pointer, nor arrows what was clicked last."""

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QSlider, QWidget

_TURNED = (QAbstractSpinBox, QComboBox, QSlider)


class CalmWheel(QObject):
    """Lets the wheel turn a control only while it has the keyboard's focus.

    Sliders and lists get the focus by Tab alone: after a click arrows still go through the clip.
    """

    def calm(self, root: QWidget) -> None:
        """Watch all controls under ``root``."""
        for child in root.findChildren(QWidget):
            if isinstance(child, _TURNED):
                typed = isinstance(child, QAbstractSpinBox)
                policy = Qt.FocusPolicy.StrongFocus if typed else Qt.FocusPolicy.TabFocus
                child.setFocusPolicy(policy)
                child.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Pass the wheel on to what scrolls."""
        wheel = event.type() == QEvent.Type.Wheel
        if wheel and isinstance(watched, QWidget) and not watched.hasFocus():
            event.ignore()
            return True
        return False
