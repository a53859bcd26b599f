"""Which sample of a stream is heard when, from the times that PortAudio gives with each block."""

import time

import numpy as np

_KEPT = 32
_ABSURD_S = 2.0
_JUMP_S = 0.08
_STEADY_S = 0.03


class SoundClock:
    """Times of numbered samples on Python's monotonic clock.

    The callback notes one time per block; systems are off by up to some 20 ms in single ones, so
    the median of the last is what counts, unless the stream has plainly jumped (a pause).

    Args:
        rate: samples per second.
    """

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._zero_s = np.zeros(_KEPT)  # PortAudio's time when sample 0 would have been heard
        self._apart_s = np.zeros(_KEPT)  # how far the monotonic clock is ahead of PortAudio's
        self._noted = 0

    @property
    def running(self) -> bool:
        """Whether any time has been noted."""
        return self._noted > 0

    @property
    def steady(self) -> bool:
        """Whether the times of the last blocks agree: the stream has settled."""
        return self._noted >= _KEPT and float(np.ptp(self._zero_s)) < _STEADY_S

    def note(self, number: int, at_s: float, now_s: float) -> None:
        """Note, in the callback, when a block's first sample is heard.

        Args:
            number: of the sample.
            at_s: on PortAudio's clock.
            now_s: the current time on the same clock. Some systems give nonsense; then the sound
                counts as heard now.
        """
        heard_s = at_s if abs(at_s - now_s) < _ABSURD_S else now_s
        place = self._noted % _KEPT
        self._zero_s[place] = heard_s - number / self.rate
        self._apart_s[place] = time.monotonic() - now_s
        self._noted += 1

    def time_of(self, number: float) -> float:
        """Monotonic time at which a sample is heard; only while ``running``."""
        return self._zero() + number / self.rate

    def number_at(self, time_s: float) -> float:
        """Sample that is heard at a monotonic time; only while ``running``."""
        return (time_s - self._zero()) * self.rate

    def _zero(self) -> float:
        noted = self._noted
        known = min(noted, _KEPT)
        latest = float(self._zero_s[(noted - 1) % _KEPT])
        usual = float(np.median(self._zero_s[:known]))
        # Python may run the callback late, never early: the least is the clocks' true distance.
        apart_s = float(self._apart_s[:known].min())
        return (latest if abs(latest - usual) > _JUMP_S else usual) + apart_s
