"""Where the handles of a transition are, and what a dragged one means: pure functions."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from cmet_studio.domain.project import Bezier, Key
from cmet_studio.ui.timeline.curve import KeyCurve, handles_of, level_of
from cmet_studio.ui.timeline.hit import level_y
from cmet_studio.ui.timeline.layout import Lane
from cmet_studio.ui.timeline.scale import Scale

End = Literal["out", "in"]
REACH_PX = 8.0
FLAT_PX = 12.0
"""Between levels closer than this a handle would have no height: it gets one of its own."""
FLAT_RISE_PX = -48.0
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Segment:
    """The way from one key to the next, in pixels of the strip.

    Attributes:
        key: the first of the two; it holds both handles.
        rise: pixels (down is positive) over which a handle's y goes from 0 to 1.
    """

    key: Key
    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def rise(self) -> float:
        """See the class."""
        rise = self.y1 - self.y0
        return rise if abs(rise) >= FLAT_PX else FLAT_RISE_PX

    @property
    def bezier(self) -> Bezier:
        """The handles: the key's own, or those that draw its present interpolation."""
        handles = handles_of(self.key)
        return self.key.bezier if handles is None else Bezier(*handles)

    def place(self, end: End) -> tuple[float, float]:
        """Where a handle is."""
        b = self.bezier
        u, v = (b.x1, b.y1) if end == "out" else (b.x2, b.y2)
        return self.x0 + u * (self.x1 - self.x0), self.y0 + v * self.rise

    def moved(self, end: End, x: float, y: float) -> Bezier:
        """The handles with one of them as near to a pixel as they may be."""
        u = min(max((x - self.x0) / max(1e-9, self.x1 - self.x0), 0.0), 1.0)
        v = min(max((y - self.y0) / self.rise, 0.0), 1.0)
        u, v, b = round(u, 4), round(v, 4), self.bezier
        return Bezier(u, v, b.x2, b.y2) if end == "out" else Bezier(b.x1, b.y1, u, v)


def _pair(curve: KeyCurve, frame: int) -> tuple[Key, Key] | None:
    """The heard key on ``frame`` and the one after it."""
    i = int(np.searchsorted(curve.heard_frames, frame))
    if i + 1 >= len(curve.heard) or curve.heard[i].frame != frame:
        return None
    return curve.heard[i], curve.heard[i + 1]


def segment(curve: KeyCurve, scale: Scale, lane: Lane, frame: int) -> Segment | None:
    """The way from the heard key on ``frame`` to the next one; None if either is missing."""
    pair = _pair(curve, frame)
    if pair is None:
        return None
    a, b = pair
    return Segment(
        a,
        scale.x(a.frame),
        level_y(lane, level_of(a)),
        scale.x(b.frame),
        level_y(lane, level_of(b)),
    )


def handled(
    curve: KeyCurve, selected: frozenset[int], visible: tuple[int, int]
) -> list[tuple[int, End]]:
    """Handles that are shown: those at the selected keys, as (first key's frame, end).

    Too many at once help nobody: beyond ``MOST_SHOWN`` keys in view there are none.
    """
    part = curve.heard[curve.around(*visible)]
    if len(part) > MOST_SHOWN:
        return []
    shown: list[tuple[int, End]] = []
    for a, b in pairwise(part):
        if a.frame in selected:
            shown.append((a.frame, "out"))
        arriving = b.frame in selected and a.interpolation in ("bezier", "ease")
        if arriving or (a.frame in selected and a.interpolation == "bezier"):
            shown.append((a.frame, "in"))
    return shown
