"""Draws the picture. ``paintEvent`` only draws; what to draw was made when it arrived."""

from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from cmet_studio.ui import theme
from cmet_studio.ui.view_state import MAX_ZOOM, MIN_ZOOM, ViewState
from cmet_studio.ui.viewer.geometry import (
    Area,
    Layout,
    clamp_centre,
    place,
    safe_areas,
    wipe_at,
    zoomed_at,
)

_GRAB_PX = 7.0


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
    badge: str = ""
    note: str = ""
    hint: str = ""
    extra: dict[str, str] = field(default_factory=dict)


class Canvas(QWidget):
    """The picture with its overlays.

    Signals:
        resized: another width may be wanted.
        face_clicked(number): of ``pictures.marks``, while picking.
    """

    resized = Signal()
    face_clicked = Signal(int)

    def __init__(self, state: ViewState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self.pictures = Pictures()
        self.clip_size = (16, 9)
        self._pan_from: QPointF | None = None
        self._wiping = False
        self._hover = -1
        self.setMouseTracking(True)
        self.setMinimumSize(160, 90)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Viewer"))
        state.changed.connect(self._view_changed)

    def _view_changed(self) -> None:
        self._hover = -1
        self.update()

    @property
    def layout_now(self) -> Layout:
        """Where the picture lies."""
        view = self.state.view
        zoom = None if view.zoom is None else view.zoom / self.devicePixelRatioF()
        side = view.compare == "side" and not view.bypass
        size = (float(self.width()), float(self.height()))
        return place(self.clip_size, size, zoom, view.centre, side)

    @property
    def scale(self) -> float:
        """Physical pixels per clip pixel."""
        return self.layout_now.scale * self.devicePixelRatioF()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # Qt's name
        """Draw the pictures and what lies over them."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.VIEWER))
        layout = self.layout_now
        if self.pictures.edited is None:
            self._draw_note(painter)
        else:
            painter.setRenderHint(
                QPainter.RenderHint.SmoothPixmapTransform, layout.scale < 2 or self._is_soft()
            )
            self._draw_pictures(painter, layout)
            self._draw_overlays(painter, layout)
        painter.end()

    def _is_soft(self) -> bool:
        image = self.pictures.edited
        return image is not None and image.width() < self.clip_size[0]

    def _draw_pictures(self, painter: QPainter, layout: Layout) -> None:
        view, pictures = self.state.view, self.pictures
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
        at = area.x() + area.width() * self.state.view.wipe
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
        middle = QPointF(at, min(max(area.center().y(), 20.0), self.height() - 20.0))
        painter.drawEllipse(middle, 8, 8)
        painter.setBrush(QColor(theme.TEXT))
        painter.setPen(Qt.PenStyle.NoPen)
        for sign in (-1, 1):
            tip = [(5, 0), (2, -3), (2, 3)]
            painter.drawPolygon(QPolygonF([middle + QPointF(sign * x, y) for x, y in tip]))

    def _draw_overlays(self, painter: QPainter, layout: Layout) -> None:
        view = self.state.view
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
            self._draw_mark(painter, layout, mark, number == self._hover)
        self._draw_labels(painter, layout)
        if self.pictures.hint:
            self._draw_hint(painter)

    def _draw_mark(self, painter: QPainter, layout: Layout, mark: FaceMark, hot: bool) -> None:
        if mark.dots:
            painter.setPen(QPen(theme.colour(theme.ACCENT, 210), 2.2))
            painter.drawPoints(QPolygonF([QPointF(*layout.to_panel(*dot)) for dot in mark.dots]))
        if not (self.state.view.faces or self.state.view.picking):
            return
        x, y = layout.to_panel(*mark.box[:2])
        box = QRectF(x, y, mark.box[2] * layout.scale, mark.box[3] * layout.scale)
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
        view = self.state.view
        if view.bypass:
            self._plate_over(painter, layout.pictures[-1], self.tr("Source"), right=False)
        elif view.compare == "side":
            self._plate_over(painter, layout.pictures[0], self.tr("Source"), right=False)
            self._plate_over(painter, layout.pictures[-1], self.tr("Edited"), right=True)
        elif view.compare == "wipe":
            self._plate_over(painter, layout.pictures[-1], self.tr("Source"), right=False)
            self._plate_over(painter, layout.pictures[-1], self.tr("Edited"), right=True)
        elif view.compare == "difference":
            text = self.tr("Difference x 4")
            self._plate_over(painter, layout.pictures[-1], text, right=False)
        if view.timecode and self.pictures.timecode:
            area = self._visible(layout.pictures[-1])
            at = QPointF(area.center().x() + 50, area.bottom() - 27)
            self._draw_plate(painter, at, self.pictures.timecode, right=True, digits=True)

    def _visible(self, area: Area) -> QRectF:
        return _rect(area).intersected(QRectF(self.rect()))

    def _plate_over(self, painter: QPainter, area: Area, text: str, right: bool) -> None:
        seen = self._visible(area)
        x = seen.right() - 8 if right else seen.left() + 8
        self._draw_plate(painter, QPointF(x, seen.top() + 8), text, right)

    def _draw_note(self, painter: QPainter) -> None:
        painter.setPen(QColor(theme.DIM))
        painter.setFont(theme.font(14))
        text = QRectF(self.rect()).adjusted(24, 24, -24, -24)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(text, flags, self.pictures.note)

    def _draw_hint(self, painter: QPainter) -> None:
        painter.setFont(theme.font(13))
        wide = painter.fontMetrics().horizontalAdvance(self.pictures.hint) + 28
        plate = QRectF((self.width() - wide) / 2, self.height() - 46, wide, 28)
        painter.setPen(QPen(QColor(theme.ACCENT), 1))
        painter.setBrush(QColor(20, 20, 20, 215))
        painter.drawRoundedRect(plate, 4, 4)
        painter.setPen(QColor(theme.TEXT))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, self.pictures.hint)

    # Hands

    def _mark_at(self, at: QPointF) -> int:
        if not self.state.view.picking:
            return -1
        x, y = self.layout_now.to_clip(at.x(), at.y())
        for number, mark in enumerate(self.pictures.marks):
            left, top, wide, high = mark.box
            if left <= x < left + wide and top <= y < top + high:
                return number
        return -1

    def _on_wipe(self, at: QPointF) -> bool:
        if self.state.view.compare != "wipe":
            return False
        area = self.layout_now.pictures[-1]
        return abs(at.x() - (area.x + area.w * self.state.view.wipe)) <= _GRAB_PX

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Pick a face, take the wipe's line, or begin to pan."""
        at = event.position()
        if event.button() == Qt.MouseButton.MiddleButton:
            self._pan_from = at
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif event.button() == Qt.MouseButton.LeftButton:
            number = self._mark_at(at)
            if number >= 0:
                self.face_clicked.emit(number)
            elif self._on_wipe(at):
                self._wiping = True

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Drag what was taken; show what can be."""
        at = event.position()
        if self._wiping:
            self.state.set(wipe=wipe_at(self.layout_now.pictures[-1], at.x()))
        elif self._pan_from is not None:
            self._pan(at - self._pan_from)
            self._pan_from = at
        else:
            hover = self._mark_at(at)
            if hover != self._hover:
                self._hover = hover
                self.update()
            self._set_cursor(at)

    def _set_cursor(self, at: QPointF) -> None:
        if self._hover >= 0:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        elif self._on_wipe(at):
            self.setCursor(Qt.CursorShape.SplitHCursor)
        else:
            self.unsetCursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go."""
        self._wiping = False
        self._pan_from = None
        self._set_cursor(event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Back to fit."""
        if event.button() == Qt.MouseButton.LeftButton and not self._on_wipe(event.position()):
            self.state.set(zoom=None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the mouse; sideways or with Shift pan."""
        delta = event.angleDelta()
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier or not delta.y():
            self._pan(QPointF(delta.x() or delta.y(), 0) / 2)
        else:
            self.zoom_at(event.position(), 1.0015 ** delta.y())
        event.accept()

    def zoom_at(self, at: QPointF, factor: float) -> None:
        """Zoom by a factor around a point of the panel."""
        ratio = self.devicePixelRatioF()
        zoom = min(max(self.scale * factor, MIN_ZOOM), MAX_ZOOM)
        size = (float(self.width()), float(self.height()))
        point = (at.x(), at.y())
        centre = zoomed_at(self.clip_size, size, self.layout_now, point, zoom / ratio)
        self.state.set(zoom=zoom, centre=centre)

    def _pan(self, by: QPointF) -> None:
        layout, (x, y) = self.layout_now, self.state.view.centre
        wide, high = self.clip_size
        if self.state.view.zoom is None:
            return
        moved = x - by.x() / (wide * layout.scale), y - by.y() / (high * layout.scale)
        self.state.set(centre=clamp_centre(moved))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another size of picture may be wanted."""
        self.resized.emit()


def _rect(area: Area) -> QRectF:
    return QRectF(area.x, area.y, area.w, area.h)
