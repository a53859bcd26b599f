"""A take's in and out, set on its waveform."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from cmet_studio.core.errors import CmetError
from cmet_studio.core.progress import CancelToken, Report
from cmet_studio.domain.project import Take
from cmet_studio.ui import theme
from cmet_studio.ui.icons import icon
from cmet_studio.ui.library.audition import Audition
from cmet_studio.ui.library.qualities import judge
from cmet_studio.ui.parts.work import Work

Peaks = npt.NDArray[np.float32]
_COLUMNS = 1200
_SHORTEST_S = 0.1
_GRAB_PX = 10


def peaks_of(path: Path) -> Peaks:
    """(columns,) largest sample of each stretch of a file, 0..1 of the loudest.

    Raises: MediaError if it cannot be read.
    """
    from cmet_studio.media.audio import read_audio

    samples = np.abs(read_audio(path, rate=16000))
    if not len(samples):
        return np.zeros(_COLUMNS, np.float32)
    edges = np.linspace(0, len(samples), _COLUMNS, endpoint=False).astype(np.int64)
    peaks: Peaks = np.maximum.reduceat(samples, edges).astype(np.float32)
    return peaks / max(float(peaks.max()), 1e-9)


class Waveform(QWidget):
    """The sound with two handles.

    Signals:
        trimmed(in_s, out_s).
    """

    trimmed = Signal(float, float)

    def __init__(self, duration_s: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._duration_s = duration_s
        self._peaks: Peaks = np.zeros(0, np.float32)
        self.in_s, self.out_s = 0.0, duration_s
        self._held = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName(self.tr("Waveform with in and out"))
        self.setToolTip(self.tr("Drag the handles; what is dark is not used"))

    def set_peaks(self, peaks: Peaks) -> None:
        """Show a waveform."""
        self._peaks = peaks
        self.update()

    def set_trim(self, in_s: float, out_s: float) -> None:
        """Show a part; at least a tenth of a second stays."""
        shortest = min(_SHORTEST_S, self._duration_s)
        self.in_s = min(max(0.0, in_s), self._duration_s - shortest)
        self.out_s = max(min(out_s, self._duration_s), self.in_s + shortest)
        self.update()

    def sizeHint(self) -> QSize:
        """Wide."""
        return QSize(560, 120)

    def x_of(self, seconds: float) -> float:
        """Where a time lies, in pixels."""
        return 6 + seconds / max(self._duration_s, 1e-9) * (self.width() - 12)

    def _seconds_at(self, x: float) -> float:
        return (x - 6) / max(self.width() - 12, 1) * self._duration_s

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Take the nearer handle."""
        x = event.position().x()
        near_in, near_out = abs(x - self.x_of(self.in_s)), abs(x - self.x_of(self.out_s))
        if min(near_in, near_out) <= _GRAB_PX:
            self._held = "in" if near_in < near_out else "out"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag it."""
        x = event.position().x()
        near = min(abs(x - self.x_of(t)) for t in (self.in_s, self.out_s)) <= _GRAB_PX
        cursor = Qt.CursorShape.SizeHorCursor if near or self._held else Qt.CursorShape.ArrowCursor
        self.setCursor(cursor)
        at_s = self._seconds_at(x)
        if self._held == "in":
            self._set(min(at_s, self.out_s - _SHORTEST_S), self.out_s)
        elif self._held == "out":
            self._set(self.in_s, max(at_s, self.in_s + _SHORTEST_S))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._held = ""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Arrows move the in, with Shift the out, by 50 ms."""
        by = {Qt.Key.Key_Left: -0.05, Qt.Key.Key_Right: 0.05}.get(Qt.Key(event.key()))
        if by is None:
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._set(self.in_s, self.out_s + by)
        else:
            self._set(self.in_s + by, self.out_s)

    def _set(self, in_s: float, out_s: float) -> None:
        self.set_trim(in_s, out_s)
        self.trimmed.emit(self.in_s, self.out_s)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the waveform, the used part bright, and the handles."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.colour(theme.WINDOW))
        middle, half = self.height() / 2, self.height() / 2 - 10
        left, right = self.x_of(self.in_s), self.x_of(self.out_s)
        painter.fillRect(QRectF(left, 0, right - left, self.height()), theme.colour(theme.RAISED))
        count = max(1, len(self._peaks))
        for n, peak in enumerate(self._peaks):
            x = 6 + (n + 0.5) / count * (self.width() - 12)
            used = left <= x <= right
            painter.setPen(theme.colour(theme.BLUE if used else theme.FAINT))
            tall = max(0.5, float(peak) * half)
            painter.drawLine(QPointF(x, middle - tall), QPointF(x, middle + tall))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        accent = theme.colour(theme.ACCENT)
        painter.setPen(accent)
        painter.setBrush(accent)
        for x, way in ((left, 1), (right, -1)):
            painter.drawLine(QPointF(x, 0), QPointF(x, self.height()))
            flag = [QPointF(x, 0), QPointF(x + way * 9, 0), QPointF(x, 11)]
            painter.drawPolygon(QPolygonF(flag))
        painter.end()


