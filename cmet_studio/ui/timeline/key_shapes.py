"""The sign of a key: its form says the interpolation, its filling the emotion."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from cmet_studio.domain.project import Interpolation, Key
from cmet_studio.ui import theme

RADIUS_PX = 6.0


def _diamond(r: float) -> QPainterPath:
    path = QPainterPath(QPointF(0, -r))
    for x, y in ((r, 0.0), (0.0, r), (-r, 0.0)):
        path.lineTo(x, y)
    path.closeSubpath()
    return path


def _square(r: float) -> QPainterPath:
    path = QPainterPath()
    path.addRect(QRectF(-r * 0.78, -r * 0.78, r * 1.56, r * 1.56))
    return path


def _circle(r: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(0, 0), r * 0.9, r * 0.9)
    return path


def _hourglass(r: float) -> QPainterPath:
    path = QPainterPath(QPointF(-r * 0.85, -r * 0.9))
    for x, y in ((r, -1.0), (r * 0.3, 0.0), (r, 1.0), (-r, 1.0), (-r * 0.3, 0.0)):
        path.lineTo(x * 0.85, y * r * 0.9)
    path.closeSubpath()
    return path


SHAPES: dict[Interpolation, QPainterPath] = {
    "linear": _diamond(RADIUS_PX),
    "hold": _square(RADIUS_PX),
    "ease": _circle(RADIUS_PX),
    "bezier": _hourglass(RADIUS_PX),
}
"""Diamond, square, circle, hourglass: as After Effects draws them."""


def draw_key(
    painter: QPainter,
    at: QPointF,
    key: Key,
    colours: list[tuple[QColor, float]],
    selected: bool,
) -> None:
    """Draw a key's sign; the painter has antialiasing on.

    Args:
        colours: of its emotions with their weights, heaviest first; empty at rest.
    """
    painter.save()
    painter.translate(at)
    shape = SHAPES[key.interpolation]
    if selected:
        painter.setPen(QPen(QColor(theme.ACCENT), 5.0))
        painter.drawPath(shape)
    line = QColor("#ffffff") if selected else QColor("#151515")
    if key.muted:
        painter.setOpacity(0.45)
    painter.setPen(QPen(line, 1.4))
    if key.is_rest:
        painter.setBrush(QColor("#3a3a3a"))
        painter.setPen(QPen(QColor("#ffffff") if selected else QColor("#b8b8b8"), 1.4))
    else:
        painter.setBrush(colours[0][0] if colours else QColor(theme.DIM))
    painter.drawPath(shape)
    if len(colours) > 1 and not key.is_rest:
        _second_colour(painter, shape, colours)
    if key.muted:
        painter.setOpacity(1.0)
        painter.setPen(QPen(QColor(theme.TEXT), 1.6))
        painter.drawLine(QPointF(-5.5, 5.5), QPointF(5.5, -5.5))
    painter.restore()


def _second_colour(
    painter: QPainter, shape: QPainterPath, colours: list[tuple[QColor, float]]
) -> None:
    """A mix of two: the right part of the sign, as wide as the second emotion's weight."""
    painter.save()
    rest = 1.0 - colours[0][1]
    left = RADIUS_PX - 2 * RADIUS_PX * rest
    painter.setClipRect(
        QRectF(left, -RADIUS_PX, 2 * RADIUS_PX, 2 * RADIUS_PX), Qt.ClipOperation.IntersectClip
    )
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colours[1][0])
    painter.drawPath(shape)
    painter.restore()
