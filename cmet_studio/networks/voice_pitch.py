"""Pitch of a voice, frame by frame.

Autocorrelation with the window's own divided out (Boersma 1993), and the best path through each
frame's candidates and "unvoiced", so that octave jumps and stray peaks do not get through.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Doubles = npt.NDArray[np.float64]

RATE = 16000
HOP = 160
"""Samples from frame to frame: 10 ms."""
REFERENCE_HZ = 50.0
"""Pitch is counted in semitones above this."""

_WINDOW = 800  # 50 ms: three periods at the lowest pitch
_FFT = 2048
_BLOCK = 128
_SHORTEST, _LONGEST = 27, 267  # lags: 593 to 60 Hz
_CANDIDATES = 5
_UNVOICED = 0.45  # strength a voiced candidate must beat
_SWITCH = 0.14  # cost of going from voiced to unvoiced or back
_JUMP = 0.35  # cost of an octave
_JUMP_MAX = 0.6
_OCTAVE = 0.02  # preference for higher candidates, per octave

BIN_HZ = RATE / _FFT
"""Between bins of ``Pitch.power``."""

_SHAPE: Doubles = np.hanning(_WINDOW + 1)[:-1]
_OWN: Doubles = np.fft.irfft(np.abs(np.fft.rfft(_SHAPE, _FFT)) ** 2)[: _LONGEST + 2]


@dataclass(frozen=True, slots=True, eq=False)
class Pitch:
    """Attributes, each (frames,).

    semitones: above 50 Hz; where unvoiced the value means nothing.
    voiced: whether the frame has a pitch.
    harmonicity_db: harmonic over other energy.
    power: (frames, bins) spectrum of 50 ms, every ``BIN_HZ``: single harmonics stand out in it.
    """

    semitones: Doubles
    voiced: npt.NDArray[np.bool_]
    harmonicity_db: Doubles
    power: Doubles


def cut(samples: Doubles, width: int, count: int) -> Doubles:
    """(count, width) frames centred on every ``HOP`` samples; zeros beyond the ends."""
    padded = np.pad(samples, (width // 2, width + HOP))
    return np.lib.stride_tricks.sliding_window_view(padded, width)[::HOP][:count]


def blocks(count: int) -> list[slice]:
    """Stretches of frames whose spectra fit into a processor's cache."""
    return [slice(at, min(at + _BLOCK, count)) for at in range(0, count, _BLOCK)]


def track_pitch(samples: Doubles, count: int) -> Pitch:
    """Find the pitch of the first ``count`` frames.

    Args:
        samples: (n,) at 16 kHz.
    """
    power = np.empty((count, _FFT // 2 + 1))
    correlation = np.empty((count, _LONGEST + 2))
    frames = cut(samples, _WINDOW, count)
    for block in blocks(count):
        part = frames[block]
        spectrum = np.fft.rfft((part - part.mean(axis=1, keepdims=True)) * _SHAPE, _FFT)
        power[block] = np.square(np.abs(spectrum))
        raw = np.fft.irfft(power[block])[:, : _LONGEST + 2]
        correlation[block] = raw / (raw[:, :1] + 1e-9 * _WINDOW) / (_OWN / _OWN[0])
    lags, strength, preferred = _candidates(correlation)
    semitones = 12.0 * np.log2(RATE / lags / REFERENCE_HZ)
    choice = _best_path(preferred, semitones)
    voiced = choice < _CANDIDATES
    rows = np.arange(count)
    chosen = np.minimum(choice, _CANDIDATES - 1)
    top = correlation[:, _SHORTEST : _LONGEST + 1].max(axis=1)
    ratio = np.clip(np.where(voiced, strength[rows, chosen], top), 1e-3, 0.999)
    harmonicity = 10.0 * np.log10(ratio / (1.0 - ratio))
    return Pitch(semitones[rows, chosen], voiced, harmonicity, power)


def _candidates(correlation: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    """The strongest peaks of every frame.

    Returns: (frames, candidates) each: lag (interpolated), correlation there, and the score the
        path goes by (-5 where there is no further peak).
    """
    inner = correlation[:, _SHORTEST : _LONGEST + 1]
    before = correlation[:, _SHORTEST - 1 : _LONGEST]
    after = correlation[:, _SHORTEST + 1 : _LONGEST + 2]
    peak = (inner > before) & (inner >= after)
    # A parabola through the peak: at high pitch the true one lies between two lags and is higher.
    shift = np.where(peak, 0.5 * (before - after) / (before - 2.0 * inner + after - 1e-12), 0.0)
    height = inner - 0.25 * (before - after) * shift
    lags = np.arange(_SHORTEST, _LONGEST + 1)
    score = np.where(peak, height - _OCTAVE * np.log2(lags / _SHORTEST), -1.0)
    best = np.argsort(-score, axis=1, kind="stable")[:, :_CANDIDATES]
    rows = np.arange(len(correlation))[:, None]
    preferred = score[rows, best]
    return (
        lags[best] + shift[rows, best],
        height[rows, best],
        np.where(preferred > 0.0, preferred, -5.0),
    )


def _best_path(score: Doubles, semitones: Doubles) -> npt.NDArray[np.int64]:
    """(frames,) index of the candidate of every frame, ``_CANDIDATES`` for unvoiced (Viterbi)."""
    count = len(score)
    states = _CANDIDATES + 1
    own = np.concatenate([score, np.full((count, 1), _UNVOICED)], axis=1)
    back = np.zeros((count, states), dtype=np.int64)
    total = own[0]
    cost = np.full((states, states), _SWITCH)
    cost[-1, -1] = 0.0
    for frame in range(1, count):
        apart = np.abs(semitones[frame][:, None] - semitones[frame - 1][None]) / 12.0
        cost[:-1, :-1] = np.minimum(_JUMP * apart, _JUMP_MAX)
        reached = total[None] - cost
        back[frame] = reached.argmax(axis=1)
        total = reached.max(axis=1) + own[frame]
    path = np.empty(count, dtype=np.int64)
    path[-1] = total.argmax()
    for frame in range(count - 1, 0, -1):
        path[frame - 1] = back[frame, path[frame]]
    return path
