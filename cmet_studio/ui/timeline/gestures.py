"""Drags, from the button going down to going up.

Each is an object that the press makes and the release forgets; all its edits are one step of undo.
"""

from dataclasses import dataclass, replace
from typing import Protocol

from cmet_studio.app.editing import Gesture as Step
from cmet_studio.app.editing import move_marker, set_work_range
from cmet_studio.ui.editor import Editor
from cmet_studio.ui.timeline.curve import KeyCurve
from cmet_studio.ui.timeline.hit import keys_in
from cmet_studio.ui.timeline.layout import HEADER_PX, Layout
from cmet_studio.ui.timeline.scale import Scale
from cmet_studio.ui.timeline.snap import Snapped, Snapper

THRESHOLD_PX = 4
"""A press that moves less is a click."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """Where the hand is, in pixels of the widget, and the keys it holds."""

    x: float
    y: float
    ctrl: bool = False
    shift: bool = False
    alt: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """What a running gesture shows on top of the lanes.

    Attributes:
        guide: frame of a snap line, with what drew it.
        box: left, top, right, bottom of a marquee, pixels of the widget.
        text: what to say beside the hand.
    """

    guide: Snapped | None = None
    box: tuple[float, float, float, float] | None = None
    text: str = ""


class Stage(Protocol):
    """What a gesture acts on. The scale may change while it runs (zooming with the wheel)."""

    editor: Editor

    @property
    def scale(self) -> Scale:
        """Frames and pixels now."""

    @property
    def lanes(self) -> Layout:
        """Where the lanes are now."""

    @property
    def snapping(self) -> bool:
        """Whether the switch for snapping is on."""

    @property
    def rippling(self) -> bool:
        """Whether the switch for ripple is on."""

    def curve(self, performer: str) -> KeyCurve:
        """A performer's keys as arrays."""

    def snapper(self, keys_of: str | None = None, apart: frozenset[int] = frozenset()) -> Snapper:
        """The places that draw; of that performer's keys those not ``apart``."""

    def name(self, frame: int) -> str:
        """A frame as people read it."""


class Drag:
    """A gesture that does nothing: the others' common ground."""

    cursor = "arrow"

    def __init__(self, stage: Stage, at: Pointer) -> None:
        self.stage = stage
        self.pressed = at
        self.mark = Mark()
        self.moved = False
        self._origin = stage.scale.position(at.x - HEADER_PX)

    def move(self, at: Pointer) -> None:
        """The hand moved; too small a move is none yet."""
        far = max(abs(at.x - self.pressed.x), abs(at.y - self.pressed.y))
        if self.moved or far >= THRESHOLD_PX:
            if not self.moved:
                self.moved = True
                self.begin(at)
            self.drag(at)

    def begin(self, at: Pointer) -> None:
        """The first move over the threshold."""

    def drag(self, at: Pointer) -> None:
        """Every move from then on."""

    def finish(self) -> None:
        """The button went up."""

    def cancel(self) -> None:
        """Escape, or the button's release was lost: put things back."""

    def position(self, at: Pointer) -> float:
        """Fractional frame under the hand."""
        return self.stage.scale.position(at.x - HEADER_PX)

    def snapping(self, at: Pointer) -> bool:
        """Whether things are drawn to others; Ctrl inverts the switch."""
        return self.stage.snapping != at.ctrl


class Scrub(Drag):
    """Drag the playhead along the ruler."""

    def __init__(self, stage: Stage, at: Pointer) -> None:
        super().__init__(stage, at)
        self.drag(at)

    def drag(self, at: Pointer) -> None:
        """The playhead is in the frame under the hand, at once."""
        self.moved = True
        self.stage.editor.seek(self.stage.scale.frame_in_clip(at.x - HEADER_PX), scrub=True)


class Pan(Drag):
    """Drag the lanes themselves, with the middle button."""

    cursor = "closed hand"

    def __init__(self, stage: "PanStage", at: Pointer) -> None:
        super().__init__(stage, at)
        self._pan_stage = stage

    def drag(self, at: Pointer) -> None:
        """What was under the hand stays under it."""
        away = (at.x - HEADER_PX) / float(self.stage.scale.per_frame)
        self._pan_stage.scroll_to(self._origin - away)


class PanStage(Stage, Protocol):
    """A stage that can be scrolled."""

    def scroll_to(self, start: float) -> None:
        """Put this frame to the left edge."""


