"""Draws a ``Scene``: backgrounds, headers, and each lane by its kind. Nothing here remembers."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from cmet_studio.ui import theme
from cmet_studio.ui.timeline.layout import HEADER_PX, Lane
from cmet_studio.ui.timeline.paint_facts import (
    paint_cache,
    paint_changed,
    paint_limits,
    paint_wave,
)
from cmet_studio.ui.timeline.paint_keys import paint_emotion
from cmet_studio.ui.timeline.paint_ruler import paint_marks_behind, paint_ruler
from cmet_studio.ui.timeline.scene import Scene
from cmet_studio.ui.timeline.words import lettering, tr

BACK = {
    "ruler": theme.WINDOW,
    "cache": "#202020",
    "limits": "#2a2a2a",
    "wave": "#282828",
    "emotion": "#2c2c2c",
    "changed": "#282828",
}
_PAINTERS = {
    "ruler": paint_ruler,
    "cache": paint_cache,
    "limits": paint_limits,
    "wave": paint_wave,
    "emotion": paint_emotion,
    "changed": paint_changed,
}


def paint(painter: QPainter, scene: Scene) -> None:
    """Draw everything but the playhead and running gestures."""
    lanes = scene.lanes
    painter.fillRect(0, 0, lanes.width, lanes.height, QColor(theme.LINE))
    below = QRectF(0, lanes.fixed_bottom, lanes.width, lanes.height - lanes.fixed_bottom)
    painter.save()
    painter.setClipRect(below)
    for lane in lanes.lanes:
        if not lane.fixed and lane.bottom > lanes.fixed_bottom and lane.top < lanes.height:
            _paint_lane(painter, scene, lane)
    rest = max((lane.bottom for lane in lanes.lanes), default=0)
    if rest < lanes.height:
        painter.fillRect(0, rest, lanes.width, lanes.height - rest, QColor(theme.WINDOW))
    painter.setClipRect(below.adjusted(HEADER_PX, 0, 0, 0))
    paint_marks_behind(painter, scene)
    painter.restore()
    for lane in lanes.lanes:
        if lane.fixed:
            _paint_lane(painter, scene, lane)
    if scene.project is None:
        _paint_invitation(painter, scene, tr("Open a clip: its sound and its lanes appear here."))
    elif not scene.project.performers:
        words = tr("Pick a face in the viewer: its emotion lane appears here.")
        _paint_invitation(painter, scene, words)


def _paint_lane(painter: QPainter, scene: Scene, lane: Lane) -> None:
    painter.fillRect(0, lane.top, scene.lanes.width, lane.height, QColor(BACK[lane.kind]))
    painter.save()
    strip = QRectF(HEADER_PX, lane.top, scene.lanes.strip_width, lane.height)
    painter.setClipRect(strip, Qt.ClipOperation.IntersectClip)
    painter.translate(HEADER_PX, 0)
    if scene.project is not None:
        _PAINTERS[lane.kind](painter, scene, lane)
    painter.restore()
    _paint_header(painter, scene, lane)


def _paint_header(painter: QPainter, scene: Scene, lane: Lane) -> None:
    active = lane.performer is not None and lane.performer == scene.selection.performer
    shade = theme.RAISED if active and lane.kind == "emotion" else theme.PANEL
    painter.fillRect(0, lane.top, HEADER_PX - 1, lane.height, QColor(shade))
    painter.fillRect(HEADER_PX - 1, lane.top, 1, lane.height, QColor(theme.LINE))
    if active:
        painter.fillRect(0, lane.top, 3, lane.height, QColor(theme.ACCENT))
    name, dim = _title(scene, lane)
    if not name:
        return
    small = lane.height < 30
    painter.setFont(lettering(theme.SMALL_PX if small or dim else theme.FONT_PX, bold=not dim))
    painter.setPen(QPen(QColor(theme.DIM if dim else theme.TEXT)))
    room = QRectF(10, lane.top, HEADER_PX - 16, lane.height if lane.height < 40 else 22)
    text = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, int(room.width()))
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
    if lane.kind == "emotion":
        _paint_performer_note(painter, scene, lane)


def _title(scene: Scene, lane: Lane) -> tuple[str, bool]:
    """What the header says, and whether quietly."""
    if lane.kind == "emotion" and scene.project is not None:
        names = [p.name for p in scene.project.performers if p.id == lane.performer]
        return names[0] if names else "", False
    return {
        "limits": tr("Shots & limits"),
        "wave": tr("Dialogue"),
        "changed": tr("What changed"),
    }.get(lane.kind, ""), True


def _paint_performer_note(painter: QPainter, scene: Scene, lane: Lane) -> None:
    count = len(scene.curves[lane.performer or ""].keys)
    state = scene.facts.states.get(lane.performer or "", "")
    words = tr("1 key") if count == 1 else tr("{n} keys").format(n=count)
    if state and state != "ready":
        words = f"{words} · {tr(state)}"
    painter.setFont(lettering(theme.SMALL_PX))
    painter.setPen(QColor(theme.DIM))
    room = QRectF(10, lane.top + 22, HEADER_PX - 16, 16)
    painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
    top, bottom = lane.curve
    painter.setFont(lettering(9, digits=True))
    painter.setPen(QColor(theme.FAINT))
    for level, text in ((1.5, "150"), (1.0, "100"), (0.0, "0")):
        y = bottom - (bottom - top) * level / 1.5
        room = QRectF(HEADER_PX - 34, y - 6, 29, 12)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, text)


def _paint_invitation(painter: QPainter, scene: Scene, words: str) -> None:
    last = max(lane.bottom for lane in scene.lanes.lanes)
    room = QRectF(HEADER_PX, last, scene.lanes.strip_width, scene.lanes.height - last)
    if room.height() < 20:
        return
    painter.setFont(lettering())
    painter.setPen(QColor(theme.DIM))
    painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)
