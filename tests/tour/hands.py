"""An editor's hands: real mouse, keyboard and drop events on the real window, and its eyes."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

LEFT = Qt.MouseButton.LeftButton
NO_KEY = Qt.KeyboardModifier.NoModifier


class TooSlow(AssertionError):
    """What was waited for did not come."""


def until(true: Callable[[], object], what: str, seconds: float = 30.0) -> float:
    """Let the application run until something is true. Returns the seconds it took."""
    began = time.monotonic()
    while not true():
        if time.monotonic() - began > seconds:
            raise TooSlow(f"{what}: not within {seconds:g} s")
        QTest.qWait(10)
    return time.monotonic() - began


def rest(seconds: float) -> None:
    """Let the application run."""
    QTest.qWait(int(seconds * 1000))


def key(window: QWidget, name: Qt.Key, with_: Qt.KeyboardModifier = NO_KEY) -> None:
    """Press a key where the keyboard is."""
    if QApplication.activeWindow() is None:  # no window manager gives it back after a dialog
        window.activateWindow()
        QTest.qWait(100)
    QTest.keyClick(QApplication.focusWidget() or window, name, with_)
    QTest.qWait(30)


def write(window: QWidget, text: str) -> None:
    """Type where the keyboard is."""
    QTest.keyClicks(QApplication.focusWidget() or window, text)
    QTest.qWait(30)


def click(widget: QWidget, at: QPoint | None = None, with_: Qt.KeyboardModifier = NO_KEY) -> None:
    """Click."""
    QTest.mouseClick(widget, LEFT, with_, at or widget.rect().center())
    QTest.qWait(30)


def drag(
    widget: QWidget,
    start: QPoint,
    end: QPoint,
    with_: Qt.KeyboardModifier = NO_KEY,
    steps: int = 20,
    between: Callable[[], None] = lambda: None,
) -> None:
    """Drag slowly; ``between`` is called halfway, with the button held."""
    QTest.mouseMove(widget, start)
    QTest.mousePress(widget, LEFT, with_, start)
    for step in range(1, steps + 1):
        share = step / steps
        at = start + (end - start) * share
        QTest.mouseMove(widget, QPoint(round(at.x()), round(at.y())))
        QTest.qWait(15)
        if step == steps // 2:
            between()
    QTest.mouseRelease(widget, LEFT, with_, end)
    QTest.qWait(30)


def drop(widget: QWidget, at: QPoint, data: QMimeData) -> bool:
    """Drop something as the window system would. Returns whether it was taken."""
    place, copy = QPointF(at), Qt.DropAction.CopyAction
    enter = QDragEnterEvent(at, copy, data, LEFT, NO_KEY)
    QApplication.sendEvent(widget, enter)
    if not enter.isAccepted():
        return False
    QApplication.sendEvent(widget, QDragMoveEvent(at, copy, data, LEFT, NO_KEY))
    landing = QDropEvent(place, copy, data, LEFT, NO_KEY)
    QApplication.sendEvent(widget, landing)
    QTest.qWait(30)
    return landing.isAccepted()


def files(paths: Sequence[Path]) -> QMimeData:
    """Files as a file browser drags them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def photograph(path: Path) -> None:
    """The whole screen, with menus and dialogs, as PNG."""
    QTest.qWait(50)
    QGuiApplication.primaryScreen().grabWindow(0).save(str(path))
