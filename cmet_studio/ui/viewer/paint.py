"""How the picture and what lies over it are drawn: a function of values, into any painter."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QPolygonF

from cmet_studio.ui import theme
from cmet_studio.ui.view_state import View
from cmet_studio.ui.viewer.geometry import Area, Layout, safe_areas

_CUE_PX = 40


@dataclass(frozen=True, slots=True)
class FaceMark:
    """A face over the picture, in clip pixels.

    Attributes:
        box: x, y, w, h.
        label: name of the performer, or empty.
        active: drawn in the accent.
        dots: landmarks, or empty.
    """

    box: tuple[float, float, float, float]
    label: str = ""
    active: bool = False
    dots: tuple[tuple[float, float], ...] = ()


@dataclass(slots=True)
class Pictures:
    """What there is to draw. ``note`` is a line in the middle while there is nothing."""

    edited: QImage | None = None
    source: QImage | None = None
    difference: QImage | None = None
    marks: tuple[FaceMark, ...] = ()
    timecode: str = ""
    note: str = ""
    hint: str = ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("Viewer", text)


@dataclass(frozen=True, slots=True)
class Scene:
    """All that is seen.

    Attributes:
        width, height: of the panel.
        hover: number of the mark under the mouse, or -1.
        soft: the picture is shown larger than it was made.
    """

    view: View
    pictures: Pictures
    layout: Layout
    width: int
    height: int
    hover: int = -1
    soft: bool = False

    def draw(self, painter: QPainter) -> None:
        """Draw it."""
        painter.fillRect(0, 0, self.width, self.height, QColor(theme.VIEWER))
        if self.pictures.edited is None:
            self._draw_note(painter)
            return
        smooth = self.layout.scale < 2 or self.soft
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        self._draw_pictures(painter, self.layout)
        self._draw_overlays(painter, self.layout)

    def _draw_pictures(self, painter: QPainter, layout: Layout) -> None:
        view, pictures = self.view, self.pictures
        edited, source = pictures.edited, pictures.source
        if edited is None:
            return
        last = _rect(layout.pictures[-1])
        if view.bypass:
            painter.drawImage(last, source or edited)
        elif view.compare == "side":
            painter.drawImage(_rect(layout.pictures[0]), source or edited)
            painter.drawImage(last, edited)
        elif view.compare == "difference":
            painter.drawImage(last, pictures.difference or edited)
        elif view.compare == "wipe" and source is not None:
            self._draw_wipe(painter, last, source, edited)
        else:
            painter.drawImage(last, edited)

    def _draw_wipe(self, painter: QPainter, area: QRectF, left: QImage, right: QImage) -> None:
        at = area.x() + area.width() * self.view.wipe
        painter.drawImage(area, right)
        painter.save()
        painter.setClipRect(QRectF(area.x(), area.y(), at - area.x(), area.height()))
        painter.drawImage(area, left)
        painter.restore()
        painter.setPen(QPen(QColor(0, 0, 0, 130), 3))
        painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom()))
        painter.setPen(QPen(QColor(theme.TEXT), 1))
        painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(QColor(theme.WINDOW))
        middle = QPointF(at, min(max(area.center().y(), 20.0), self.height - 20.0))
        painter.drawEllipse(middle, 8, 8)
        painter.setBrush(QColor(theme.TEXT))
        painter.setPen(Qt.PenStyle.NoPen)
        for sign in (-1, 1):
            tip = [(5, 0), (2, -3), (2, 3)]
            painter.drawPolygon(QPolygonF([middle + QPointF(sign * x, y) for x, y in tip]))

    def _draw_overlays(self, painter: QPainter, layout: Layout) -> None:
        view = self.view
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if view.safe:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for area, style in zip(
                safe_areas(layout.pictures[-1]),
                (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine),
                strict=True,
            ):
                painter.setPen(QPen(QColor(230, 230, 230, 130), 1, style))
                painter.drawRect(_rect(area))
        for number, mark in enumerate(self.pictures.marks):
            self._draw_mark(painter, layout, mark, number == self.hover)
        self._draw_labels(painter, layout)
        if view.cue:
            self._draw_cue(painter, self._visible(layout.pictures[-1]))
        if self.pictures.hint:
            self._draw_hint(painter)

    def _draw_cue(self, painter: QPainter, area: QRectF) -> None:
        """The count-in's number and its streamer; while it records, a red dot."""
        view = self.view
        if view.streamer > 0.0:
            x = area.left() + min(view.streamer, 1.0) * area.width()
            painter.setPen(QPen(QColor(0, 0, 0, 130), 6))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.setPen(QPen(QColor(theme.TEXT), 3))
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.setFont(theme.font(_CUE_PX, bold=True, digits=True))
        wide = max(painter.fontMetrics().horizontalAdvance(view.cue) + 28.0, 64.0)
        plate = QRectF(area.center().x() - wide / 2, area.bottom() - 84, wide, 62)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 165))
        painter.drawRoundedRect(plate, 6, 6)
        painter.setPen(QColor(theme.TEXT if view.streamer > 0.0 else theme.RED))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, view.cue)

    def _draw_mark(self, painter: QPainter, layout: Layout, mark: FaceMark, hot: bool) -> None:
        if mark.dots:
            painter.setPen(QPen(theme.colour(theme.ACCENT, 210), 2.2))
            painter.drawPoints(QPolygonF([QPointF(*layout.to_panel(*dot)) for dot in mark.dots]))
        if not (self.view.faces or self.view.picking):
            return
        x, y = layout.to_panel(*mark.box[:2])
        wide, high = mark.box[2] * layout.scale * layout.aspect, mark.box[3] * layout.scale
        box = QRectF(x, y, wide, high)
        lit = mark.active or hot
        painter.setPen(QPen(QColor(0, 0, 0, 150), 4 if lit else 3))
        painter.setBrush(theme.colour(theme.ACCENT, 40 if hot else 0))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(QPen(QColor(theme.ACCENT if lit else theme.TEXT), 2 if lit else 1.2))
        painter.drawRoundedRect(box, 4, 4)
        if mark.label:
            self._draw_plate(painter, QPointF(box.left(), box.top() - 22), mark.label)

    def _draw_plate(
        self, painter: QPainter, at: QPointF, text: str, right: bool = False, digits: bool = False
    ) -> None:
        painter.setFont(theme.font(theme.FONT_PX, digits=digits))
        wide = painter.fontMetrics().horizontalAdvance(text) + 12
        left = at.x() - wide if right else at.x()
        plate = QRectF(left, max(at.y(), 2.0), wide, 19)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(0, 0, 0, 165))
        painter.drawRoundedRect(plate, 3, 3)
        painter.setPen(QColor(theme.TEXT))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)

    def _draw_labels(self, painter: QPainter, layout: Layout) -> None:
        view = self.view
        if view.bypass:
            self._plate_over(painter, layout.pictures[-1], _tr("Source"), right=False)
        elif view.compare == "side":
            self._plate_over(painter, layout.pictures[0], _tr("Source"), right=False)
            self._plate_over(painter, layout.pictures[-1], _tr("Edited"), right=True)
        elif view.compare == "wipe" and self.pictures.source is not None:
            self._plate_over(painter, layout.pictures[-1], _tr("Source"), right=False)
            self._plate_over(painter, layout.pictures[-1], _tr("Edited"), right=True)
        elif view.compare == "difference":
            text = _tr("Difference x 4")
            self._plate_over(painter, layout.pictures[-1], text, right=False)
        if view.timecode and self.pictures.timecode:
            area = self._visible(layout.pictures[-1])
            at = QPointF(area.center().x() + 50, area.bottom() - 27)
            self._draw_plate(painter, at, self.pictures.timecode, right=True, digits=True)

    def _visible(self, area: Area) -> QRectF:
        return _rect(area).intersected(QRectF(0, 0, self.width, self.height))

    def _plate_over(self, painter: QPainter, area: Area, text: str, right: bool) -> None:
        seen = self._visible(area)
        x = seen.right() - 8 if right else seen.left() + 8
        self._draw_plate(painter, QPointF(x, seen.top() + 8), text, right)

    def _draw_note(self, painter: QPainter) -> None:
        painter.setPen(QColor(theme.DIM))
        painter.setFont(theme.font(14))
        text = QRectF(0, 0, self.width, self.height).adjusted(24, 24, -24, -24)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(text, flags, self.pictures.note)

    def _draw_hint(self, painter: QPainter) -> None:
        painter.setFont(theme.font(13))
        wide = painter.fontMetrics().horizontalAdvance(self.pictures.hint) + 28
        plate = QRectF((self.width - wide) / 2, self.height - 46, wide, 28)
        painter.setPen(QPen(QColor(theme.ACCENT), 1))
        painter.setBrush(QColor(20, 20, 20, 215))
        painter.drawRoundedRect(plate, 4, 4)
        painter.setPen(QColor(theme.TEXT))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, self.pictures.hint)


def _rect(area: Area) -> QRectF:
    return QRectF(area.x, area.y, area.w, area.h)
