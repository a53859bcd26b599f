"""Drags of keys: in time, in intensity, and scaling several about the far end."""

from dataclasses import replace
from fractions import Fraction
from typing import Literal

from cmet_studio.app.editing import move_keys, ripple_keys, scale_keys, scaled_frame, set_keys
from cmet_studio.domain.project import MAX_INTENSITY, Key, Project
from cmet_studio.ui.timeline.gestures import EditDrag, Mark, Pointer, Stage

LEVEL_STEP = 0.01
FINE = 4
"""Shift makes intensity move so many times slower."""


def _plural(verb: str, count: int) -> str:
    return f"{verb} key" if count == 1 else f"{verb} {count} keys"


class _KeysDrag(EditDrag):
    """Keys of one performer, all selected by the press."""

    def __init__(self, stage: Stage, at: Pointer, performer: str, frame: int) -> None:
        super().__init__(stage, at)
        self.performer = performer
        self.frame = frame
        self.frames = self._select(at)
        self._now: frozenset[int] = self.frames

    def _select(self, at: Pointer) -> frozenset[int]:
        """A pressed key joins the selection with Shift or Ctrl, else it becomes it."""
        editor = self.stage.editor
        selection = editor.selection
        same = selection.performer == self.performer
        self._was_selected = same and self.frame in selection.keys
        kept = selection.keys if same and (self._was_selected or at.shift or at.ctrl) else set()
        frames = frozenset({*kept, self.frame})
        editor.select(replace(selection, performer=self.performer, keys=frames, marker=None))
        return frames

    def finish(self) -> None:
        """A click on one of several selected keys selects it alone; with Shift it leaves them."""
        if self.moved or not self._was_selected:
            return
        pressed = self.pressed
        adding = pressed.shift or pressed.ctrl
        keys = self.frames - {self.frame} if adding else frozenset({self.frame})
        self.stage.editor.select(replace(self.stage.editor.selection, keys=keys))

    def keys(self, project: Project) -> tuple[Key, ...]:
        """The performer's keys in that document."""
        return next(p.keys for p in project.performers if p.id == self.performer)

    def show(self, frames: frozenset[int]) -> None:
        """Select the keys where they are now."""
        editor = self.stage.editor
        editor.select(replace(editor.selection, keys=frames))

    def expect(self, frames: frozenset[int]) -> None:
        """Select the new places beforehand: a view between must not see nothing selected.

        Nobody is told: the edit comes at once, and what it tells brings the selection with it.
        """
        editor = self.stage.editor
        editor.selection = replace(editor.selection, keys=self._now | frames)
        self._now = frames


