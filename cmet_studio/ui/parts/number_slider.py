"""A slider with a number box in percent: drag it, type it, step it with the keys."""

from PySide6.QtCore import QRectF, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QValidator
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QLabel, QSlider, QWidget

from cmet_studio.ui import theme

_STEPS = 100
"""Slider steps per unit."""
LABEL_PX = 76


class _Slider(QSlider):
    """A slider whose part above ``risky_from`` is underlined."""

    def __init__(self, risky_from: float | None, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._risky_from = risky_from

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the groove's risky part under the handle."""
        super().paintEvent(event)
        if self._risky_from is None:
            return
        span = self.maximum() - self.minimum()
        left = (self._risky_from * _STEPS - self.minimum()) / max(span, 1)
        x = 6 + left * (self.width() - 12)
        painter = QPainter(self)
        y, red = self.height() / 2, theme.colour(theme.RED, 200)
        painter.fillRect(QRectF(x, y + 6, self.width() - 6 - x, 2), red)
        painter.fillRect(QRectF(x, y - 6, 1, 14), red)
        painter.end()


class _Percent(QDoubleSpinBox):
    """Holds a share, shows and reads percent: "80", "80 %" and "0.8" mean the same."""

    def textFromValue(self, value: float) -> str:
        """As it is shown."""
        return f"{round(value * 100)} %"

    def valueFromText(self, text: str) -> float:
        """As it was typed; a number with a point is a share already."""
        bare = text.replace("%", "").replace(",", ".").strip()
        try:
            number = float(bare)
        except ValueError:
            return self.value()
        return number if "." in bare and number <= self.maximum() else number / 100

    def validate(self, text: str, at: int) -> tuple[QValidator.State, str, int]:
        """Anything that may become a number."""
        bare = text.replace("%", "").strip()
        good = all(letter.isdigit() or letter in ".," for letter in bare)
        state = QValidator.State.Acceptable if bare else QValidator.State.Intermediate
        return (state if good else QValidator.State.Invalid), text, at


class _Name(QLabel):
    """A label that a double click resets."""

    reset = Signal()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to the usual."""
        self.reset.emit()


class NumberSlider(QWidget):
    """Label, slider, number in percent. A double click on the label brings the usual value back.

    Signals:
        began, ended: the hand took the slider, let it go.
        moved(value): by hand, keys or typing; never by ``set_value``.
        entered: Return in the number: the keyboard may go where the work is.
    """

    began = Signal()
    ended = Signal()
    moved = Signal(float)
    entered = Signal()

    def __init__(
        self,
        name: str,
        maximum: float = 1.0,
        risky_from: float | None = None,
        tip: str = "",
        usual: float = 1.0,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._usual = usual
        label = _Name(name, self)
        label.setMinimumWidth(LABEL_PX)
        label.setProperty("dim", True)
        label.setToolTip(
            self.tr("{tip}. Double-click for {usual:.0%}.").format(tip=tip or name, usual=usual)
        )
        label.reset.connect(self._reset)
        self.slider = _Slider(risky_from, self)
        self.slider.setRange(0, round(maximum * _STEPS))
        self.slider.setSingleStep(1)
        self.slider.setPageStep(10)
        self.slider.setMinimumWidth(60)
        self.box = _Percent(self)
        self.box.setRange(0.0, maximum)
        self.box.setDecimals(2)
        self.box.setSingleStep(0.05)
        self.box.setKeyboardTracking(False)
        self.box.setFixedWidth(58)
        # NoButtons under a style sheet hides the number as well (Qt 6.11).
        self.box.setStyleSheet(
            "QAbstractSpinBox { padding: 1px 4px; }"
            "QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: none; }"
            "QAbstractSpinBox::up-arrow, QAbstractSpinBox::down-arrow { width: 0; height: 0; }"
        )
        self.box.setAlignment(Qt.AlignmentFlag.AlignRight)
        for part in (self.slider, self.box):
            part.setAccessibleName(name)
            part.setToolTip(tip or name)
        label.setBuddy(self.box)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP_PX)
        row.addWidget(label)
        row.addWidget(self.slider, 1)
        row.addWidget(self.box)
        self.slider.sliderPressed.connect(self.began)
        self.slider.sliderReleased.connect(self.ended)
        self.slider.valueChanged.connect(self._slid)
        self.box.valueChanged.connect(self._typed)
        self.box.editingFinished.connect(self._finished)

    @property
    def value(self) -> float:
        """The number shown."""
        return self.box.value()

    def set_value(self, value: float) -> None:
        """Show a number; nobody is told. A slider in the hand is left alone."""
        with QSignalBlocker(self.slider), QSignalBlocker(self.box):
            if not self.slider.isSliderDown():
                self.slider.setValue(round(value * _STEPS))
            if not self.box.hasFocus() or self.box.value() != value:
                self.box.setValue(value)

    def _reset(self) -> None:
        if self.isEnabled() and self.value != self._usual:
            self.slider.setValue(round(self._usual * _STEPS))

    def _finished(self) -> None:
        if self.box.hasFocus():  # else it was left for something else
            self.entered.emit()

    def _slid(self, steps: int) -> None:
        value = steps / _STEPS
        with QSignalBlocker(self.box):
            self.box.setValue(value)
        self.moved.emit(value)

    def _typed(self, value: float) -> None:
        with QSignalBlocker(self.slider):
            self.slider.setValue(round(value * _STEPS))
        self.moved.emit(value)
