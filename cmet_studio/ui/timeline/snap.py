"""What a dragged thing is drawn to. Distances are pixels, places are frames."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from cmet_studio.domain.time import ClipTimes
from cmet_studio.emotion.schedule import MODEL_RATE, WINDOW
from cmet_studio.ui.timeline.scale import Scale

Target = Literal["playhead", "range", "marker", "cut", "key", "onset", "grid"]
RADIUS_PX: dict[Target, float] = {
    "playhead": 9.0, "range": 8.0, "marker": 8.0, "cut": 8.0, "key": 7.0, "onset": 6.0, "grid": 4.0,
}  # fmt: skip
"""How near each kind draws; where two are as near, the first in this order wins."""
_GRID_ROOM_PX = 20.0
"""Windows closer together than this draw nothing: everything would stick."""


@dataclass(frozen=True, slots=True)
class Snapped:
    """Where a thing goes, and what drew it there (None: only the nearest frame)."""

    frame: int
    target: Target | None = None


class Snapper:
    """The places that draw, for one gesture: they do not change while the button is down.

    Args:
        times: of the clip, for the grid of five-frame windows.
        places: frames by kind, in any order.
    """

    def __init__(self, times: ClipTimes, places: dict[Target, Iterable[int]]) -> None:
        self._times = times
        self._places = {kind: sorted(set(frames)) for kind, frames in places.items()}

    def snap(self, position: float, scale: Scale, on: bool) -> Snapped:
        """Draw a fractional frame.

        Args:
            position: where the hand has it.
            scale: gives the distance in pixels.
            on: False only rounds to a frame.

        Returns: a frame of the clip.
        """
        last = scale.frames - 1
        plain = min(max(round(position), 0), last)
        if not on:
            return Snapped(plain)
        best: tuple[float, Snapped] | None = None
        for kind, radius in RADIUS_PX.items():
            for frame in self._near(kind, position, scale):
                away = abs(scale.x(frame) - scale.x(position))
                if 0 <= frame <= last and away <= radius and (best is None or away < best[0]):
                    best = away, Snapped(frame, kind)
        return best[1] if best is not None else Snapped(plain)

    def snap_any(self, positions: Iterable[float], scale: Scale, on: bool) -> tuple[float, Snapped]:
        """Draw a group by whichever of its members is drawn most strongly.

        Args:
            positions: of the members, the one under the hand first.

        Returns: the member's position before, and where it goes.
        """
        positions = list(positions)
        lead = positions[0], self.snap(positions[0], scale, on)
        best, least = lead, float("inf")
        for position in positions:
            found = self.snap(position, scale, on)
            away = abs(scale.x(found.frame) - scale.x(position))
            if found.target not in (None, "grid") and away < least:
                best, least = (position, found), away
        return best

    def _near(self, kind: Target, position: float, scale: Scale) -> list[int]:
        if kind == "grid":
            return self._grid(position, scale)
        frames = self._places.get(kind, [])
        i = bisect_left(frames, position)
        return frames[max(0, i - 1) : i + 1]

    def _grid(self, position: float, scale: Scale) -> list[int]:
        window = Fraction(WINDOW, MODEL_RATE)
        spacing = float(window * self._times.rate.fps) * float(scale.per_frame)
        if spacing < _GRID_ROOM_PX or not 0 <= position < len(self._times):
            return []
        number = self._times.seconds(int(position)) // window
        return [self._times.frame_at((number + step) * window) for step in (0, 1)]
