"""Where the lanes are: rectangles as a pure function of the document and the widget's size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cmet_studio.domain.project import Project

Kind = Literal["ruler", "cache", "limits", "wave", "emotion", "changed"]

HEADER_PX = 132
RULER_PX = 34
CACHE_PX = 7
LIMITS_PX = 20
WAVE_PX = 46
EMOTION_PX = 80
CHANGED_PX = 26
GAP_PX = 1
KEY_STRIP_PX = 25
"""Top of an emotion lane, where the diamonds stand."""
SCALE_BAR_PX = 6
"""Top of the key strip: a bar over several selected keys, to scale them by its ends."""
CURVE_PAD_PX = 5


@dataclass(frozen=True, slots=True)
class Lane:
    """One strip across the timeline, in pixels of the widget.

    Attributes:
        performer: id, for the lanes that belong to one.
        fixed: stays in place while the others scroll up and down.
    """

    kind: Kind
    top: int
    height: int
    performer: str | None = None
    fixed: bool = False

    @property
    def bottom(self) -> int:
        """The first pixel row under the lane."""
        return self.top + self.height

    def holds(self, y: float) -> bool:
        """Whether the row ``y`` is in the lane."""
        return self.top <= y < self.bottom

    @property
    def signs(self) -> float:
        """Row of the middle of an emotion lane's diamonds."""
        return self.top + (SCALE_BAR_PX + KEY_STRIP_PX) / 2

    @property
    def curve(self) -> tuple[int, int]:
        """Top and bottom of the room in which an emotion lane draws intensity."""
        return self.top + KEY_STRIP_PX, self.bottom - CURVE_PAD_PX


@dataclass(frozen=True, slots=True)
class Layout:
    """The lanes of a timeline of this size, top to bottom, fixed ones first."""

    width: int
    height: int
    lanes: tuple[Lane, ...]
    content: int
    """Pixels that all lanes take together."""

    @property
    def fixed_bottom(self) -> int:
        """Where the lanes that scroll begin."""
        return max((lane.bottom for lane in self.lanes if lane.fixed), default=0)

    @property
    def strip_width(self) -> int:
        """Pixels from the headers to the right edge."""
        return max(1, self.width - HEADER_PX)

    def lane_at(self, y: float) -> Lane | None:
        """The lane under a row of the widget."""
        for lane in self.lanes:
            if lane.holds(y) and (lane.fixed or y >= self.fixed_bottom):
                return lane
        return None

    def lane_of(self, kind: Kind, performer: str | None = None) -> Lane | None:
        """The lane of that kind (and performer)."""
        for lane in self.lanes:
            if lane.kind == kind and lane.performer == performer:
                return lane
        return None

    @property
    def most_scroll(self) -> int:
        """How far the lanes can be scrolled down."""
        return max(0, self.content - self.height)


def _stack(performers: Sequence[str]) -> list[tuple[Kind, int, str | None]]:
    lanes: list[tuple[Kind, int, str | None]] = [
        ("limits", LIMITS_PX, None),
        ("wave", WAVE_PX, None),
    ]
    for performer in performers:
        lanes.append(("emotion", EMOTION_PX, performer))
        lanes.append(("changed", CHANGED_PX, performer))
    return lanes


def clip_lanes_height() -> int:
    """Pixels from the top to the bottom of the sound: what belongs to the clip, not a performer."""
    return RULER_PX + CACHE_PX + GAP_PX + sum(px + GAP_PX for _, px, _ in _stack(()))


def layout(project: Project | None, width: int, height: int, scroll: int = 0) -> Layout:
    """Stack the lanes.

    Args:
        project: the document; None shows the ruler and the clip's lanes only.
        width, height: of the widget, pixels.
        scroll: pixels by which the lanes under the ruler are moved up; held to what there is.
    """
    fixed = [Lane("ruler", 0, RULER_PX, fixed=True), Lane("cache", RULER_PX, CACHE_PX, fixed=True)]
    stack = _stack([p.id for p in project.performers] if project is not None else [])
    begin = fixed[-1].bottom + GAP_PX
    content = begin + sum(px + GAP_PX for _, px, _ in stack)
    spare = height - content
    if project is not None and project.performers and spare > 0:
        # Emotion lanes share what is left, up to twice their height: curves read better tall.
        extra = min(EMOTION_PX, spare // len(project.performers))
        stack = [(k, px + extra * (k == "emotion"), p) for k, px, p in stack]
        content = begin + sum(px + GAP_PX for _, px, _ in stack)
    top = begin - min(max(0, scroll), max(0, content - height))
    lanes = list(fixed)
    for kind, px, performer in stack:
        lanes.append(Lane(kind, top, px, performer))
        top += px + GAP_PX
    return Layout(width, height, tuple(lanes), content)
