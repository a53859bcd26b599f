"""What lies under the hand: pure, no widget."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cmet_studio.domain.project import Key, Project
from cmet_studio.ui.selection import Selection
from cmet_studio.ui.timeline.curve import KeyCurve, level_of
from cmet_studio.ui.timeline.layout import HEADER_PX, KEY_STRIP_PX, SCALE_BAR_PX, Lane, Layout
from cmet_studio.ui.timeline.scale import Scale
from cmet_studio.ui.timeline.takes import TakeBar, bar_at

Part = Literal[
    "nothing", "header", "ruler", "range_in", "range_out", "range", "marker", "cache",
    "lane", "key", "dot", "edge", "wave", "take", "limits", "changed",
]  # fmt: skip
NOTHING = Selection()
KEY_REACH_PX = 7.0
EDGE_REACH_PX = 5.0
RANGE_BAND_PX = 9
"""Height of the in/out band, at the bottom of the ruler."""
MAX_LEVEL = 1.5


@dataclass(frozen=True, slots=True)
class Hit:
    """A thing under the hand.

    Attributes:
        part: what; ``dot`` is a key's place on the intensity curve, ``key`` its diamond, ``edge``
            an end of the bar over the selected keys.
        frame: clip frame under the hand, or of the thing.
        lane: the lane it is in.
        key: for keys and dots.
        take: for recorded takes on the waveform.
    """

    part: Part
    frame: int
    lane: Lane | None = None
    key: Key | None = None
    take: TakeBar | None = None

    @property
    def performer(self) -> str | None:
        """Id of the performer whose lane it is in."""
        return self.lane.performer if self.lane is not None else None


def level_y(lane: Lane, level: float) -> float:
    """Row of an intensity in an emotion lane."""
    top, bottom = lane.curve
    return bottom - (bottom - top) * min(level, MAX_LEVEL) / MAX_LEVEL


def nearest_key(curve: KeyCurve, scale: Scale, x: float, reach: float) -> Key | None:
    """The key that stands nearest to the strip's pixel ``x``; of equals the earlier."""
    position = scale.position(x)
    i = int(np.searchsorted(curve.frames, position))
    near = curve.keys[max(0, i - 1) : i + 1]
    if not near:
        return None
    key = min(near, key=lambda k: abs(scale.x(k.frame) - x))
    return key if abs(scale.x(key.frame) - x) <= reach else None


def _ruler_hit(project: Project, lane: Lane, scale: Scale, x: float, y: float) -> Hit:
    frame = scale.frame_in_clip(x)
    if y >= lane.bottom - RANGE_BAND_PX and project.work_range is not None:
        start, stop = project.work_range
        if abs(scale.x(stop) - x) <= EDGE_REACH_PX:
            return Hit("range_out", stop, lane)
        if abs(scale.x(start) - x) <= EDGE_REACH_PX:
            return Hit("range_in", start, lane)
        if scale.x(start) < x < scale.x(stop):
            return Hit("range", frame, lane)
    frames = [marker.frame for marker in project.markers]
    near = min(frames, key=lambda f: abs(scale.x(f) - x), default=None)
    reached = near is not None and abs(scale.x(near) - x) <= EDGE_REACH_PX + 1
    if reached and near is not None and y < lane.bottom - RANGE_BAND_PX:
        return Hit("marker", near, lane)
    return Hit("ruler", frame, lane)


def _emotion_hit(
    lane: Lane, curve: KeyCurve, scale: Scale, x: float, y: float, selected: frozenset[int]
) -> Hit:
    if len(selected) > 1 and y < lane.top + SCALE_BAR_PX:
        for frame in (max(selected), min(selected)):
            if abs(scale.x(frame) - x) <= EDGE_REACH_PX + 1:
                return Hit("edge", frame, lane)
    key = nearest_key(curve, scale, x, KEY_REACH_PX)
    if key is not None and y < lane.top + KEY_STRIP_PX:
        return Hit("key", key.frame, lane, key)
    if key is not None and abs(level_y(lane, level_of(key)) - y) <= KEY_REACH_PX:
        return Hit("dot", key.frame, lane, key)
    return Hit("lane", scale.frame_in_clip(x), lane)


def hit(
    project: Project,
    lanes: Layout,
    scale: Scale,
    curves: Mapping[str, KeyCurve],
    x: float,
    y: float,
    selection: Selection = NOTHING,
    takes: tuple[TakeBar, ...] = (),
) -> Hit:
    """Find what is at a pixel of the widget."""
    lane = lanes.lane_at(y)
    frame = scale.frame_in_clip(x - HEADER_PX)
    if lane is None:
        return Hit("nothing", frame)
    if x < HEADER_PX:
        return Hit("header", frame, lane)
    strip = x - HEADER_PX
    if lane.kind == "ruler":
        return _ruler_hit(project, lane, scale, strip, y)
    if lane.kind == "emotion":
        mine = lane.performer == selection.performer
        selected = selection.keys if mine else NOTHING.keys
        return _emotion_hit(lane, curves[lane.performer or ""], scale, strip, y, selected)
    if lane.kind == "wave" and (bar := bar_at(takes, lane, scale.position(strip), y)):
        return Hit("take", max(0, int(bar.start)), lane, take=bar)
    parts: dict[str, Part] = {
        "cache": "cache", "limits": "limits", "wave": "wave", "changed": "changed",
    }  # fmt: skip
    return Hit(parts[lane.kind], frame, lane)


def keys_in(curve: KeyCurve, scale: Scale, left: float, right: float) -> frozenset[int]:
    """Frames of the keys that stand between two pixels of the strip."""
    low, high = sorted((scale.position(left), scale.position(right)))
    first, last = np.searchsorted(curve.frames, [low, high]).tolist()
    return frozenset(key.frame for key in curve.keys[first:last])
