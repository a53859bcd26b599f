"""Meters: how many takes an emotion has, how loud the microphone is."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cmet_studio.ui import theme

FULL_SHOTS = 10
FEW_SHOTS = 3
_FLOOR_DB = -60.0
_ZONES = ((-20.0, theme.GREEN), (-9.0, theme.ACCENT), (0.0, theme.RED))


def shots_colour(shots: int) -> str:
    """Red under three takes, amber under ten, green from there on."""
    if shots < FEW_SHOTS:
        return theme.RED
    return theme.ACCENT if shots < FULL_SHOTS else theme.GREEN


def shots_words(shots: int) -> str:
    """The same without colour."""
    if shots == 0:
        return "none yet"
    if shots < FEW_SHOTS:
        return f"{FEW_SHOTS - shots} more make it steady"
    return "good" if shots < FULL_SHOTS else "full"


def paint_shots(painter: QPainter, rect: QRectF, shots: int) -> None:
    """Ten pips; the filled ones are takes, in the colour of how many there are."""
    gap = 2.0
    width = (rect.width() - gap * (FULL_SHOTS - 1)) / FULL_SHOTS
    filled = QColor(shots_colour(shots))
    for n in range(FULL_SHOTS):
        pip = QRectF(rect.left() + n * (width + gap), rect.top(), width, rect.height())
        painter.fillRect(pip, filled if n < shots else theme.colour(theme.LINE))


class ShotsMeter(QWidget):
    """Pips and a number for one side of an emotion."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name, self._shots = name, 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_shots(0)

    def set_shots(self, shots: int) -> None:
        """Show a number of takes."""
        self._shots = shots
        words = f"{self._name}: {shots} of {FULL_SHOTS} takes, {shots_words(shots)}"
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.update()

    def sizeHint(self) -> QSize:
        """One row."""
        return QSize(180, 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw name, pips, number."""
        painter = QPainter(self)
        painter.setFont(theme.font(theme.SMALL_PX))
        painter.setPen(theme.colour(theme.DIM))
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(0, 0, 76, self.height()), middle, self._name)
        right = QRectF(self.width() - 36, 0, 36, self.height())
        painter.setPen(theme.colour(theme.TEXT))
        painter.drawText(right, middle | Qt.AlignmentFlag.AlignRight,
                         f"{self._shots}/{FULL_SHOTS}")  # fmt: skip
        pips = QRectF(82, self.height() / 2 - 4, max(20.0, self.width() - 82.0 - 42.0), 8)
        paint_shots(painter, pips, self._shots)
        painter.end()


class LevelBar(QWidget):
    """How loud the microphone is: falling peak, mean, zones, and a clip lamp that stays lit.

    Signals:
        cleared: the lamp was clicked.
    """

    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._peak_db, self._rms_db, self._clipped = _FLOOR_DB, _FLOOR_DB, False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Microphone level")
        self.setToolTip(
            "Microphone level. Speak so that it stays in the green and amber; "
            "the lamp at the right stays red once it clipped, click to clear."
        )

    def set_level(self, peak_db: float, rms_db: float, clipped: bool) -> None:
        """Show a level, in dBFS."""
        self._peak_db, self._rms_db, self._clipped = peak_db, rms_db, clipped
        clip = ", clipped" if clipped else ""
        self.setAccessibleDescription(f"{peak_db:.0f} dBFS{clip}")
        self.update()

    def sizeHint(self) -> QSize:
        """One row."""
        return QSize(160, 16)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Put the lamp out."""
        self.cleared.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the zones up to the peak, the mean as a line, the lamp."""
        painter = QPainter(self)
        lamp = 14.0
        width = self.width() - lamp - 3
        painter.fillRect(QRectF(0, 2, width, self.height() - 4), theme.colour(theme.LINE))
        start = _FLOOR_DB
        for end, name in _ZONES:
            stop = min(self._peak_db, end)
            if stop > start:
                x, right = self._x(start, width), self._x(stop, width)
                colour = theme.RED if self._clipped else name
                painter.fillRect(QRectF(x, 2, right - x, self.height() - 4), theme.colour(colour))
            painter.fillRect(QRectF(self._x(end, width), 2, 1, self.height() - 4),
                             theme.colour(theme.PANEL))  # fmt: skip
            start = end
        if self._rms_db > _FLOOR_DB:
            painter.fillRect(QRectF(self._x(self._rms_db, width), 0, 2, self.height()),
                             theme.colour(theme.TEXT))  # fmt: skip
        box = QRectF(width + 3, 2, lamp, self.height() - 4)
        painter.fillRect(box, theme.colour(theme.RED if self._clipped else theme.LINE))
        painter.end()

    @staticmethod
    def _x(db: float, width: float) -> float:
        return (min(max(db, _FLOOR_DB), 0.0) - _FLOOR_DB) / -_FLOOR_DB * width
