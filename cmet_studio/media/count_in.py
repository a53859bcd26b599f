"""The beeps before a take: at three, two, one; the fourth is silent and means "in"."""

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

BEEPS = 3
BEAT_S = 1.0
"""Seconds from beep to beep, and from the last beep to the in."""
_HZ = 1000.0
_BEEP_S = 0.1
_FADE_S = 0.005
_LOUD = 0.25  # -12 dBFS


def count_in(rate: int) -> Samples:
    """Three beeps of 1 kHz, (n,); the in is ``BEEPS * BEAT_S`` after the first sample."""
    out = np.zeros(round(BEEPS * BEAT_S * rate), np.float32)
    at = np.arange(round(_BEEP_S * rate))
    edge = np.clip(np.minimum(at + 1, len(at) - at) / (_FADE_S * rate), 0.0, 1.0)
    beep = (_LOUD * edge * np.sin(2.0 * np.pi * _HZ * at / rate)).astype(np.float32)
    for number in range(BEEPS):
        start = round(number * BEAT_S * rate)
        out[start : start + len(beep)] = beep
    return out