class KeyDrag(_KeysDrag):
    """Drag keys sideways in time, or up and down in intensity: what the first pixels say.

    Args:
        axis: "level" for a press on the curve's dot, where up and down is nearer.
    """

    cursor = "size all"

    def __init__(
        self, stage: Stage, at: Pointer, performer: str, frame: int, axis: str = "either"
    ) -> None:
        super().__init__(stage, at, performer, frame)
        self._favoured = axis
        self.axis: Literal["time", "level"] | None = None

    def begin(self, at: Pointer) -> None:
        """The first pixels decide the axis for the whole drag."""
        super().begin(at)
        across, along = abs(at.x - self.pressed.x), abs(at.y - self.pressed.y)
        if self._favoured == "level":
            along *= 2
        self.axis = "level" if along > across else "time"
        count = len(self.frames)
        if self.axis == "level":
            self.label = "Set intensity" if count == 1 else f"Set intensity of {count} keys"
        else:
            self.label = _plural("Move", count)
        self._ripple = self.axis == "time" and self.stage.rippling
        keys = [key.frame for key in self.keys(self.stage.editor.project)]
        first = min(self.frames)
        self._moving = frozenset(f for f in keys if f >= first) if self._ripple else self.frames
        low = max((f for f in keys if f < first), default=-1) + 1 if self._ripple else 0
        self._room = low - first, self.stage.scale.frames - 1 - max(self._moving)
        self._snapper = self.stage.snapper(self.performer, self._moving)

    def drag(self, at: Pointer) -> None:
        """Follow the hand."""
        if self.axis == "level":
            self._drag_level(at)
        else:
            self._drag_time(at)

    # In time

    def _drag_time(self, at: Pointer) -> None:
        assert self.step is not None
        start = self.step.start
        moved = self.position(at) - self._origin
        edges = dict.fromkeys((self.frame, min(self.frames), max(self.frames)))
        wanted = [frame + moved for frame in edges]
        origin, snapped = self._snapper.snap_any(wanted, self.stage.scale, self.snapping(at))
        low, high = self._room
        by = min(max(round(snapped.frame - (origin - moved)), low), high)
        guide = snapped if snapped.frame == round(origin - moved) + by else None
        self.mark = Mark(guide, text=f"{self.stage.name(self.frame + by)}   {by:+d} f")
        places = frozenset(frame + by for frame in self.frames)
        if places == self._now:
            return
        self.expect(places)
        self._apply_time(start, by)
        self.show(places)

    def _apply_time(self, start: Project, by: int) -> None:
        performer, frames = self.performer, self.frames
        if self._ripple:
            first = min(frames)
            self.stage.editor.do(
                self.label, lambda _: ripple_keys(start, performer, first, by), gesture=self.step
            )
        else:
            self.stage.editor.do(
                self.label, lambda _: move_keys(start, performer, frames, by), gesture=self.step
            )

    # In intensity

    def _drag_level(self, at: Pointer) -> None:
        assert self.step is not None
        lane = self.stage.lanes.lane_of("emotion", self.performer)
        if lane is None:
            return
        top, bottom = lane.curve
        by = (self.pressed.y - at.y) / max(1, bottom - top) * MAX_INTENSITY
        by /= FINE if at.shift else 1
        start, performer = self.step.start, self.performer
        levels = {k.frame: _stepped(k.intensity + by) for k in self.keys(start)
                  if k.frame in self.frames and k.mix}  # fmt: skip
        if not levels:
            self.mark = Mark(text="rest")
            return
        shown = levels.get(self.frame, next(iter(levels.values())))
        self.mark = Mark(text=f"{shown:.0%}")
        self.stage.editor.do(
            self.label,
            lambda _: set_keys(
                start, performer, levels, lambda k: replace(k, intensity=levels[k.frame])
            ),
            gesture=self.step,
        )


def _stepped(level: float) -> float:
    held = min(max(level, 0.0), MAX_INTENSITY)
    return round(round(held / LEVEL_STEP) * LEVEL_STEP, 2)


class ScaleDrag(_KeysDrag):
    """Drag the first or the last of several selected keys with Alt: the far end stays."""

    cursor = "split"

    def __init__(self, stage: Stage, at: Pointer, performer: str, frame: int) -> None:
        super().__init__(stage, at, performer, frame)
        self.label = _plural("Scale", len(self.frames))
        self.pivot = max(self.frames) if frame == min(self.frames) else min(self.frames)

    def begin(self, at: Pointer) -> None:
        """Snap to everything but the keys that move."""
        super().begin(at)
        self._snapper = self.stage.snapper(self.performer, self.frames)

    def drag(self, at: Pointer) -> None:
        """The pressed key follows the hand; keys never meet and never leave the clip."""
        assert self.step is not None
        wanted = self.frame + self.position(at) - self._origin
        snapped = self._snapper.snap(wanted, self.stage.scale, self.snapping(at))
        factor = self._possible(snapped.frame)
        if factor is None:
            return
        self.mark = Mark(snapped, text=f"{float(factor):.0%}   {self.stage.name(snapped.frame)}")
        places = frozenset(scaled_frame(f, self.pivot, factor) for f in self.frames)
        if places == self._now:
            return
        start, performer, frames, pivot = self.step.start, self.performer, self.frames, self.pivot
        self.expect(places)
        self.stage.editor.do(
            self.label,
            lambda _: scale_keys(start, performer, frames, pivot, factor),
            gesture=self.step,
        )
        self.show(places)

    def _possible(self, to: int) -> Fraction | None:
        factor = Fraction(to - self.pivot, self.frame - self.pivot)
        if factor <= 0:
            return None
        places = {scaled_frame(f, self.pivot, factor) for f in self.frames}
        inside = min(places) >= 0 and max(places) < self.stage.scale.frames
        return factor if inside and len(places) == len(self.frames) else None


def press_on_key(stage: Stage, at: Pointer, performer: str, frame: int, part: str) -> _KeysDrag:
    """What a press on a key begins."""
    selection = stage.editor.selection
    several = selection.performer == performer and len(selection.keys) > 1
    if at.alt and several and frame in (min(selection.keys), max(selection.keys)):
        return ScaleDrag(stage, at, performer, frame)
    return KeyDrag(stage, at, performer, frame, "level" if part == "dot" else "either")
