"""Five steps through the window: what to do first, beside the panel where it is done."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from cmet_studio.ui import theme

CENTRE = "centre"
"""Name of the widget between the docks; Qt raises it whenever a dock's tab changes."""
_WIDTH_PX = 330
_GAP_PX = 14


@dataclass(frozen=True, slots=True)
class Stop:
    """One step. ``place`` names the panel it stands beside."""

    place: str
    title: str
    text: str


STOPS = (
    Stop("viewer", "Pick a face", "Open a clip. A single face is found by itself; of several, "
         "click the one that is to act. It becomes a performer and is tracked in the background."),
    Stop("library", "Make an emotion from speech", "Record or drop a few takes spoken with the "
         "feeling and a few without. Three of each are steady, ten are best. Or begin with a "
         "preset."),
    Stop("timeline", "Set keys", "Drag an emotion onto the performer's lane, or press Ctrl+K at "
         "the playhead. Drag a key to move it, its dot to change the intensity. Rest keys give "
         "the face back."),
    Stop("viewer", "Compare", "W wipes between source and edit, Shift+W sets them side by side, "
         "B shows the source while you hold it. Space plays, J K L shuttle."),
    Stop("menu", "Export", "Ctrl+E writes the clip with the same frames, time stamps, timecode "
         "and sound. Untouched pixels stay the source's own bits."),
)  # fmt: skip

Place = Callable[[str], QWidget | None]


class Tour(QFrame):
    """A card that goes from panel to panel.

    Signals:
        ended: at its end or when it is skipped.

    Args:
        window: it lies on top of.
        place: the widget of a place's name, or None where it is hidden.
    """

    ended = Signal()

    def __init__(self, window: QWidget, place: Place) -> None:
        super().__init__(window)
        self._window = window
        self._place = place
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self._stand)
        self.step = 0
        self.setFixedWidth(_WIDTH_PX)
        self.setObjectName("tour")
        self.setStyleSheet(
            f"#tour {{ background: {theme.RAISED}; border: 1px solid {theme.ACCENT};"
            f" border-radius: 5px; }} #tour QLabel {{ background: transparent; }}"
        )
        self.count = QLabel()
        self.count.setProperty("dim", True)
        self.title = QLabel()
        self.title.setFont(theme.font(14, bold=True))
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.skip = QPushButton(self.tr("Skip"))
        self.next = QPushButton()
        self.next.setDefault(True)
        self.skip.clicked.connect(self.finish)
        self.next.clicked.connect(self.advance)
        row = QHBoxLayout()
        row.addWidget(self.count, 1)
        row.addWidget(self.skip)
        row.addWidget(self.next)
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.text)
        column.addLayout(row)
        self._ring = QFrame(window)
        self._ring.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._ring.setStyleSheet(f"border: 2px solid {theme.ACCENT}; background: transparent;")
        self._before = QApplication.focusWidget()
        self._watched = (window, *window.findChildren(QWidget, CENTRE))
        for watched in self._watched:
            watched.installEventFilter(self)
        self._show_step()

    def _show_step(self) -> None:
        stop = STOPS[self.step]
        self.title.setText(QCoreApplication.translate("Tour", stop.title))
        self.text.setText(QCoreApplication.translate("Tour", stop.text))
        self.count.setText(self.tr("{0} of {1}").format(self.step + 1, len(STOPS)))
        last = self.step == len(STOPS) - 1
        self.next.setText(self.tr("Done") if last else self.tr("Next"))
        self.setAccessibleName(f"{self.title.text()}: {self.text.text()}")
        self.setFixedHeight(self._column.totalHeightForWidth(_WIDTH_PX))
        self._ring.show()
        self.show()
        self._stand()
        self.next.setFocus()

    def _stand(self) -> None:
        """Beside its panel, which gets a ring, wholly inside the window and on top."""
        window = self._window
        target = self._place(STOPS[self.step].place) or window
        corner = target.mapTo(window, QPoint(0, 0))
        x, y = corner.x() + target.width() + _GAP_PX, corner.y() + _GAP_PX
        if x + self.width() > window.width():  # no room beside: at its foot
            x = corner.x() + (target.width() - self.width()) // 2
            y = corner.y() + target.height() - self.height() - _GAP_PX
        if STOPS[self.step].place == "timeline":
            x, y = corner.x() + target.width() // 3, corner.y() - self.height() - _GAP_PX
        x = min(max(x, 8), window.width() - self.width() - 8)
        y = min(max(y, 8), window.height() - self.height() - 8)
        self.move(x, y)
        self._ring.setGeometry(QRect(corner, target.size()))
        self._ring.raise_()
        self.raise_()

    def advance(self) -> None:
        """To the next step, or the end."""
        if self.step + 1 == len(STOPS):
            self.finish()
            return
        self.step += 1
        self._show_step()

    def finish(self) -> None:
        """Take the card away."""
        for watched in self._watched:
            watched.removeEventFilter(self)
        self.hide()
        self._ring.hide()
        self._ring.deleteLater()
        if self._before is not None and isValid(self._before):
            self._before.setFocus()
        self.ended.emit()
        self.deleteLater()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape skips it."""
        if event.key() == Qt.Key.Key_Escape:
            self.finish()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay beside the panel when the window is resized, on top when Qt raises its centre."""
        if event.type() == QEvent.Type.Resize:
            self._stand()
        elif event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.ZOrderChange):
            self._later.start()
        return False
