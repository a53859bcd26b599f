"""Faster or slower speech at its own pitch: WSOLA (Verhelst and Roelands, 1993).

Overlapping windows are taken from the input at ``speed`` times the pace at which they are laid
down, each moved by up to a few milliseconds to where it continues the one before it best.
"""

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

_HOP_S = 0.02
_SEARCH_S = 0.008
_COARSE = 4  # every so many samples are compared


class TimeStretch:
    """A stream of sound at another speed.

    Args:
        speed: input seconds per output second, 0.25 to 4.
        rate: samples per second of both.
        channels: of both.
    """

    def __init__(self, speed: float, rate: int, channels: int = 2) -> None:
        if not 0.25 <= speed <= 4.0:
            raise ValueError(f"speed {speed} is out of range")
        self._speed = speed
        self._hop = round(_HOP_S * rate)
        self._search = round(_SEARCH_S * rate)
        self._window = np.hanning(2 * self._hop + 1)[:-1, None].astype(np.float32)
        # Padded at the front, so that the first window can be sought as the others are.
        self._input: Samples = np.zeros((self._search + self._hop, channels), np.float32)
        self._base = -len(self._input)  # input number of the first sample kept
        self._tail: Samples = np.zeros((self._hop, channels), np.float32)
        self._laid = 0  # windows
        self._before: int | None = None

    def more(self, block: Samples) -> Samples:
        """What can be given after (n, channels) more; may be empty."""
        self._input = np.concatenate([self._input, block])
        given = []
        while (at := self._next()) + self._search + 2 * self._hop <= self._base + len(self._input):
            given.append(self._lay(at))
        self._forget()
        return np.concatenate(given) if given else self._input[:0]

    def rest(self) -> Samples:
        """What was held back, faded out; nothing may come after."""
        silence = np.zeros((self._search + 4 * self._hop, self._input.shape[1]), np.float32)
        return self.more(silence)

    def _next(self) -> int:
        """Input number where the next window begins before it is moved."""
        return round((self._laid - 1) * self._hop * self._speed)

    def _lay(self, at: int) -> Samples:
        """Add a window to the output; returns the part that is complete."""
        hop = self._hop
        if self._before is not None:
            at = self._best(at, self._before + hop)
        self._before = at
        window = self._part(at, 2 * hop) * self._window
        done: Samples = self._tail + window[:hop]
        self._tail = window[hop:]
        self._laid += 1
        # The first hop only fades in what comes before the sound.
        return done if self._laid > 1 else done[:0]

    def _best(self, at: int, natural: int) -> int:
        """The place near ``at`` whose sound is most like the one at ``natural``."""
        length = 2 * self._hop
        wanted = self._part(natural, length).mean(axis=1)[::_COARSE]
        around = self._part(at - self._search, length + 2 * self._search).mean(axis=1)[::_COARSE]
        likeness = np.correlate(around, wanted, "valid")
        power = np.concatenate([[0.0], np.cumsum(around.astype(np.float64) ** 2)])
        power = power[len(wanted) :] - power[: -len(wanted)]
        best = int(np.argmax(likeness / np.sqrt(power[: len(likeness)] + 1e-9)))
        return at - self._search + best * _COARSE

    def _part(self, start: int, count: int) -> Samples:
        """Input samples by number; what is not there is silent."""
        out = np.zeros((count, self._input.shape[1]), np.float32)
        begin = max(start - self._base, 0)
        end = min(start - self._base + count, len(self._input))
        if end > begin:
            skip = begin - (start - self._base)
            out[skip : skip + end - begin] = self._input[begin:end]
        return out

    def _forget(self) -> None:
        """Drop input that no window needs any more."""
        natural = self._next() if self._before is None else self._before + self._hop
        keep = min(self._next() - self._search, natural) - self._base
        if keep > 0:
            self._input = self._input[keep:]
            self._base += keep
