"""Draws the ruler: timecode, ticks, markers, the in/out range; and what of them runs behind."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from cmet_studio.domain.project import Marker
from cmet_studio.domain.time import ClipTimes, format_position
from cmet_studio.ui import theme
from cmet_studio.ui.timeline.hit import RANGE_BAND_PX
from cmet_studio.ui.timeline.layout import Lane
from cmet_studio.ui.timeline.scale import Scale
from cmet_studio.ui.timeline.scene import Scene
from cmet_studio.ui.timeline.words import lettering

LABEL_PX = 96.0
TICK_PX = 7.0
MARKER_PX = 5.0
_SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)


def steps(scale: Scale, times: ClipTimes) -> tuple[int, int]:
    """Frames from label to label, and from tick to tick, for this zoom."""
    second = times.rate.nominal
    parts = [n for n in (1, 2, 5, 10) if n * 2 <= second]
    usable = parts + [second // 2] * (second % 2 == 0) + [second * s for s in _SECONDS]
    per_frame = float(scale.per_frame)
    label = next((n for n in usable if n * per_frame >= LABEL_PX), usable[-1])
    fitting = [n for n in usable if label % n == 0 and n * per_frame >= TICK_PX]
    return label, fitting[0] if fitting else label


def ticks(scale: Scale, times: ClipTimes, step: int) -> range:
    """Frames on which a tick stands, also of labels cut off at the left; whole by the timecode."""
    first, stop = scale.visible
    first = max(0, first - int(LABEL_PX / float(scale.per_frame)))
    return range(first + (-(first + times.origin)) % step, stop, step)


def paint_ruler(painter: QPainter, scene: Scene, lane: Lane) -> None:
    """The whole ruler, in the strip's pixels."""
    scale, times = scene.scale, scene.times
    band = lane.bottom - RANGE_BAND_PX
    label, tick = steps(scale, times)
    painter.fillRect(0, band, scale.width, RANGE_BAND_PX, QColor("#222222"))
    painter.setPen(QColor("#4c4c4c"))
    for frame in ticks(scale, times, tick):
        x = round(scale.x(frame))
        tall = (frame + times.origin) % label == 0
        painter.drawLine(x, band - (10 if tall else 4), x, band - 1)
    painter.setFont(lettering(10, digits=True))
    painter.setPen(QColor(theme.DIM))
    for frame in ticks(scale, times, label):
        words, left = format_position(frame, times), round(scale.x(frame)) + 3
        if left + painter.fontMetrics().horizontalAdvance(words) > scale.width:
            break  # a timecode that is cut off could be read as another
        room = QRectF(left, lane.top + 2, LABEL_PX, 13)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft, words)
    _paint_range(painter, scene, band, lane.bottom)
    _paint_markers(painter, scene, band)


def _paint_range(painter: QPainter, scene: Scene, top: int, bottom: int) -> None:
    assert scene.project is not None
    if scene.project.work_range is None:
        return
    left, right = (round(scene.scale.x(frame)) for frame in scene.project.work_range)
    height = bottom - top
    painter.fillRect(left, top + 2, right - left, height - 4, theme.colour(theme.ACCENT, 110))
    edge = QColor(theme.ACCENT)
    for x, way in ((left, 1), (right, -1)):
        painter.fillRect(x if way > 0 else x - 2, top, 2, height, edge)
        painter.fillRect(min(x, x + 5 * way), top, 5, 2, edge)
        painter.fillRect(min(x, x + 5 * way), bottom - 2, 5, 2, edge)


def _paint_markers(painter: QPainter, scene: Scene, band: int) -> None:
    assert scene.project is not None
    scale = scene.scale
    first, stop = scale.visible
    shown = [m for m in scene.project.markers if first - scale.span / 4 <= m.frame < stop]
    if len(shown) > scale.width / 12:
        for marker in shown:  # too many for flags
            painter.fillRect(round(scale.x(marker.frame)), band - 9, 2, 9, QColor(marker.colour))
        return
    painter.setFont(lettering(10))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for marker, after in zip(shown, [*shown[1:], None], strict=False):
        end = scale.x(after.frame) - 8 if after is not None else scale.width
        _paint_marker(painter, scale, marker, band, end, marker.frame == scene.selection.marker)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)


def _paint_marker(
    painter: QPainter, scale: Scale, marker: Marker, band: int, end: float, selected: bool
) -> None:
    x, top = round(scale.x(marker.frame)) + 0.5, band - 11
    flag = QPolygonF(
        [
            QPointF(x - MARKER_PX, top),
            QPointF(x + MARKER_PX, top),
            QPointF(x + MARKER_PX, top + 6),
            QPointF(x, top + 11),
            QPointF(x - MARKER_PX, top + 6),
        ]
    )
    painter.setPen(QPen(QColor("#ffffff" if selected else theme.LINE), 1.2))
    painter.setBrush(QColor(marker.colour))
    painter.drawPolygon(flag)
    room = end - x - MARKER_PX - 6
    if marker.label and room > 16:
        text = painter.fontMetrics().elidedText(
            marker.label, Qt.TextElideMode.ElideRight, int(min(room, 180))
        )
        width = painter.fontMetrics().horizontalAdvance(text)
        painter.fillRect(QRectF(x + MARKER_PX + 1, top - 1, width + 5, 12), QColor(theme.WINDOW))
        painter.setPen(QColor(theme.TEXT))
        painter.drawText(QPointF(x + MARKER_PX + 3, top + 9), text)


def paint_marks_behind(painter: QPainter, scene: Scene) -> None:
    """Lines of markers and cuts down the lanes, and a shade over what is outside of in and out."""
    if scene.project is None:
        return
    lanes, scale = scene.lanes, scene.scale
    top, height = lanes.fixed_bottom, lanes.height - lanes.fixed_bottom
    left = lanes.width - lanes.strip_width
    first, stop = scale.visible
    for marker in scene.project.markers:
        if first <= marker.frame < stop:
            x = left + round(scale.x(marker.frame))
            painter.fillRect(x, top, 1, height, theme.colour(marker.colour, 90))
    shade = QColor(0, 0, 0, 64)
    start, end = scene.project.work_range or (0, scene.project.clip.frames)
    a, b = left + round(scale.x(start)), left + round(scale.x(end))
    if a > left:
        painter.fillRect(left, top, a - left, height, shade)
    if b < lanes.width:
        painter.fillRect(b, top, lanes.width - b, height, shade)
