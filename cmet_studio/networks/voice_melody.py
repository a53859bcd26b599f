"""How a voice moves: statistics of pitch, loudness and emphasis over an utterance.

Every function returns a fixed number of values; NaN where the utterance does not hold enough to
measure (nothing voiced, say).
"""

import numpy as np
import numpy.typing as npt

from cmet_studio.networks.voice_frames import BANDS, VoiceFrames

Doubles = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_FEW = 5
_STRETCH = 4  # frames: shorter voiced stretches are not syllables
_PER_S = 100.0
_MODULATION_FFT = 1024
_MODULATION_HZ = ((0.5, 2.0), (2.0, 4.0), (4.0, 7.0), (7.0, 12.0), (12.0, 25.0))
_MODULATION_BANDS = ((0, 8), (8, 18), (18, 28), (28, BANDS))


def runs(mask: Mask) -> list[tuple[int, int]]:
    """Half-open stretches of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([0], mask.astype(np.int8), [0]))))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def spread(values: Doubles, percents: tuple[float, ...]) -> list[float]:
    """Mean, standard deviation and percentiles; NaN for fewer than five values."""
    if len(values) < _FEW:
        return [np.nan] * (2 + len(percents))
    return [float(values.mean()), float(values.std()), *map(float, np.percentile(values, percents))]


def _mean(values: Doubles) -> float:
    return float(values.mean()) if len(values) else 0.0


def pitch_levels(frames: VoiceFrames) -> list[float]:
    """8 values: where the pitch lies and how far it ranges (semitones)."""
    values = frames.semitones[frames.voiced]
    levels = spread(values, (5.0, 20.0, 50.0, 80.0, 95.0))
    return [*levels, levels[5] - levels[3]]


def modulation(frames: VoiceFrames) -> list[float]:
    """32 values: how loudness moves, whole and in four bands; none depends on the level."""
    energy = frames.energy_db
    loud = energy[frames.speech]
    step = np.diff(energy)
    time = np.linspace(-1.0, 1.0, len(energy))
    values = [
        float(loud.std()),
        *(float(p - loud.max()) for p in np.percentile(loud, (10.0, 50.0, 90.0))),
        _mean(np.abs(step)),
        _mean(step[step > 0.0]),
        _mean(step[step < 0.0]),
        float((time * (energy - energy.mean())).mean()),
    ]
    amplitude = 10.0 ** (np.maximum(frames.mel_db, frames.mel_db.max() - 50.0) / 20.0)
    for low, high in _MODULATION_BANDS:
        values += _modulation_spectrum(np.log(amplitude[:, low:high].mean(axis=1)))
    return values


def _modulation_spectrum(course: Doubles) -> list[float]:
    """Shares (dB) of five ranges of rate in a band's movement, and its amount (dB)."""
    count = len(course)
    window = np.hanning(count) if count > 2 else np.ones(count)
    spectrum = np.abs(np.fft.rfft((course - course.mean()) * window, max(_MODULATION_FFT, count)))
    power = spectrum**2 / count
    rate = np.fft.rfftfreq(max(_MODULATION_FFT, count), 1.0 / _PER_S)
    # A longer transform samples the same spectrum more finely: sums scale with its length.
    power *= _MODULATION_FFT / max(_MODULATION_FFT, count)
    total = float(power[(rate > 0.5) & (rate < 25.0)].sum()) + 1e-9
    shares = [
        10.0 * np.log10(power[(rate >= low) & (rate < high)].sum() / total + 1e-4)
        for low, high in _MODULATION_HZ
    ]
    return [*map(float, shares), float(10.0 * np.log10(total / 100.0 + 1e-3))]


def emphasis(frames: VoiceFrames) -> list[float]:
    """6 values: how loudness, height and length differ between the voiced stretches, and where.

    The last three: how far the last stretch lies below the loudest, and how the last and the first
    lie to the mean height. NaN with fewer than two stretches of 40 ms.
    """
    stretches = [run for run in runs(frames.voiced) if run[1] - run[0] >= _STRETCH]
    if len(stretches) < 2:
        return [np.nan] * 6
    loud = np.array([frames.energy_db[a:b].max() for a, b in stretches])
    high = np.array([frames.semitones[a:b].max() for a, b in stretches])
    length = np.log([b - a for a, b in stretches])
    return [
        float(loud.std()),
        float(high.std()),
        float(length.std()),
        float(loud[-1] - loud.max()),
        float(high[-1] - high.mean()),
        float(high[0] - high.mean()),
    ]