class Marquee(Drag):
    """Select keys of one lane by a box; Shift or Ctrl adds to what is selected."""

    cursor = "cross"

    def __init__(self, stage: Stage, at: Pointer, performer: str) -> None:
        super().__init__(stage, at)
        self._performer = performer
        self._before = stage.editor.selection
        same = self._before.performer == performer
        self._kept = self._before.keys if (at.shift or at.ctrl) and same else frozenset()

    def drag(self, at: Pointer) -> None:
        """The box spans from the press to the hand."""
        left, right = sorted((self.pressed.x, at.x))
        top, bottom = sorted((self.pressed.y, at.y))
        self.mark = Mark(box=(max(left, HEADER_PX), top, right, bottom))
        found = keys_in(
            self.stage.curve(self._performer),
            self.stage.scale,
            left - HEADER_PX,
            right - HEADER_PX,
        )
        self._select(self._kept | found)

    def finish(self) -> None:
        """A click on nothing selects nothing."""
        if not self.moved:
            self._select(self._kept)

    def cancel(self) -> None:
        """What was selected before."""
        self.stage.editor.select(self._before)

    def _select(self, keys: frozenset[int]) -> None:
        self.stage.editor.select(
            replace(self._before, performer=self._performer, keys=keys, marker=None)
        )


class EditDrag(Drag):
    """A drag that edits.

    Every move starts from the document as it was at the press, so what is only passed over is kept,
    and Escape goes back there.
    """

    label = "Drag"

    def __init__(self, stage: Stage, at: Pointer) -> None:
        super().__init__(stage, at)
        self.step: Step | None = None
        self._before = stage.editor.selection

    def begin(self, at: Pointer) -> None:
        """From now on it is one step of undo."""
        self.step = self.stage.editor.begin()

    def cancel(self) -> None:
        """Back to the document at the press."""
        if self.step is not None:
            start = self.step.start
            self.stage.editor.do(self.label, lambda _: start, gesture=self.step)
            self.stage.editor.select(self._before)


class MarkerDrag(EditDrag):
    """Move a marker along the ruler."""

    label = "Move marker"
    cursor = "split"

    def __init__(self, stage: Stage, at: Pointer, frame: int) -> None:
        super().__init__(stage, at)
        self._frame = self._now = frame
        stage.editor.select(replace(stage.editor.selection, keys=frozenset(), marker=frame))

    def drag(self, at: Pointer) -> None:
        """It follows the hand, drawn to what is near."""
        assert self.step is not None
        snapper = self.stage.snapper(self.stage.editor.selection.performer)
        wanted = self._frame + self.position(at) - self._origin
        snapped = snapper.snap(wanted, self.stage.scale, self.snapping(at))
        self.mark = Mark(snapped, text=self.stage.name(snapped.frame))
        start, frame, to = self.step.start, self._frame, snapped.frame
        if to != self._now:
            editor = self.stage.editor
            editor.do(self.label, lambda _: move_marker(start, frame, to), gesture=self.step)
            editor.select(replace(editor.selection, marker=to))
            self._now = to


class RangeDrag(EditDrag):
    """Move the in-point, the out-point or (``edge`` "both") the whole range."""

    label = "Set in/out"
    cursor = "split"

    def __init__(self, stage: Stage, at: Pointer, edge: str) -> None:
        super().__init__(stage, at)
        work = stage.editor.project.work_range
        assert work is not None
        self._edge = edge
        self._range = work

    def drag(self, at: Pointer) -> None:
        """The edge follows the hand; in and out keep a frame between them."""
        assert self.step is not None
        old_in, old_out = self._range
        frames = self.stage.scale.frames
        moved = self.position(at) - self._origin
        lead = old_out if self._edge == "out" else old_in
        snapper, on = self.stage.snapper(self.stage.editor.selection.performer), self.snapping(at)
        snapped = snapper.snap(lead + moved, self.stage.scale, on)
        to = snapped.frame
        if self._edge == "in":
            new = min(to, old_out - 1), old_out
        elif self._edge == "out":
            if lead + moved > frames - 0.5:  # the out-point may stand after the last frame
                to = frames
            new = old_in, max(to, old_in + 1)
        else:
            to = min(to, frames - (old_out - old_in))
            new = to, to + old_out - old_in
        length = new[1] - new[0]
        self.mark = Mark(snapped, text=f"{self.stage.name(to)}   {length} f")
        start = self.step.start
        self.stage.editor.do(self.label, lambda _: set_work_range(start, new), gesture=self.step)
