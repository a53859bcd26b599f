"""The graph: the active performer's intensity, tall, on the time axis of the lanes above."""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from cmet_studio.domain.project import Performer
from cmet_studio.ui import theme
from cmet_studio.ui.timeline import commands
from cmet_studio.ui.timeline.canvas import TimelineCanvas
from cmet_studio.ui.timeline.curve import KeyCurve
from cmet_studio.ui.timeline.gestures import Drag, Marquee, Pointer
from cmet_studio.ui.timeline.graph.geometry import REACH_PX, End, handled, segment
from cmet_studio.ui.timeline.graph.handle_drag import HandleDrag
from cmet_studio.ui.timeline.graph.paint import HANDLE_PX, paint_axis, paint_grid, paint_handles
from cmet_studio.ui.timeline.hit import Hit, hit
from cmet_studio.ui.timeline.key_gestures import ScaleDrag, press_on_key
from cmet_studio.ui.timeline.layout import HEADER_PX, Lane, Layout
from cmet_studio.ui.timeline.paint_keys import paint_emotion
from cmet_studio.ui.timeline.paint_overlay import Overlay, paint_overlay
from cmet_studio.ui.timeline.pointing import pointer
from cmet_studio.ui.timeline.scale import Scale
from cmet_studio.ui.timeline.scene import Scene
from cmet_studio.ui.timeline.snap import Snapper
from cmet_studio.ui.timeline.words import tr


