"""One way through a clip's sound, from the wish to the ear: what ``media.player`` plays."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from cmet_studio.media.bwf import RATE
from cmet_studio.media.course import Course
from cmet_studio.media.feed import sound_of, with_overlay
from cmet_studio.media.loudspeaker import Voice
from cmet_studio.media.sound_reader import SoundReader
from cmet_studio.media.steady_rate import SteadyRate

Samples = npt.NDArray[np.float32]

_AHEAD_S = 1.5


@dataclass(slots=True)
class Play:
    """One ``play`` or ``scrub``: which way, and who keeps its time once it is under way.

    Attributes:
        course: the way.
        overlay: (n,) at 48 kHz, mixed over the beginning.
        voice: what is heard of it, once it is.
        began_s: monotonic time at which the silent timer began, if that keeps the time.
        stopped_at_s: real seconds that had been heard when it was stopped.
    """

    course: Course
    overlay: Samples | None = None
    voice: Voice | None = None
    began_s: float | None = None
    stopped_at_s: float | None = None
    _feed: Iterator[Samples] | None = None
    _waiting: Samples | None = None  # decoded, no room yet

    @property
    def elapsed_s(self) -> float:
        """Real seconds of it that were heard."""
        if self.stopped_at_s is not None:
            return self.stopped_at_s
        voice, began_s = self.voice, self.began_s
        if voice is not None:
            return voice.heard() / voice.rate
        return 0.0 if began_s is None else time.monotonic() - began_s

    def heard_at(self, position_s: float) -> float | None:
        """Monotonic time at which a clip time is heard; None while not yet known."""
        elapsed_s = (position_s - self.course.start_s) / self.course.speed
        voice, began_s = self.voice, self.began_s
        if voice is not None:
            return voice.time_of(round(elapsed_s * voice.rate))
        return None if began_s is None else began_s + elapsed_s

    def voiced(self, reader: SoundReader | None, rate: int) -> Voice:
        """A voice that is going to say it; ``give`` fills it."""
        self._feed = sound_of(self.course, reader, rate)
        if self.overlay is not None:
            self._feed = with_overlay(self._feed, _at_rate(self.overlay, rate))
        return Voice(round(_AHEAD_S * rate), rate)

    def give(self, voice: Voice) -> bool:
        """Hand one block to the ring; returns whether it may take more."""
        if self._waiting is None or not len(self._waiting):
            self._waiting = None if self._feed is None else next(self._feed, None)
            if self._waiting is None:
                voice.complete = True
                return False
        some = self._waiting[: voice.room]
        voice.ring.write(some)
        self._waiting = self._waiting[len(some) :]
        return not len(self._waiting)

    def timed(self) -> None:
        """Let the silent timer keep the time from here on."""
        self.began_s = time.monotonic() - self.elapsed_s
        self.voice = None

    def rest(self) -> "Play":
        """What is left of it, as a play of its own."""
        elapsed_s = self.elapsed_s
        left = None if self.overlay is None else self.overlay[round(elapsed_s * RATE) :]
        return Play(replace(self.course, start_s=self.course.at(elapsed_s)), left)


def _at_rate(overlay: Samples, rate: int) -> Samples:
    to_rate = SteadyRate(RATE, rate)
    return np.concatenate([to_rate.more(overlay), to_rate.rest()])
