"""Where the picture lies in the panel: pure functions, all in display pixels of the panel."""

from dataclasses import dataclass
from typing import NamedTuple

MARGIN_PX = 8.0
_WIDTHS = (320, 480, 640, 800, 960, 1280, 1600, 1920, 2560, 3840)


class Area(NamedTuple):
    """A rectangle: left, top, width, height."""

    x: float
    y: float
    w: float
    h: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The place of the clip's picture (two of them side by side).

    Attributes:
        pictures: left to right; the last one shows the edit.
        scale: display pixels per clip pixel, from top to bottom.
        aspect: width to height of a clip pixel: not 1 in anamorphic clips.
    """

    pictures: tuple[Area, ...]
    scale: float
    aspect: float = 1.0

    def to_clip(self, x: float, y: float) -> tuple[float, float]:
        """Clip pixel under a point of the panel; may lie outside the clip."""
        area = self.picture_at(x, y)
        return (x - area.x) / (self.scale * self.aspect), (y - area.y) / self.scale

    def to_panel(self, x: float, y: float) -> tuple[float, float]:
        """Point of the panel over a clip pixel, in the edited picture."""
        area = self.pictures[-1]
        return area.x + x * self.scale * self.aspect, area.y + y * self.scale

    def picture_at(self, x: float, y: float) -> Area:
        """The picture under a point; the last one if there is none."""
        for area in self.pictures:
            if area.x <= x < area.x + area.w and area.y <= y < area.y + area.h:
                return area
        return self.pictures[-1]


def place(
    clip: tuple[int, int],
    panel: tuple[float, float],
    zoom: float | None = None,
    centre: tuple[float, float] = (0.5, 0.5),
    side_by_side: bool = False,
    aspect: float = 1.0,
) -> Layout:
    """Lay the clip out in the panel.

    Args:
        clip: width and height in clip pixels.
        panel: width and height.
        zoom: display pixels per clip pixel; None fits the clip into the panel.
        centre: clip point in the middle of the panel, in shares of the clip.
        side_by_side: two pictures, each in its half.
        aspect: width to height of a clip pixel.
    """
    width, height = max(1, clip[0]) * aspect, max(1, clip[1])
    half = panel[0] / 2 if side_by_side else panel[0]
    room_w = max(16.0, half - 2 * MARGIN_PX)
    room_h = max(16.0, panel[1] - 2 * MARGIN_PX)
    scale = zoom if zoom is not None else min(room_w / width, room_h / height)
    cx, cy = centre if zoom is not None else (0.5, 0.5)
    count = 2 if side_by_side else 1
    areas = tuple(
        Area(
            round((n + 0.5) * half - cx * width * scale),
            round(panel[1] / 2 - cy * height * scale),
            width * scale,
            height * scale,
        )
        for n in range(count)
    )
    return Layout(areas, scale, aspect)


def zoomed_at(
    clip: tuple[int, int],
    panel: tuple[float, float],
    layout: Layout,
    point: tuple[float, float],
    zoom: float,
) -> tuple[float, float]:
    """The centre that keeps the clip point under the mouse where it is, at a new zoom."""
    x, y = layout.to_clip(*point)
    area = layout.picture_at(*point)
    half = panel[0] / len(layout.pictures)
    middle_x = (layout.pictures.index(area) + 0.5) * half
    cx = x - (point[0] - middle_x) / (zoom * layout.aspect)
    cy = y - (point[1] - panel[1] / 2) / zoom
    return clamp_centre((cx / max(1, clip[0]), cy / max(1, clip[1])))


def clamp_centre(centre: tuple[float, float]) -> tuple[float, float]:
    """Keep a piece of the picture in sight."""
    x, y = centre
    return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)


def fetch_width(clip_width: int, shown: float, ratio: float) -> int:
    """How wide a picture to ask the engine for: a few sizes only, so that its cache is hit.

    Args:
        shown: width on the panel in logical pixels.
        ratio: physical per logical pixel.
    """
    wanted = shown * ratio
    for width in _WIDTHS:
        if width >= wanted - 1:
            return min(width, clip_width)
    return clip_width


def wipe_at(area: Area, x: float) -> float:
    """The wipe's place for a mouse at ``x``: 0..1."""
    return min(max((x - area.x) / max(area.w, 1.0), 0.0), 1.0)


def safe_areas(area: Area) -> tuple[Area, Area]:
    """Action safe (93 %) and title safe (90 %), as EBU R 95 has them for 16:9."""
    return _inner(area, 0.035), _inner(area, 0.05)


def _inner(area: Area, share: float) -> Area:
    dx, dy = area.w * share, area.h * share
    return Area(area.x + dx, area.y + dy, area.w - 2 * dx, area.h - 2 * dy)
