"""Draws what moves over the lanes: the playhead, a running gesture, what hovers or is dropped."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from cmet_studio.domain.time import format_position
from cmet_studio.ui import theme
from cmet_studio.ui.timeline.gestures import Mark
from cmet_studio.ui.timeline.layout import HEADER_PX, Lane
from cmet_studio.ui.timeline.scene import Scene
from cmet_studio.ui.timeline.words import lettering, tr

GUIDE = "#7fd4e8"
_NO_MARK = Mark()
_NAMES = {
    "playhead": "playhead", "range": "in/out", "marker": "marker", "cut": "cut", "key": "key",
    "onset": "speech", "grid": "5-frame grid",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Overlay:
    """What moves.

    Attributes:
        hand: pixels of the widget, for the text beside it.
        drop: lane and frame where something dragged in would land, with its colour.
        focus: whether the widget has the keyboard.
    """

    playhead: int = 0
    mark: Mark = _NO_MARK
    hand: tuple[float, float] = (0.0, 0.0)
    drop: tuple[Lane, int, str] | None = None
    focus: bool = False


def paint_overlay(painter: QPainter, scene: Scene, overlay: Overlay) -> None:
    """Everything that moves, in the widget's pixels."""
    lanes = scene.lanes
    painter.save()
    painter.setClipRect(QRectF(HEADER_PX, 0, lanes.strip_width, lanes.height))
    if scene.project is not None:
        _paint_playhead(painter, scene, overlay.playhead)
    if overlay.drop is not None:
        _paint_drop(painter, scene, *overlay.drop)
    if overlay.mark.guide is not None and overlay.mark.guide.target is not None:
        _paint_guide(painter, scene, overlay.mark.guide.frame, overlay.mark.guide.target)
    if overlay.mark.box is not None:
        left, top, right, bottom = overlay.mark.box
        painter.setPen(QPen(QColor(theme.ACCENT), 1, Qt.PenStyle.DashLine))
        painter.setBrush(theme.colour(theme.ACCENT, 30))
        painter.drawRect(QRectF(left + 0.5, top + 0.5, right - left, bottom - top))
    painter.restore()
    if overlay.mark.text:
        _paint_bubble(painter, scene, overlay.mark.text, *overlay.hand)
    if overlay.focus:
        ring = theme.colour(theme.ACCENT, 150)  # four fields: a stroked rectangle takes 4 ms
        for x, y, w, h in (
            (0, 0, lanes.width, 1),
            (0, lanes.height - 1, lanes.width, 1),
            (0, 1, 1, lanes.height - 2),
            (lanes.width - 1, 1, 1, lanes.height - 2),
        ):
            painter.fillRect(x, y, w, h, ring)


def _paint_playhead(painter: QPainter, scene: Scene, frame: int) -> None:
    left, right = (HEADER_PX + scene.scale.x(n) for n in (frame, frame + 1))
    if right < HEADER_PX or left > scene.lanes.width:
        return
    bottom = scene.lanes.height
    if right - left >= 6:
        room = QRectF(left, scene.lanes.fixed_bottom, right - left, bottom)
        painter.fillRect(room, QColor(255, 255, 255, 14))
    x = round(left)
    painter.fillRect(x, 14, 1, bottom, QColor(theme.ACCENT))
    if scene.lanes.lane_of("ruler") is None:
        return  # in the graph its handle would hide the keys
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.ACCENT))
    tip = QPointF(x + 0.5, 26)
    painter.drawPolygon(
        QPolygonF([tip + QPointF(-5.5, -11), tip + QPointF(5.5, -11), tip + QPointF(5.5, -5), tip,
                   tip + QPointF(-5.5, -5)])
    )  # fmt: skip
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _paint_guide(painter: QPainter, scene: Scene, frame: int, target: str) -> None:
    x = HEADER_PX + round(scene.scale.x(frame))
    painter.setPen(QPen(QColor(GUIDE), 1, Qt.PenStyle.DashLine))
    painter.drawLine(x, scene.lanes.fixed_bottom, x, scene.lanes.height)
    painter.setFont(lettering(10))
    words = tr(_NAMES[target])
    width = painter.fontMetrics().horizontalAdvance(words) + 8
    place = x + 3 if x + 3 + width < scene.lanes.width else x - 3 - width
    room = QRectF(place, scene.lanes.fixed_bottom + 2, width, 14)
    painter.fillRect(room, QColor(theme.WINDOW))
    painter.setPen(QColor(GUIDE))
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)


def _paint_drop(painter: QPainter, scene: Scene, lane: Lane, frame: int, colour: str) -> None:
    x = HEADER_PX + round(scene.scale.x(frame))
    painter.fillRect(
        QRectF(HEADER_PX, lane.top, scene.lanes.strip_width, lane.height),
        theme.colour(theme.ACCENT, 22),
    )
    painter.fillRect(x, lane.top, 1, lane.height, QColor("#ffffff"))
    last = len(scene.times) - 1
    _paint_bubble(painter, scene, format_position(min(frame, last), scene.times), x, lane.bottom)
    middle = lane.signs
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor("#ffffff"), 1.4))
    painter.setBrush(QColor(colour))
    at = QPointF(x + 0.5, middle)
    corners = [QPointF(0, -6), QPointF(6, 0), QPointF(0, 6), QPointF(-6, 0)]
    painter.drawPolygon(QPolygonF([at + corner for corner in corners]))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _paint_bubble(painter: QPainter, scene: Scene, text: str, x: float, y: float) -> None:
    painter.setFont(lettering(theme.SMALL_PX, digits=True))
    width = painter.fontMetrics().horizontalAdvance(text) + 12
    left = min(x + 14, scene.lanes.width - width - 2)
    top = max(2.0, min(y - 28, scene.lanes.height - 20))
    room = QRectF(left, top, width, 18)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(theme.LINE), 1))
    painter.setBrush(QColor(theme.RAISED))
    painter.drawRoundedRect(room, theme.RADIUS_PX, theme.RADIUS_PX)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setPen(QColor(theme.TEXT))
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, text)
