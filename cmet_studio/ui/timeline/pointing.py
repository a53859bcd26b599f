"""Qt's events as the gestures' pointers."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent

from cmet_studio.ui.timeline.gestures import Pointer


def pointer(event: QMouseEvent | QWheelEvent) -> Pointer:
    """Where an event happened and which keys were held."""
    at, held = event.position(), event.modifiers()
    return Pointer(
        at.x(),
        at.y(),
        bool(held & Qt.KeyboardModifier.ControlModifier),
        bool(held & Qt.KeyboardModifier.ShiftModifier),
        bool(held & Qt.KeyboardModifier.AltModifier),
    )
