"""Where in the clip playing is after a while, whatever keeps the time."""

import math
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Course:
    """A way through the clip.

    Attributes:
        start_s: clip time where it begins.
        speed: clip seconds per real second; negative plays backwards, never 0.
        stop_s: where it ends; None: never (backwards: at 0).
        loop_from_s: where it goes on after ``stop_s``; None: it does not.
    """

    start_s: float
    speed: float = 1.0
    stop_s: float | None = None
    loop_from_s: float | None = None

    def __post_init__(self) -> None:
        numbers = (self.start_s, self.speed, self.stop_s or 0.0, self.loop_from_s or 0.0)
        if self.speed == 0.0 or not all(map(math.isfinite, numbers)):
            raise ValueError(f"not a way through a clip: {self}")

    @property
    def end_s(self) -> float | None:
        """Clip time where it ends or turns round."""
        return 0.0 if self.stop_s is None and self.speed < 0.0 else self.stop_s

    @property
    def loops(self) -> bool:
        """Whether it goes round and never ends."""
        return self._round_s > 0.0

    @property
    def length_s(self) -> float | None:
        """Real seconds until it ends; None if it never does."""
        return None if self.end_s is None or self.loops else self._first_s

    def at(self, elapsed_s: float) -> float:
        """Clip time after ``elapsed_s`` real seconds of playing."""
        elapsed_s = max(elapsed_s, 0.0)
        if self.end_s is None or elapsed_s < self._first_s:
            return self.start_s + elapsed_s * self.speed
        if not self.loops or self.loop_from_s is None:
            return self.start_s if self._first_s == 0.0 else self.end_s
        return self.loop_from_s + (elapsed_s - self._first_s) % self._round_s * self.speed

    def legs(self) -> Iterator[tuple[float, float | None]]:
        """The stretches (from, to) in the order they are played; without end if it loops."""
        if self.end_s is None:
            yield self.start_s, None
            return
        if self._first_s > 0.0:
            yield self.start_s, self.end_s
        while self.loops and self.loop_from_s is not None:
            yield self.loop_from_s, self.end_s

    @property
    def _first_s(self) -> float:
        """Real seconds to the end, the first time."""
        return 0.0 if self.end_s is None else max(0.0, (self.end_s - self.start_s) / self.speed)

    @property
    def _round_s(self) -> float:
        """Real seconds of one time round; 0 if it does not loop."""
        if self.loop_from_s is None or self.end_s is None:
            return 0.0
        return max(0.0, (self.end_s - self.loop_from_s) / self.speed)
