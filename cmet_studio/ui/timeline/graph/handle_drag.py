"""Drag a bezier handle."""

from dataclasses import replace

from cmet_studio.app.editing import set_key
from cmet_studio.ui.timeline.gestures import EditDrag, Mark, Pointer, Stage
from cmet_studio.ui.timeline.graph.geometry import End, segment
from cmet_studio.ui.timeline.layout import HEADER_PX


class HandleDrag(EditDrag):
    """A handle follows the hand; the transition becomes a bezier by it."""

    label = "Shape transition"
    cursor = "cross"

    def __init__(self, stage: Stage, at: Pointer, performer: str, frame: int, end: End) -> None:
        super().__init__(stage, at)
        self._performer, self._frame, self._end = performer, frame, end

    def drag(self, at: Pointer) -> None:
        """Shift keeps the handle's height, so that only its length changes."""
        assert self.step is not None
        lane = self.stage.lanes.lane_of("emotion", self._performer)
        if lane is None:
            return
        curve = self.stage.curve(self._performer)
        shape = segment(curve, self.stage.scale, lane, self._frame)
        if shape is None:
            return
        y = shape.place(self._end)[1] if at.shift else at.y
        bezier = shape.moved(self._end, at.x - HEADER_PX, y)
        u, v = (bezier.x1, bezier.y1) if self._end == "out" else (bezier.x2, bezier.y2)
        self.mark = Mark(text=f"{u:.2f}, {v:.2f}")
        performer, frame, start = self._performer, self._frame, self.step.start
        self.stage.editor.do(
            self.label,
            lambda _: set_key(
                start,
                performer,
                frame,
                lambda key: replace(key, interpolation="bezier", bezier=bezier),
            ),
            gesture=self.step,
        )
