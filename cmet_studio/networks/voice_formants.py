"""Resonances of the vocal tract: where three formants lie, how far they move, how loud they are.

Linear prediction (order 12) on the power spectrum below 5 kHz, after a pre-emphasis; each formant
is the highest point of the envelope in its range.
"""

import numpy as np
import numpy.typing as npt

from cmet_studio.networks.voice_frames import FREQUENCIES, VoiceFrames

Doubles = npt.NDArray[np.float64]

_FEW = 5
_ORDER = 12
_POINTS = 257
_BINS = int(np.searchsorted(FREQUENCIES, 5000.0, side="right"))
_TOP_HZ = float(FREQUENCIES[_BINS - 1])
_RANGES_HZ = ((200.0, 1000.0), (900.0, 2600.0), (1900.0, 3700.0))


def formants(frames: VoiceFrames) -> list[float]:
    """12 values: place (semitones above 500 Hz) and spread of three formants, their relations."""
    if frames.voiced.sum() < _FEW:
        return [np.nan] * 12
    envelope = _envelope(frames.power[frames.voiced][:, :_BINS])
    hertz = np.linspace(0.0, _TOP_HZ, _POINTS)
    place, level = [], []
    for low, high in _RANGES_HZ:
        inside = np.flatnonzero(np.logical_and(hertz >= low, hertz < high))
        part = envelope[:, inside]
        place.append(12.0 * np.log2(hertz[inside][part.argmax(axis=1)] / 500.0))
        level.append(part.max(axis=1))
    return [
        *(float(v) for course in place for v in (course.mean(), course.std())),
        float((level[1] - level[0]).mean()),
        float((level[2] - level[1]).mean()),
        float((level[2] - level[1]).std()),
        float((place[2] - place[1]).mean()),
        float(np.percentile(place[1], 90.0)),
        float(np.percentile(place[0], 90.0)),
    ]


def _envelope(power: Doubles) -> Doubles:
    """(V, _POINTS) all-pole envelope in dB, 0 to ``_TOP_HZ`` (Levinson and Durbin's recursion).

    Args:
        power: (V, _BINS).
    """
    lifted = power * (1.0 + (FREQUENCIES[:_BINS] / 500.0) ** 2)
    correlation = np.fft.irfft(lifted)[:, : _ORDER + 1]
    correlation[:, 0] = correlation[:, 0] * 1.0001 + 1e-20  # a little white noise keeps it stable
    poles = np.zeros((len(power), _ORDER + 1))
    poles[:, 0] = 1.0
    error = correlation[:, 0].copy()
    for order in range(1, _ORDER + 1):
        reflection = -(poles[:, :order] * correlation[:, order:0:-1]).sum(axis=1) / error
        longer = poles.copy()
        longer[:, 1:order] += reflection[:, None] * poles[:, order - 1 : 0 : -1]
        longer[:, order] = reflection
        poles = longer
        error = error * (1.0 - reflection**2) + 1e-30
    response = np.abs(np.fft.rfft(poles, 2 * (_POINTS - 1)))
    envelope: Doubles = -20.0 * np.log10(response + 1e-9)
    return envelope
