"""The widget: turns events into gestures. What they do is in ``gestures``."""

from dataclasses import replace

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from cmet_studio.ui.editor import Editor
from cmet_studio.ui.timeline import commands, drops, mark_dialogs
from cmet_studio.ui.timeline.canvas import TimelineCanvas
from cmet_studio.ui.timeline.feed import FactsFeed
from cmet_studio.ui.timeline.gestures import (
    Drag,
    MarkerDrag,
    Marquee,
    Pan,
    Pointer,
    RangeDrag,
    Scrub,
)
from cmet_studio.ui.timeline.hit import Hit
from cmet_studio.ui.timeline.key_gestures import ScaleDrag, press_on_key
from cmet_studio.ui.timeline.layout import HEADER_PX
from cmet_studio.ui.timeline.menus import interpolations, menu_for
from cmet_studio.ui.timeline.pointing import pointer
from cmet_studio.ui.timeline.tips import tip

EDGE_MS = 30
_CURSORS = {
    "arrow": Qt.CursorShape.ArrowCursor,
    "closed hand": Qt.CursorShape.ClosedHandCursor,
    "cross": Qt.CursorShape.CrossCursor,
    "split": Qt.CursorShape.SplitHCursor,
    "size all": Qt.CursorShape.SizeAllCursor,
    "hand": Qt.CursorShape.PointingHandCursor,
    "up down": Qt.CursorShape.SizeVerCursor,
}
_HOVER = {
    "key": "hand", "dot": "up down", "marker": "hand", "take": "hand", "edge": "split",
    "range_in": "split", "range_out": "split",
}  # fmt: skip


