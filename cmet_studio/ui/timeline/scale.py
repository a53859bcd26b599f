"""Frames and pixels. Steps of zoom and scroll are fractions of two, so both ways are exact."""

from dataclasses import dataclass, field
from fractions import Fraction
from math import floor

MIN_FRAMES = 5
"""Frames in the narrowest window: one step of the connector at 25 frames a second."""
PAD_PX = 10
"""Room before frame 0 and after the last one: a key on either is seen whole."""
_ZOOM_GRAIN = 1 << 20
_SCROLL_GRAIN = 1 << 6


def _grained(value: Fraction | float, grain: int) -> Fraction:
    return Fraction(round(Fraction(value) * grain), grain)


@dataclass(frozen=True, slots=True)
class Scale:
    """Which frames lie where on a strip of ``width`` pixels.

    Attributes:
        frames: of the clip.
        width: pixels of the strip, at least 1.
        start: frame at the left edge, a multiple of 1/64.
        per_frame: pixels that a frame takes, a multiple of 2^-20.
    """

    frames: int
    width: int
    start: Fraction = Fraction(0)
    per_frame: Fraction = Fraction(1)
    # The same as floats, which they are exactly: making them costs more than all the rest.
    _start: float = field(init=False, repr=False, compare=False)
    _zoom: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_start", float(self.start))
        object.__setattr__(self, "_zoom", float(self.per_frame))

    # Frames to pixels

    def x(self, frame: float) -> float:
        """Left edge of a frame, in pixels from the strip's left; exact for whole frames."""
        return (frame - self._start) * self._zoom

    def position(self, x: float) -> float:
        """Fractional frame at a pixel, not held inside the clip."""
        return x / self._zoom + self._start

    def frame(self, x: float) -> int:
        """The frame whose stretch of pixels holds ``x``; also outside the clip."""
        n = floor(self.position(x))
        while self.x(n + 1) <= x:  # a division rounds; the product it came from does not
            n += 1
        while self.x(n) > x:
            n -= 1
        return n

    def frame_in_clip(self, x: float) -> int:
        """As ``frame``, the nearest one of the clip."""
        return min(max(self.frame(x), 0), self.frames - 1)

    @property
    def visible(self) -> tuple[int, int]:
        """Half-open range of the clip's frames of which a pixel is seen."""
        first = min(max(0, floor(self.start)), self.frames - 1)
        last = self.frame(self.width - 1e-6)
        return first, min(max(last, first) + 1, self.frames)

    @property
    def span(self) -> float:
        """How many frames fit into the strip."""
        return self.width / self._zoom

    # Other views of the same clip

    @property
    def _fitting(self) -> Fraction:
        fitting = Fraction(max(1, self.width - 2 * PAD_PX), self.frames)
        return max(_grained(fitting, _ZOOM_GRAIN), Fraction(1, _ZOOM_GRAIN))

    def _held(self, start: Fraction | float, per_frame: Fraction | float) -> "Scale":
        least = self._fitting
        most = max(_grained(Fraction(self.width, MIN_FRAMES), _ZOOM_GRAIN), least)
        zoom = min(max(_grained(per_frame, _ZOOM_GRAIN), least), most)
        first = -PAD_PX / zoom
        last = max(first, self.frames + (PAD_PX - self.width) / zoom)
        held = min(max(Fraction(start), first), last)
        return Scale(self.frames, self.width, _grained(held, _SCROLL_GRAIN), zoom)

    def fit(self) -> "Scale":
        """The whole clip."""
        return self._held(0, self._fitting)

    def zoom(self, factor: float, x: float) -> "Scale":
        """Zoom in (``factor`` over 1) or out, with what lies at ``x`` staying there."""
        at = self.position(x)
        # The bounds first: zooming on at one of them must not scroll.
        zoom = self._held(self.start, Fraction(self.per_frame) * Fraction(factor)).per_frame
        return self._held(Fraction(at) - Fraction(x) / zoom, zoom)

    def scroll_to(self, start: Fraction | float) -> "Scale":
        """Put this frame to the left edge, as far as the clip goes."""
        return self._held(start, self.per_frame)

    def show(self, first: int, stop: int) -> "Scale":
        """Zoom to a half-open range of frames, with a little air."""
        count = max(MIN_FRAMES, stop - first)
        air = Fraction(count, 40) if count > MIN_FRAMES else Fraction(0)
        return self._held(first - air, Fraction(self.width) / (count + 2 * air))

    def resized(self, width: int) -> "Scale":
        """Another width; a clip that fitted still fits, else the left edge and the zoom stay."""
        fitted = self.per_frame <= self._fitting
        other = Scale(self.frames, max(1, width), self.start, self.per_frame)
        return other.fit() if fitted else other.scroll_to(self.start)

    def follow(self, frame: int) -> "Scale":
        """Turn the page if ``frame`` is not seen."""
        if self.x(frame) >= 0 and self.x(frame + 1) <= self.width:
            return self
        before = self.span / 16
        if self.x(frame) < 0 and self.x(frame) > -self.width / 2:
            return self.scroll_to(frame + 1 - self.span + before)
        return self.scroll_to(frame - before)
