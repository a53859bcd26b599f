"""Draws the picture. ``paintEvent`` only draws; what to draw was made when it arrived."""

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import (
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from cmet_studio.ui.view_state import MAX_ZOOM, MIN_ZOOM, ViewState
from cmet_studio.ui.viewer.geometry import (
    Layout,
    clamp_centre,
    place,
    wipe_at,
    zoomed_at,
)
from cmet_studio.ui.viewer.paint import Pictures, Scene

_GRAB_PX = 7.0


class Canvas(QWidget):
    """The picture with its overlays.

    Signals:
        resized: another width may be wanted.
    """

    resized = Signal()

    def __init__(self, state: ViewState, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.state = state
        self.pictures = Pictures()
        self.clip_size = (16, 9)
        self.pixel_aspect = 1.0
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
        return place(self.clip_size, size, zoom, view.centre, side, self.pixel_aspect)

    @property
    def scale(self) -> float:
        """Physical pixels per clip pixel."""
        return self.layout_now.scale * self.devicePixelRatioF()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:  # Qt's name
        """Draw the pictures and what lies over them."""
        image = self.pictures.edited
        soft = image is not None and image.width() < self.clip_size[0]
        scene = Scene(
            self.state.view, self.pictures, self.layout_now, self.width(), self.height(),
            self._hover, soft,
        )  # fmt: skip
        painter = QPainter(self)
        scene.draw(painter)
        painter.end()

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
        left = event.button() == Qt.MouseButton.LeftButton
        number = self._mark_at(at)
        if left and number >= 0:
            self.state.face_chosen.emit(number)
        elif left and self._on_wipe(at):
            self._wiping = True
        elif left or event.button() == Qt.MouseButton.MiddleButton:
            self._pan_from = at
            if self.state.view.zoom is not None:
                self.setCursor(Qt.CursorShape.ClosedHandCursor)

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
        """Zoom around the mouse; sideways or with Shift pan, with Alt up and down."""
        delta = event.angleDelta()
        upright = event.modifiers() & Qt.KeyboardModifier.AltModifier
        if upright:  # Qt turns the wheel sideways for it
            self._pan(QPointF(0, delta.x() or delta.y()) / 2)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier or not delta.y():
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

    def look(self, right: int, down: int) -> None:
        """Look an eighth of the panel to a side."""
        self._pan(QPointF(-right * self.width() / 8, -down * self.height() / 8))

    def _pan(self, by: QPointF) -> None:
        area, (x, y) = self.layout_now.pictures[-1], self.state.view.centre
        if self.state.view.zoom is None:
            return
        moved = x - by.x() / area.w, y - by.y() / area.h
        self.state.set(centre=clamp_centre(moved))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another size of picture may be wanted."""
        self.resized.emit()