class TimelineView(TimelineCanvas):
    """The lanes, to work in."""

    def __init__(self, editor: Editor, feed: FactsFeed, parent: QWidget | None = None) -> None:
        super().__init__(editor, feed, parent)
        self._edge = QTimer(self)
        self._edge.setInterval(EDGE_MS)
        self._edge.timeout.connect(self._pull)
        editor.opened.connect(self._edge.stop)
        self.state.interpolations_wanted.connect(self._ask_interpolation)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a gesture."""
        if self.gesture is not None or not self.editor.is_open:
            return
        at = pointer(event)
        self.hand = at
        if event.button() == Qt.MouseButton.MiddleButton:
            self.gesture = Pan(self, at)
        elif event.button() == Qt.MouseButton.LeftButton:
            self.gesture = self._press(at, self.hit(at.x, at.y))
        if self.gesture is not None:
            self.setCursor(_CURSORS[self.gesture.cursor])
        self.update()

    def _press(self, at: Pointer, found: Hit) -> Drag | None:
        performer = found.performer
        if found.part in ("key", "dot") and performer is not None:
            return press_on_key(self, at, performer, found.frame, found.part)
        if found.part == "edge" and performer is not None:
            return ScaleDrag(self, at, performer, found.frame)
        if found.part == "marker":
            return MarkerDrag(self, at, found.frame)
        if found.part in ("range_in", "range_out", "range"):
            edge = {"range_in": "in", "range_out": "out"}.get(found.part, "both")
            return RangeDrag(self, at, edge)
        if found.part in ("lane", "changed") and performer is not None:
            return Marquee(self, at, performer)
        if found.part == "header" and performer is not None:
            same = performer == self.editor.selection.performer
            keys = self.editor.selection.keys if same else frozenset()
            self.editor.select(replace(self.editor.selection, performer=performer, keys=keys))
        elif found.part == "take" and found.take is not None:
            if found.take.emotion is not None:
                chosen = replace(self.editor.selection, emotion=found.take.emotion)
                self.editor.select(chosen)
        elif found.part in ("ruler", "cache", "wave", "limits"):
            return Scrub(self, at)
        return None

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with the gesture, or say what could begin here."""
        self.hand = pointer(event)
        if self.gesture is None:
            part = self.hit(self.hand.x, self.hand.y).part
            self.setCursor(_CURSORS[_HOVER.get(part, "arrow")])
            return
        self.gesture.move(self.hand)
        self.update()
        outside = not HEADER_PX <= self.hand.x < self.width()
        if outside and not isinstance(self.gesture, Pan):
            self._edge.start()
        else:
            self._edge.stop()

    def _pull(self) -> None:
        """The hand is over the edge: scroll that way, faster the farther out it is."""
        if self.gesture is None:
            self._edge.stop()
            return
        left, right = HEADER_PX - self.hand.x, self.hand.x - self.width()
        away = -left if left > 0 else max(right, 0)
        self.scroll_to(float(self._scale.start) + away / 4 / float(self._scale.per_frame))
        self.gesture.move(self.hand)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the gesture."""
        if self.gesture is not None:
            self.gesture.finish()
            self._let_go()

    def _let_go(self) -> None:
        self.gesture = None
        self._edge.stop()
        self.unsetCursor()
        self.refresh()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """On a lane: a key. On a marker: its label."""
        if not self.editor.is_open or event.button() != Qt.MouseButton.LeftButton:
            return
        at = pointer(event)
        found = self.hit(at.x, at.y)
        if found.part == "lane" and found.performer is not None:
            commands.add_at(self.editor, found.performer, found.frame)
        elif found.part == "marker":
            mark_dialogs.ask_label(self.editor, found.frame, self)
        elif found.part in ("key", "take"):
            self.editor.seek(found.frame)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll in time; Ctrl zooms at the hand, Shift moves the lanes."""
        at = pointer(event)
        turn = event.angleDelta()
        if at.ctrl:
            self.zoom((turn.y() or turn.x()) / 120 * 2, at.x - HEADER_PX)
        elif at.shift:
            self.scroll_lanes(self.lanes_scrolled - (turn.y() or turn.x()) // 3)
        else:
            away = -(turn.x() or turn.y()) * 0.6 / float(self._scale.per_frame)
            self.scroll_to(float(self._scale.start) + away)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape takes a running gesture back; all else are the window's actions."""
        if event.key() == Qt.Key.Key_Escape and self.gesture is not None:
            self.gesture.cancel()
            self._let_go()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the ring."""
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Hide the ring."""
        self.update()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """What can be done with the thing under the hand; by keyboard, with the selected key."""
        if not self.editor.is_open or self.gesture is not None:
            return
        spot = event.pos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            spot = self.spot_of_keys() or spot
        menu_for(self, self.hit(spot.x(), spot.y())).popup(self.mapToGlobal(spot))

    def spot_of_keys(self) -> QPoint | None:
        """Where the first of the keys that commands act on is seen."""
        lane = self.lanes.lane_of("emotion", self.editor.selection.performer)
        frames = commands.selected(self.editor)
        if lane is None or not frames:
            return None
        x = HEADER_PX + self._scale.x(min(frames))
        inside = HEADER_PX <= x < self.width() and lane.top >= self.lanes.fixed_bottom
        return QPoint(round(x), round(lane.signs)) if inside else None

    def _ask_interpolation(self) -> None:
        spot = self.spot_of_keys() or self.rect().center()
        interpolations(self).popup(self.mapToGlobal(spot))

    def event(self, event: QEvent) -> bool:
        """Tool tips say what lies under the hand."""
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            self._show_tip(event.pos(), event.globalPos())
            return True
        return super().event(event)

    def _show_tip(self, at: QPoint, globally: QPoint) -> None:
        text = tip(self.scene(), self.hit(at.x(), at.y())) if self.editor.is_open else ""
        if text:
            QToolTip.showText(globally, text, self)
        else:
            QToolTip.hideText()

    # Things dragged in

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Emotions, and files of sound."""
        if self.editor.is_open and drops.is_welcome(event.mimeData()):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        """Show where it would land."""
        self.drop = drops.place(self, event)
        event.setAccepted(self.drop is not None)
        self.update()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """It went elsewhere."""
        self.drop = None
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        """Let it land."""
        place, self.drop = drops.place(self, event), None
        if place is not None:
            drops.land(self, event, place)
            event.acceptProposedAction()
        self.update()
