"""Level meters: what the eye of an engineer expects, computed from blocks of any size.

The peak falls as a programme meter of IEC 60268-10 type I does (20 dB in 1.7 s) and rises at once,
so that no sample is missed. The mean reads as a volume indicator of IEC 60268-17: it reaches 99 %
of a steady tone after 300 ms. A clip stays lit until somebody clears it. How the sound is cut into
blocks changes nothing.
"""

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

FLOOR_DBFS = -120.0
"""What silence reads."""
FALL_DB_PER_S = 20.0 / 1.7
"""How fast the peak falls."""
RISE_S = 0.3
"""Seconds after which the mean reads 99 % of a steady level."""
CLIP = 1.0 - 2.0**-15
"""A sample this large has hit the converter's end."""

_DECAY_S = RISE_S / -math.log(1.0 - 0.99**2)  # of the squared level, for 99 % of its root
_MIN_POWER = 10.0 ** (FLOOR_DBFS / 10.0)


@dataclass(frozen=True, slots=True)
class Level:
    """What a meter shows.

    Attributes:
        peak: falling peak, full scale 1.
        power: running mean of the square.
        clipped: whether a sample reached full scale since the last ``cleared``.
        highest: highest sample since then.
    """

    peak: float = 0.0
    power: float = 0.0
    clipped: bool = False
    highest: float = 0.0

    @property
    def peak_dbfs(self) -> float:
        """Falling peak in dBFS, not below ``FLOOR_DBFS``."""
        return _decibels(self.peak**2)

    @property
    def rms_dbfs(self) -> float:
        """Mean level in dBFS; a full-scale sine reads -3.01."""
        return _decibels(self.power)

    @property
    def highest_dbfs(self) -> float:
        """Highest sample since the last ``cleared``, in dBFS."""
        return _decibels(self.highest**2)

    def cleared(self) -> "Level":
        """The same with the clip lamp out and the highest sample forgotten."""
        return replace(self, clipped=False, highest=0.0)


def advanced(level: Level, block: npt.NDArray[np.float32], rate: float) -> Level:
    """What the meter shows after some more sound.

    Args:
        level: before it.
        block: (n,) samples, full scale 1; samples that are no numbers count as silence.
        rate: samples per second.
    """
    count = len(block)
    if not count:
        return level
    size = np.abs(np.nan_to_num(block.astype(np.float64), posinf=1.0, neginf=1.0))
    ago = np.arange(count - 1, -1, -1, dtype=np.float64)
    fall = 10.0 ** (-FALL_DB_PER_S / rate / 20.0)
    keep = math.exp(-1.0 / (rate * _DECAY_S))
    highest = float(size.max())
    return Level(
        peak=max(level.peak * fall**count, float((size * fall**ago).max())),
        power=level.power * keep**count + (1.0 - keep) * float((size**2) @ keep**ago),
        clipped=level.clipped or highest >= CLIP,
        highest=max(level.highest, highest),
    )


class Meter:
    """A level that is moved along by one thread and may be read by any."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._level = Level()

    @property
    def level(self) -> Level:
        """What it shows now."""
        return self._level

    def feed(self, block: npt.NDArray[np.float32]) -> None:
        """Show some more sound, (n,) samples."""
        self._level = advanced(self._level, block, self._rate)

    def clear(self) -> None:
        """Put the clip lamp out. A clip in the very same instant may go with it."""
        self._level = self._level.cleared()


def _decibels(power: float) -> float:
    return 10.0 * math.log10(max(power, _MIN_POWER))
