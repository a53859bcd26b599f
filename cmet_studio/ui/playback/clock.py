"""What says where playback is: the speaker's position, or a timer where there is no sound."""

import time
from typing import Protocol

from cmet_studio.core.errors import CmetError
from cmet_studio.media.course import Course


class Clock(Protocol):
    """Seconds of the clip that are heard now; ``media.player.Player`` is one.

    Attributes:
        problem: why the sound is not heard, if so.
    """

    problem: CmetError | None

    @property
    def position_s(self) -> float:
        """From the clip's first frame."""

    def play(
        self,
        start_s: float,
        speed: float = 1.0,
        stop_s: float | None = None,
        loop: bool = False,
        loop_from_s: float | None = None,
    ) -> None:
        """Begin; ``speed`` may be negative; from ``stop_s`` go on at ``loop_from_s``."""

    def stop(self) -> object:
        """Hold where it is."""

    def scrub(self, at_s: float) -> None:
        """Sound a moment of it."""

    def close(self) -> None:
        """Let go of the device."""


class TimerClock:
    """A silent clock, until the sound is there."""

    def __init__(self) -> None:
        self.problem: CmetError | None = None
        self._course = Course(0.0)
        self._began_s: float | None = None
        self._stood_s = 0.0

    @property
    def position_s(self) -> float:
        """Seconds of the clip, by the computer's clock."""
        if self._began_s is None:
            return self._stood_s
        return self._course.at(time.monotonic() - self._began_s)

    def play(
        self,
        start_s: float,
        speed: float = 1.0,
        stop_s: float | None = None,
        loop: bool = False,
        loop_from_s: float | None = None,
    ) -> None:
        """Begin at ``start_s``."""
        again_s = start_s if loop_from_s is None else loop_from_s
        self._course = Course(start_s, speed, stop_s, again_s if loop else None)
        self._began_s = time.monotonic()

    def stop(self) -> object:
        """Hold."""
        self._stood_s = self.position_s
        self._began_s = None
        return self._stood_s

    def scrub(self, at_s: float) -> None:
        """Silence has no moments."""

    def close(self) -> None:
        """Nothing to let go of."""