class TrimDialog(QDialog):
    """Waveform, numbers, listen, apply.

    Signals:
        chosen(in_s, out_s or None, speech_s).
    """

    chosen = Signal(float, object, float)

    def __init__(
        self, take: Take, path: Path, audition: Audition, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._take, self._path, self._audition = take, path, audition
        self._work = Work(self)
        self.setWindowTitle(self.tr("Trim {name}").format(name=take.source or take.id))
        self.wave = Waveform(take.duration_s, self)
        end_s = take.duration_s if take.out_s is None else take.out_s
        self.wave.set_trim(take.in_s, end_s)
        self.in_box, self.out_box = self._box(self.tr("In")), self._box(self.tr("Out"))
        self.listen = QPushButton(icon("play"), self.tr("Listen"), self)
        self.words = QLabel(self)
        self.words.setProperty("dim", True)
        self.words.setWordWrap(True)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        self._lay_out()
        self._show_numbers()
        self.wave.trimmed.connect(lambda *_: self._show_numbers())
        self.in_box.valueChanged.connect(lambda _: self._typed())
        self.out_box.valueChanged.connect(lambda _: self._typed())
        self.listen.clicked.connect(self._listen)
        self.buttons.accepted.connect(self._accept)
        self.buttons.rejected.connect(self.reject)
        self.finished.connect(lambda _: self._end())
        self._work.start("peaks", lambda token, report: peaks_of(path), self.wave.set_peaks,
                         self._failed)  # fmt: skip

    def _box(self, name: str) -> QDoubleSpinBox:
        box = QDoubleSpinBox(self)
        box.setRange(0.0, self._take.duration_s)
        box.setDecimals(2)
        box.setSingleStep(0.05)
        box.setSuffix(" s")
        box.setKeyboardTracking(False)
        box.setAccessibleName(name)
        box.setToolTip(name)
        return box

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(QLabel(self.tr("In"), self))
        row.addWidget(self.in_box)
        row.addSpacing(8)
        row.addWidget(QLabel(self.tr("Out"), self))
        row.addWidget(self.out_box)
        row.addSpacing(8)
        row.addWidget(self.listen)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.addWidget(self.wave, 1)
        column.addLayout(row)
        column.addWidget(self.words)
        column.addWidget(self.buttons)

    def _show_numbers(self) -> None:
        for box, value in ((self.in_box, self.wave.in_s), (self.out_box, self.wave.out_s)):
            box.blockSignals(True)
            box.setValue(value)
            box.blockSignals(False)
        used = self.wave.out_s - self.wave.in_s
        self.words.setText(self.tr("{used} s of {all} s are used").format(
            used=f"{used:.2f}", all=f"{self._take.duration_s:.2f}"))  # fmt: skip

    def _typed(self) -> None:
        self.wave.set_trim(self.in_box.value(), self.out_box.value())
        self._show_numbers()

    def _trim(self) -> tuple[float, float | None]:
        whole = self.wave.out_s >= self._take.duration_s - 1e-6
        return round(self.wave.in_s, 3), None if whole else round(self.wave.out_s, 3)

    def _listen(self) -> None:
        in_s, out_s = self._trim()
        self._audition.toggle(replace(self._take, in_s=in_s, out_s=out_s), self._path)

    def _accept(self) -> None:
        in_s, out_s = self._trim()
        self.buttons.setEnabled(False)

        def judged(token: CancelToken, report: Report) -> float:
            return round(judge(self._path, in_s, out_s)[1], 3)

        self._work.start("listening", judged, lambda s: self._judged(in_s, out_s, s), self._failed)

    def _judged(self, in_s: float, out_s: float | None, speech_s: float) -> None:
        self.chosen.emit(in_s, out_s, speech_s)
        self.accept()

    def _failed(self, error: CmetError) -> None:
        self.words.setText(str(error))
        self.buttons.setEnabled(True)

    def _end(self) -> None:
        self._audition.stop()
        self._work.stop()
