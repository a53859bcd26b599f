"""What else may be in a recording: music, steady noise, more than one voice.

Simple measures, set so that they seldom cry wolf over clean speech. ``cmet-studio evaluate speech``
measures how seldom, and how much they find.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cmet_studio.networks.voice_frames import VoiceFrames, voice_frames

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

MUSIC = 0.15
"""Share of the time with sustained tones from which music is suspected."""
STEADY_NOISE_DB = 17.0
"""Distance of the quietest from the loud parts below which a steady noise is suspected."""
LONGEST_S = 60.0
"""Seconds that are looked at; what is in a recording shows within a minute."""

_RATE = 16000
_WINDOW, _HOP = 2048, 640  # 128 ms: 7.8 Hz apart; 40 ms
_BINS = slice(13, 512)  # 100 Hz to 4 kHz
_AROUND = 12  # bins to either side that a tone has to stick out of
_STICKS_OUT_DB = 9.0
_FAINTEST_DB = 55.0  # below the loudest tone
_SUSTAINED = 9  # hops: the voice glides within 0.36 s, an instrument does not
_FRAME = 320
_PAUSE = 8  # frames of 10 ms
_LEAST_VOICED = 30  # frames on either side of a pause


@dataclass(frozen=True, slots=True)
class Suspicions:
    """What was measured.

    Attributes:
        sustained: share of the time with two or more tones that keep their pitch, 0..1.
        floor_db: how far the quietest parts lie below the loud ones; None for less than 0.2 s.
        voices: whether what comes before and after some pause differs as two people do.
    """

    sustained: float = 0.0
    floor_db: float | None = None
    voices: bool = False

    @property
    def music(self) -> bool:
        """Whether music is suspected."""
        return self.sustained > MUSIC

    @property
    def noise(self) -> bool:
        """Whether a steady noise is suspected."""
        return self.floor_db is not None and self.floor_db < STEADY_NOISE_DB


def suspect(samples: Floats) -> Suspicions:
    """Look for what should not be in a take.

    Args:
        samples: (n,) mono, 16 kHz, full scale 1, with speech in it; the first minute is looked at.
    """
    heard = samples[: round(LONGEST_S * _RATE)]
    if not np.any(heard):
        return Suspicions()
    return Suspicions(_sustained(heard), _floor(heard), _two_voices(voice_frames(heard)))


def _sustained(samples: Floats) -> float:
    """Share of the time in which two or more tones last: chords and held notes, not vowels."""
    count = (len(samples) - _WINDOW) // _HOP + 1
    if count < _SUSTAINED:
        return 0.0
    tones = np.concatenate(list(_tones(samples, count)))
    sums = np.cumsum(np.vstack([np.zeros((1, tones.shape[1]), np.int32), tones]), axis=0)
    lasting = (sums[_SUSTAINED:] - sums[:-_SUSTAINED]) >= _SUSTAINED - 1
    kept = np.zeros_like(tones)
    for step in range(_SUSTAINED):
        kept[step : step + len(lasting)] |= lasting
    return float(((kept & tones).sum(axis=1) >= 2).mean())


def _tones(samples: Floats, count: int) -> Iterator[Mask]:
    """(blocks of hops, bins) True where the spectrum has a peak that sticks out; block by block."""
    shape = np.hanning(_WINDOW)
    frames = np.lib.stride_tricks.sliding_window_view(samples, _WINDOW)[::_HOP][:count]
    for first in range(0, count, 256):
        power = np.abs(np.fft.rfft(frames[first : first + 256] * shape)[:, _BINS]) ** 2
        level = 10.0 * np.log10(power + 1e-9)
        padded = np.pad(level, ((0, 0), (_AROUND, _AROUND)), mode="edge")
        around = np.lib.stride_tricks.sliding_window_view(padded, 2 * _AROUND + 1, axis=1)
        peak = np.zeros(level.shape, dtype=bool)
        middle = level[:, 1:-1]
        peak[:, 1:-1] = (middle > level[:, :-2]) & (middle >= level[:, 2:])
        tall = level - np.median(around, axis=2) > _STICKS_OUT_DB
        yield peak & tall & (level > level.max() - _FAINTEST_DB)


def _floor(samples: Floats) -> float | None:
    """Level of the loud parts over that of the quietest, in dB: speech leaves gaps, noise none."""
    count = len(samples) // _FRAME
    if count < 10:
        return None
    power = (samples[: count * _FRAME].astype(np.float64).reshape(count, _FRAME) ** 2).mean(axis=1)
    levels = 10.0 * np.log10(power + 1e-12)
    return float(np.percentile(levels, 90.0) - np.percentile(levels, 5.0))


def _two_voices(frames: VoiceFrames) -> bool:
    """Whether pitch and timbre jump at a pause further than one speaker's do.

    Finds people who take turns; voices that only talk at the same time it does not tell apart.
    """
    quiet = np.diff(np.concatenate(([1], frames.speech.astype(np.int8), [1])))
    edges = np.flatnonzero(quiet)
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        if end - start < _PAUSE:
            continue
        before, after = frames.voiced[:start], frames.voiced[end:]
        if min(before.sum(), after.sum()) < _LEAST_VOICED:
            continue
        step = abs(
            float(np.median(frames.semitones[:start][before]))
            - float(np.median(frames.semitones[end:][after]))
        )
        colour = _timbre_step(frames.cepstra[:start][before], frames.cepstra[end:][after])
        if (step > 6.0 and colour > 2.0) or (step > 4.0 and colour > 3.0):
            return True
    return False


def _timbre_step(before: Doubles, after: Doubles) -> float:
    """Distance of the mean cepstra in units of their scatter."""
    a, b = before[:, :12], after[:, :12]
    scatter = (a.var(axis=0) * len(a) + b.var(axis=0) * len(b)) / (len(a) + len(b))
    return float(np.linalg.norm((a.mean(axis=0) - b.mean(axis=0)) / np.sqrt(scatter + 1e-12)))
