"""The part of the widget that shows: which frames and lanes are seen, and painting them."""

from fractions import Fraction

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QWidget

from cmet_studio.domain.time import format_position
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.timeline.curve import KeyCurve, KeyCurves
from cmet_studio.ui.timeline.feed import FactsFeed
from cmet_studio.ui.timeline.gestures import Drag, Mark, Pointer
from cmet_studio.ui.timeline.hit import Hit, hit
from cmet_studio.ui.timeline.layout import HEADER_PX, Layout, layout
from cmet_studio.ui.timeline.paint import paint
from cmet_studio.ui.timeline.paint_overlay import Overlay, paint_overlay
from cmet_studio.ui.timeline.scale import Scale
from cmet_studio.ui.timeline.scene import Scene
from cmet_studio.ui.timeline.snap import Snapper, Target
from cmet_studio.ui.timeline.state import state_of
from cmet_studio.ui.timeline.strip_image import Kept
from cmet_studio.ui.timeline.takes import TakeBar, take_bars

ZOOM_STEP = 1.25


class TimelineCanvas(QWidget):
    """The lanes of an editor's document, to look at; what gestures act on (``gestures.Stage``).

    Signals:
        scale_changed: zoomed, scrolled or resized.
        sounds_dropped(paths, performer, frame): files of sound were dropped on a lane or a key.
    """

    scale_changed = Signal()
    sounds_dropped = Signal(list, str, int)

    def __init__(self, editor: Editor, feed: FactsFeed, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor = editor
        self.feed = feed
        self.state = state_of(editor)
        self.gesture: Drag | None = None
        self.drop: tuple[int, int, str] | None = None
        self._scale = Scale(1, 1)
        self._scroll = 0
        self.hand = Pointer(0, 0)
        self._curves = KeyCurves()
        self._drawn: QPixmap | None = None
        self._kept = Kept()
        self._painted_playhead = 0
        self._bars: tuple[TakeBar, ...] = ()
        self._bars_of: tuple[object, ...] = ()
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(HEADER_PX + 160, 120)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Timeline"))
        self.setAccessibleDescription(self.tr("All keys are also listed in the Keys table."))
        editor.opened.connect(self._opened)
        editor.changed.connect(self._document_changed)
        editor.times_changed.connect(self.refresh)
        editor.selection_changed.connect(self.refresh)
        editor.playhead_moved.connect(self._playhead_moved)
        feed.changed.connect(self.refresh)
        self._opened()

    # What a gesture acts on (gestures.Stage)

    @property
    def scale(self) -> Scale:
        """Frames and pixels now."""
        return self._scale

    @property
    def lanes(self) -> Layout:
        """Where the lanes are now."""
        project = self.editor.project if self.editor.is_open else None
        return layout(project, self.width(), self.height(), self._scroll)

    @property
    def snapping(self) -> bool:
        """The switch."""
        return self.state.snap

    @property
    def rippling(self) -> bool:
        """The switch."""
        return self.state.ripple

    def curve(self, performer: str) -> KeyCurve:
        """A performer's keys as arrays."""
        project = self.editor.project
        keys = next((p.keys for p in project.performers if p.id == performer), ())
        return self._curves.of(keys, project.emotions)

    def snapper(self, keys_of: str | None = None, apart: frozenset[int] = frozenset()) -> Snapper:
        """The places that draw."""
        project, facts = self.editor.project, self.feed.facts
        performer = next((p for p in project.performers if p.id == keys_of), None)
        keys = [k.frame for k in performer.keys if k.frame not in apart] if performer else []
        places: dict[Target, list[int]] = {
            "playhead": [self.editor.playhead],
            "range": list(project.work_range or ()),
            "marker": [m.frame for m in project.markers],
            "cut": list(facts.cuts),
            "key": keys,
            "onset": list(facts.onsets),
        }
        return Snapper(self.editor.times, dict(places))

    def name(self, frame: int) -> str:
        """A frame as timecode."""
        return format_position(min(frame, len(self.editor.times) - 1), self.editor.times)

    def scroll_to(self, start: float | Fraction) -> None:
        """Put this frame to the left edge."""
        self.set_scale(self._scale.scroll_to(start))

    # Zoom and scroll

    def set_scale(self, scale: Scale) -> None:
        """Show this part of the clip."""
        if scale != self._scale:
            self._scale = scale
            self.feed.look_at(*scale.visible)
            self.refresh()
            self.scale_changed.emit()

    def zoom(self, steps: float, x: float | None = None) -> None:
        """Zoom in, or out with negative steps, at a pixel of the strip, else at the playhead."""
        if x is None:
            x = self._scale.x(self.editor.playhead)
            x = x if 0 <= x <= self._scale.width else self._scale.width / 2
        self.set_scale(self._scale.zoom(ZOOM_STEP**steps, x))

    def fit(self) -> None:
        """Show the whole clip."""
        self.set_scale(self._scale.fit())

    def fit_range(self) -> None:
        """Show the in/out range, or the selected keys if there is none, or the whole clip."""
        keys = self.editor.selection.keys
        work = self.editor.project.work_range if self.editor.is_open else None
        if work is None and len(keys) > 1:
            work = min(keys), max(keys) + 1
        self.set_scale(self._scale.show(*work) if work is not None else self._scale.fit())

    def scroll_lanes(self, top: int) -> None:
        """Move the lanes under the ruler up by so many pixels."""
        top = min(max(top, 0), self.lanes.most_scroll)
        if top != self._scroll:
            self._scroll = top
            self.refresh()
            self.scale_changed.emit()

    @property
    def lanes_scrolled(self) -> int:
        """Pixels by which the lanes are moved up."""
        return min(self._scroll, self.lanes.most_scroll)

    # Painting

    def scene(self) -> Scene:
        """What is painted now, as a value."""
        project = self.editor.project if self.editor.is_open else None
        curves = {p.id: self._curves.of(p.keys, project.emotions)
                  for p in project.performers} if project is not None else {}  # fmt: skip
        return Scene(
            project,
            self.lanes,
            self._scale,
            curves,
            self.editor.times,
            self.editor.selection,
            self.feed.facts,
            self.devicePixelRatioF(),
            self._take_bars(),
            self._kept,
        )

    def _take_bars(self) -> tuple[TakeBar, ...]:
        """Made when takes, emotions or times changed, not for every paint."""
        if not self.editor.is_open:
            return ()
        project = self.editor.project
        inputs = (project.takes, project.emotions, self.editor.times)
        if (
            any(a is not b for a, b in zip(inputs, self._bars_of, strict=False))
            or not self._bars_of
        ):
            self._bars_of = inputs
            self._bars = take_bars(project, self.editor.times)
        return self._bars

    def overlay(self) -> Overlay:
        """What moves over it."""
        drop = None
        if self.drop is not None:
            lane = self.lanes.lane_at(self.drop[0])
            drop = (lane, self.drop[1], self.drop[2]) if lane is not None else None
        mark = self.gesture.mark if self.gesture is not None else Mark()
        hand = self.hand.x, self.hand.y
        return Overlay(self.editor.playhead, mark, hand, drop, self.hasFocus())

    def refresh(self) -> None:
        """Paint the lanes anew."""
        self._drawn = None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Lanes as they were last drawn if nothing of them changed, then what moves."""
        scene = self.scene()
        ratio = self.devicePixelRatioF()
        wanted = self.size() * ratio
        if self._drawn is None or self._drawn.size() != wanted:
            self._drawn = QPixmap(wanted)
            self._drawn.setDevicePixelRatio(ratio)
            inner = QPainter(self._drawn)
            paint(inner, scene)
            inner.end()
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._drawn)
        paint_overlay(painter, scene, self.overlay())
        painter.end()
        self._painted_playhead = self.editor.playhead

    def _playhead_rect(self, frame: int) -> QRect:
        left, right = self._scale.x(frame), self._scale.x(frame + 1)
        return QRect(HEADER_PX + int(left) - 8, 0, int(right - left) + 17, self.height())

    # News from the editor

    def _opened(self) -> None:
        self.gesture = None
        self._scroll = 0
        frames = self.editor.project.clip.frames if self.editor.is_open else 1
        self._scale = Scale(frames, self.lanes.strip_width).fit()
        self.feed.look_at(*self._scale.visible)
        self.refresh()
        self.scale_changed.emit()

    def _document_changed(self, before: object, after: object) -> None:
        frames = self.editor.project.clip.frames
        if frames != self._scale.frames:
            self._scale = Scale(frames, self.lanes.strip_width).fit()
            self.scale_changed.emit()
        self.refresh()

    def _playhead_moved(self, frame: int) -> None:
        if self.state.follow and self.gesture is None:
            self.set_scale(self._scale.follow(frame))
        self.update(self._playhead_rect(self._painted_playhead))
        self.update(self._playhead_rect(frame))

    def hit(self, x: float, y: float) -> Hit:
        """What lies under a pixel."""
        scene = self.scene()
        if scene.project is None:
            return Hit("nothing", 0)
        return hit(
            scene.project,
            scene.lanes,
            scene.scale,
            scene.curves,
            x,
            y,
            self.editor.selection,
            scene.takes,
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A clip that was seen whole is still seen whole."""
        self._scroll = min(self._scroll, self.lanes.most_scroll)
        self.set_scale(self._scale.resized(self.lanes.strip_width))
        self.refresh()
        self.scale_changed.emit()