class GraphView(QWidget):
    """Edits levels, times and handles. Shares zoom, switches and gestures with the lanes.

    Args:
        lanes: the lanes above; scrolling and zooming here does it there.
    """

    def __init__(self, lanes: TimelineCanvas, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._above = lanes
        self.editor = lanes.editor
        self.gesture: Drag | None = None
        self._hand = Pointer(0, 0)
        self.setMinimumHeight(110)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Graph of intensity"))
        self.setAccessibleDescription(self.tr("Numbers can be typed in the Keys table."))
        for signal in (
            lanes.scale_changed,
            lanes.editor.changed,
            lanes.editor.opened,
            lanes.editor.selection_changed,
            lanes.editor.playhead_moved,
        ):
            signal.connect(self.update)

    # What gestures act on (timeline.gestures.Stage)

    @property
    def scale(self) -> Scale:
        """That of the lanes."""
        return self._above.scale

    @property
    def performer(self) -> Performer | None:
        """Whose curve is shown."""
        return self.editor.active_performer

    @property
    def lanes(self) -> Layout:
        """One tall lane."""
        lane = self.lane
        shown = (lane,) if lane is not None else ()
        return Layout(self._above.width(), self.height(), shown, self.height())

    @property
    def lane(self) -> Lane | None:
        """The performer's curve."""
        performer = self.performer
        if performer is None:
            return None
        return Lane("emotion", 0, self.height(), performer.id)

    @property
    def snapping(self) -> bool:
        """The lanes' switch."""
        return self._above.snapping

    @property
    def rippling(self) -> bool:
        """The lanes' switch."""
        return self._above.rippling

    def curve(self, performer: str) -> KeyCurve:
        """A performer's keys as arrays."""
        return self._above.curve(performer)

    def snapper(self, keys_of: str | None = None, apart: frozenset[int] = frozenset()) -> Snapper:
        """The lanes' places."""
        return self._above.snapper(keys_of, apart)

    def name(self, frame: int) -> str:
        """A frame as timecode."""
        return self._above.name(frame)

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """Everything anew: there is one lane only."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("#282828"))
        painter.fillRect(0, 0, HEADER_PX - 1, self.height(), QColor(theme.PANEL))
        lane = self.lane
        if lane is None or not self.editor.is_open:
            painter.setPen(QColor(theme.FAINT))
            painter.drawText(
                self.rect(), Qt.AlignmentFlag.AlignCenter, tr("No performer is selected")
            )
            return
        scene = self._scene()
        paint_axis(painter, self.performer.name if self.performer is not None else "", lane)
        painter.save()
        painter.setClipRect(QRectF(HEADER_PX, 0, scene.lanes.strip_width, self.height()))
        painter.translate(HEADER_PX, 0)
        paint_grid(painter, scene, lane)
        paint_emotion(painter, scene, lane)
        paint_handles(painter, scene, lane, self._handles())
        painter.restore()
        mark = self.gesture.mark if self.gesture is not None else None
        hand = self._hand.x, self._hand.y
        overlay = Overlay(self.editor.playhead, hand=hand, focus=self.hasFocus())
        if mark is not None:
            overlay = Overlay(self.editor.playhead, mark, hand, focus=self.hasFocus())
        paint_overlay(painter, scene, overlay)

    def _scene(self) -> Scene:
        above = self._above.scene()
        return Scene(
            above.project,
            self.lanes,
            above.scale,
            above.curves,
            above.times,
            above.selection,
            above.facts,
            above.ratio,
        )

    def _handles(self) -> list[tuple[int, End]]:
        performer = self.performer
        if performer is None:
            return []
        return handled(self.curve(performer.id), self.editor.selection.keys, self.scale.visible)

    # Events

    def handle_at(self, x: float, y: float) -> tuple[int, End] | None:
        """The handle at a pixel of the widget, as (first key's frame, end)."""
        lane = self.lane
        if lane is None:
            return None
        curve = self.curve(lane.performer or "")
        for frame, end in self._handles():
            shape = segment(curve, self.scale, lane, frame)
            if shape is None:
                continue
            at = shape.place(end)
            root = (shape.x0, shape.y0) if end == "out" else (shape.x1, shape.y1)
            away = max(abs(at[0] + HEADER_PX - x), abs(at[1] - y))
            # A handle that lies on its key is the key's, so that it can still be dragged.
            apart = max(abs(at[0] - root[0]), abs(at[1] - root[1])) > HANDLE_PX
            if away <= REACH_PX and (apart or end == "in"):
                return frame, end
        return None

    def _hit(self, performer: str, at: Pointer) -> Hit:
        curves = {performer: self.curve(performer)}
        project, selection = self.editor.project, self.editor.selection
        return hit(project, self.lanes, self.scale, curves, at.x, at.y, selection)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a gesture."""
        lane = self.lane
        if event.button() != Qt.MouseButton.LeftButton or lane is None or self.gesture is not None:
            return
        at = self._hand = pointer(event)
        performer = lane.performer or ""
        handle = self.handle_at(at.x, at.y)
        if handle is not None:
            self.gesture = HandleDrag(self, at, performer, *handle)
            return
        curves = {performer: self.curve(performer)}
        found = hit(
            self.editor.project, self.lanes, self.scale, curves, at.x, at.y, self.editor.selection
        )
        if found.part == "edge":
            self.gesture = ScaleDrag(self, at, performer, found.frame)
        elif found.key is not None:
            self.gesture = press_on_key(self, at, performer, found.frame, "key")
        elif at.x >= HEADER_PX:
            self.gesture = Marquee(self, at, performer)
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the gesture."""
        self._hand = pointer(event)
        if self.gesture is not None:
            self.gesture.move(self._hand)
            self.update()
        elif self.handle_at(self._hand.x, self._hand.y) is not None:
            self.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self.unsetCursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the gesture."""
        if self.gesture is not None:
            self.gesture.finish()
            self.gesture = None
            self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """A key where there is none."""
        lane = self.lane
        at = pointer(event)
        if lane is not None and at.x >= HEADER_PX and self.handle_at(at.x, at.y) is None:
            frame = self.scale.frame_in_clip(at.x - HEADER_PX)
            curves = {lane.performer or "": self.curve(lane.performer or "")}
            found = hit(
                self.editor.project,
                self.lanes,
                self.scale,
                curves,
                at.x,
                at.y,
                self.editor.selection,
            )
            if found.key is None:
                commands.add_at(self.editor, lane.performer or "", frame)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes a running gesture back."""
        if event.key() == Qt.Key.Key_Escape and self.gesture is not None:
            self.gesture.cancel()
            self.gesture = None
            self.update()
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """As on the lanes."""
        self._above.wheelEvent(event)
