"""How a voice moves: statistics of pitch, its movement, rhythm and loudness over an utterance.

Every function returns a fixed number of values; NaN where the utterance does not hold enough to
measure (nothing voiced, say).
"""

import numpy as np
import numpy.typing as npt

from cmet_studio.networks.voice_frames import BANDS, VoiceFrames

Doubles = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_FEW = 5
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


def pitch_movement(frames: VoiceFrames) -> list[float]:
    """16 values: speed and direction of pitch, its shape over the utterance, roughness, tremor."""
    pitch = frames.semitones
    step = _within(np.diff(pitch), 3.0)
    slow = pitch[10:] - pitch[:-10] if len(pitch) > 12 else np.zeros(0)
    slow = slow[np.isfinite(slow)]
    bend = np.abs(_within(pitch[2:] - 2.0 * pitch[1:-1] + pitch[:-2], 2.0))
    return [
        _mean(np.abs(step)),
        _mean(step[step > 0.0]),
        _mean(step[step < 0.0]),
        _mean((step > 0.0).astype(float)) if len(step) else 0.5,
        _mean(np.abs(slow)),
        _mean(slow),
        float(slow.std()) if len(slow) else 0.0,
        *_contour(frames),
        *_slopes(frames),
        float(np.log(_mean(bend) + 1e-3)),
        _tremor(frames),
    ]


def _within(values: Doubles, bound: float) -> Doubles:
    kept = values[np.isfinite(values)]
    inside: Doubles = kept[np.abs(kept) < bound]
    return inside


def _contour(frames: VoiceFrames) -> list[float]:
    """Slope and curvature over the utterance, and how its end and beginning lie to the mean."""
    at = np.flatnonzero(frames.voiced).astype(float)
    if len(at) < _FEW:
        return [np.nan] * 4
    pitch = frames.semitones[frames.voiced]
    time = (at - at.mean()) / max(float(at.std()), 1e-9)
    level = pitch - pitch.mean()
    square = time**2 - 1.0
    part = max(3, len(pitch) // 6)
    return [
        float((time * level).mean()),
        float((square * level).mean() / max(float((square**2).mean()), 1e-9)),
        float(level[-part:].mean()),
        float(level[:part].mean()),
    ]


def _slopes(frames: VoiceFrames) -> list[float]:
    """Mean, spread and mean size of the pitch's slope within voiced stretches (semitones/0.1 s)."""
    slopes = []
    for start, end in runs(frames.voiced):
        if end - start >= 6:
            time = np.arange(end - start) - (end - start - 1) / 2.0
            slopes.append(float((time * frames.semitones[start:end]).sum() / (time**2).sum()))
    values = 10.0 * np.array(slopes or [0.0])
    return [float(values.mean()), float(values.std()), float(np.abs(values).mean())]


def _tremor(frames: VoiceFrames) -> float:
    """Log of how much the pitch wavers around its course over 70 ms."""
    kernel = np.ones(7) / 7.0
    wavers = []
    for start, end in runs(frames.voiced):
        if end - start >= 12:
            pitch = frames.semitones[start:end]
            course = np.convolve(np.pad(pitch, 3, mode="edge"), kernel, "valid")
            wavers.append(float((pitch - course).std()))
    return float(np.log((np.mean(wavers) if wavers else 0.1) + 1e-3))


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


def rhythm(frames: VoiceFrames) -> list[float]:
    """7 values: syllables and voiced stretches per second, their lengths, shares of time."""
    smooth = np.convolve(frames.energy_db, np.ones(5) / 5.0, "same")
    gate = float(np.median(frames.energy_db[frames.speech])) - 3.0
    inner = smooth[1:-1]
    crest = (inner > smooth[:-2]) & (inner >= smooth[2:]) & (inner > gate)
    lengths = np.array([(end - start) / _PER_S for start, end in runs(frames.voiced)] or [0.0])
    return [
        float(crest.sum()) / frames.seconds,
        len(lengths) / frames.seconds,
        float(lengths.mean()),
        float(lengths.std()),
        float(frames.voiced.mean()),
        float(frames.speech.mean()),
        float((frames.speech & ~frames.voiced).mean()),
    ]
