"""Draws the graph's axis, grid and handles."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from cmet_studio.ui import theme
from cmet_studio.ui.timeline.graph.geometry import End, segment
from cmet_studio.ui.timeline.hit import level_y
from cmet_studio.ui.timeline.layout import HEADER_PX, Lane
from cmet_studio.ui.timeline.paint_ruler import steps, ticks
from cmet_studio.ui.timeline.scene import Scene
from cmet_studio.ui.timeline.words import lettering

HANDLE_PX = 4.5


def paint_axis(painter: QPainter, name: str, lane: Lane) -> None:
    """Whose curve it is, and percent, left of the strip."""
    painter.setFont(lettering(bold=True))
    painter.setPen(QColor(theme.TEXT))
    painter.drawText(QRectF(10, 2, HEADER_PX - 50, 18), Qt.AlignmentFlag.AlignVCenter, name)
    painter.setFont(lettering(9, digits=True))
    painter.setPen(QColor(theme.DIM))
    for percent in (0, 50, 100, 150):
        y = level_y(lane, percent / 100)
        room = QRectF(HEADER_PX - 46, y - 7, 40, 14)
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(room, flags, f"{percent} %")


def paint_grid(painter: QPainter, scene: Scene, lane: Lane) -> None:
    """Lines of equal intensity, and those of the ruler's labels."""
    shade = QColor("#2f2f2f")
    for percent in (25, 50, 75, 125, 150):
        painter.fillRect(0, round(level_y(lane, percent / 100)), scene.scale.width, 1, shade)
    for frame in ticks(scene.scale, scene.times, steps(scene.scale, scene.times)[0]):
        painter.fillRect(round(scene.scale.x(frame)), lane.top, 1, lane.height, shade)


def paint_handles(
    painter: QPainter, scene: Scene, lane: Lane, handles: list[tuple[int, End]]
) -> None:
    """A line from its key to every handle; faint where dragging it would make a bezier first."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for frame, end in handles:
        shape = segment(scene.curves[lane.performer or ""], scene.scale, lane, frame)
        if shape is None:
            continue
        root = (shape.x0, shape.y0) if end == "out" else (shape.x1, shape.y1)
        own = shape.key.interpolation == "bezier"
        shade = QColor(theme.ACCENT) if own else QColor(theme.FAINT)
        painter.setPen(QPen(shade, 1.2))
        painter.drawLine(QPointF(*root), QPointF(*shape.place(end)))
        painter.setBrush(shade if own else QColor(theme.PANEL))
        painter.drawEllipse(QPointF(*shape.place(end)), HANDLE_PX, HANDLE_PX)
