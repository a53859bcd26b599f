"""Bars, painted."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from cmet_studio.ui import theme

_ROW_PX = 20
_LABEL_PX = 76  # as other labels in the inspector


class Bars(QWidget):
    """Named shares, one row each."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self.rows: tuple[tuple[str, float, str], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def set_rows(self, rows: Sequence[tuple[str, float, str]]) -> None:
        """Show (name, share 0..1, colour) rows."""
        self.rows = tuple(rows)
        spoken = ", ".join(f"{name} {share:.0%}" for name, share, _ in self.rows)
        self.setAccessibleDescription(spoken)
        self.setToolTip(f"{self._name}: {spoken}" if spoken else self._name)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """As high as its rows."""
        return QSize(180, _ROW_PX * len(self.rows))

    def minimumSizeHint(self) -> QSize:
        """The same height."""
        return QSize(80, _ROW_PX * len(self.rows))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw them."""
        painter = QPainter(self)
        painter.setFont(theme.font(theme.SMALL_PX))
        middle = Qt.AlignmentFlag.AlignVCenter
        metrics = painter.fontMetrics()
        widest = max((metrics.horizontalAdvance(name) for name, *_ in self.rows), default=0)
        room = max(_LABEL_PX, min(widest + 2, round(self.width() * 0.48)))
        for n, (name, share, colour) in enumerate(self.rows):
            top = n * _ROW_PX
            label = QRectF(0, top, room, _ROW_PX)
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room)
            painter.setPen(theme.colour(theme.TEXT))
            painter.drawText(label, middle, shown)
            left = room + 6.0
            groove = QRectF(left, top + 6, max(10.0, self.width() - left - 40.0), 8)
            painter.fillRect(groove, theme.colour(theme.LINE))
            filled = min(max(share, 0.0), 1.0) * groove.width()
            painter.fillRect(QRectF(groove.left(), groove.top(), filled, 8), theme.colour(colour))
            number = QRectF(self.width() - 36, top, 36, _ROW_PX)
            painter.setPen(theme.colour(theme.DIM))
            painter.drawText(number, middle | Qt.AlignmentFlag.AlignRight, f"{share:.0%}")
        painter.end()
