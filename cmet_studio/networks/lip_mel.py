"""The mel spectrogram that Audio2Lip was trained on, in numpy; equal to the published chain.

Slaney's mel scale and area normalisation (Auditory Toolbox, 1998, technical report 1998-010).
"""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Doubles = npt.NDArray[np.float64]

RATE = 16000
SAMPLES_PER_FRAME = 640
"""At 25 frames/s."""
_FFT, _HOP, _BANDS = 800, 200, 80
_LOWEST_HZ, _HIGHEST_HZ = 55.0, 7600.0
_WIDTH = 16
_BREAK_HZ, _BREAK_MEL, _LINEAR = 1000.0, 15.0, 200.0 / 3.0
_LOG_STEP = np.log(6.4) / 27.0


def _to_mel(hz: float) -> float:
    if hz < _BREAK_HZ:
        return hz / _LINEAR
    return _BREAK_MEL + float(np.log(hz / _BREAK_HZ)) / float(_LOG_STEP)


def _to_hz(mel: Doubles) -> Doubles:
    high: Doubles = _BREAK_HZ * np.exp(_LOG_STEP * (mel - _BREAK_MEL))
    return np.where(mel < _BREAK_MEL, mel * _LINEAR, high)


@lru_cache(maxsize=1)
def mel_filters() -> Floats:
    """(80, 401) triangles over the FFT's bins, float32. Read-only."""
    bins = np.linspace(0.0, RATE / 2, _FFT // 2 + 1)
    edges = _to_hz(np.linspace(_to_mel(_LOWEST_HZ), _to_mel(_HIGHEST_HZ), _BANDS + 2))
    ramps = edges[:, None] - bins
    width = np.diff(edges)[:, None]
    rising, falling = -ramps[:-2] / width[:-1], ramps[2:] / width[1:]
    area = 2.0 / (edges[2:] - edges[:-2])
    filters: Floats = (np.maximum(0.0, np.minimum(rising, falling)) * area[:, None]).astype(
        np.float32
    )
    filters.flags.writeable = False
    return filters


def lip_mel(wave: Floats) -> Floats:
    """Normalised mel of the whole video frames in ``wave``.

    Args:
        wave: (samples,) float32 mono at 16 kHz in [-1, 1].
    Returns: (80, 1 + samples // 640 * 640 // 200) float32 in [-4, 4]; silence is -4.
    """
    samples = wave[: len(wave) // SAMPLES_PER_FRAME * SAMPLES_PER_FRAME].astype(np.float64)
    emphasised = samples - 0.97 * np.concatenate([[0.0], samples[:-1]])[: len(samples)]
    padded = np.pad(emphasised, _FFT // 2)
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(_FFT) / _FFT)
    columns = np.lib.stride_tricks.sliding_window_view(padded, _FFT)[::_HOP]
    magnitude = np.abs(np.fft.rfft(columns * window, axis=1)).T
    level_db = 20.0 * np.log10(np.maximum(1e-5, mel_filters() @ magnitude)) - 20.0
    mel: Floats = np.clip(8.0 * (level_db + 100.0) / 100.0 - 4.0, -4.0, 4.0).astype(np.float32)
    return mel


def lip_windows(wave: Floats) -> Floats:
    """The mel window of every video frame: (samples // 640, 80, 16) float32."""
    frames = len(wave) // SAMPLES_PER_FRAME
    if frames == 0:
        return np.zeros((0, _BANDS, _WIDTH), np.float32)
    mel = lip_mel(wave)
    starts = np.trunc(3.2 * (np.arange(min(frames, 2)) - 2)).astype(int)
    starts = np.concatenate([starts, 16 * np.arange(max(0, frames - 2)) // 5])
    columns = np.clip(starts[:, None] + np.arange(_WIDTH), 0, mel.shape[1] - 1)
    windows: Floats = np.ascontiguousarray(mel[:, columns].transpose(1, 0, 2))
    return windows
