"""How a voice sounds: harmonicity, glottal and spectral tilt, movement of the spectrum.

Every function returns a fixed number of values; NaN where the utterance does not hold enough to
measure.
"""

import numpy as np
import numpy.typing as npt

from cmet_studio.networks.voice_frames import CEPSTRA, FREQUENCIES, VoiceFrames
from cmet_studio.networks.voice_melody import spread
from cmet_studio.networks.voice_pitch import BIN_HZ, REFERENCE_HZ, blocks

Doubles = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_FEW = 5
_CLEAR_HZ = ((60.0, 1000.0), (1000.0, 2500.0), (2500.0, 4500.0))
_CEPSTRUM = 2048
_FORMANTS_HZ = ((300.0, 1000.0), (1000.0, 2500.0), (2500.0, 3800.0), (3800.0, 6000.0))


def voice_quality(frames: VoiceFrames) -> list[float]:
    """17 values: harmonicity, shimmer, and levels of harmonics against each other and formants."""
    voiced = frames.voiced
    few = voiced.sum() < _FEW
    clear = spread(frames.harmonicity_db if few else frames.harmonicity_db[voiced], (10, 50, 90))
    both = voiced[1:] & voiced[:-1]
    step = np.abs(np.diff(frames.energy_db))
    shimmer = float(step[both].mean()) if both.any() else 0.0
    return [*clear, shimmer, *([np.nan] * 11 if few else _harmonic_levels(frames))]


def _harmonic_levels(frames: VoiceFrames) -> list[float]:
    """Breathy against pressed voice: differences of harmonic and formant levels (dB)."""
    spectrum = frames.harmonics_db
    hertz = REFERENCE_HZ * 2.0 ** (frames.semitones[frames.voiced] / 12.0)
    first, second, third, fourth = (
        _peak_near(spectrum, n * hertz, hertz / 4.0) for n in range(1, 5)
    )
    formants = [
        spectrum[:, int(low / BIN_HZ) : int(high / BIN_HZ)].max(axis=1)
        for low, high in _FORMANTS_HZ
    ]
    return [
        float((first - second).mean()),
        float((second - fourth).mean()),
        *(float((first - formant).mean()) for formant in formants),
        float((formants[0] - formants[2]).mean()),
        float((first - second).std()),
        float((first - formants[2]).std()),
        float((formants[1] - formants[2]).mean()),
        float((first - third).mean()),
    ]


def _peak_near(spectrum: Doubles, hertz: Doubles, reach: Doubles) -> Doubles:
    """(V,) highest level within ``reach`` of a frequency of each frame's own."""
    low = np.round((hertz - reach) / BIN_HZ).astype(int)
    width = int(max(1, np.round(2.0 * reach / BIN_HZ).max()))
    steps = np.arange(width + 1)[None]
    last = np.round(2.0 * reach / BIN_HZ).astype(int)[:, None]
    at = np.clip(low[:, None] + np.minimum(steps, last), 0, spectrum.shape[1] - 1)
    peak: Doubles = spectrum[np.arange(len(spectrum))[:, None], at].max(axis=1)
    return peak


def tilt(frames: VoiceFrames) -> list[float]:
    """18 values: how energy leans towards high frequencies, and how much that and the rest move."""
    used = frames.voiced if frames.voiced.sum() >= _FEW else frames.speech
    hiss = frames.speech & ~frames.voiced
    power = frames.power
    level = 10.0 * np.log10(power + 1e-10)
    alpha = _band(power, 1000.0, 5000.0) - _band(power, 50.0, 1000.0)
    high = level[:, _between(2000.0, 5000.0)].max(axis=1)
    hammarberg = high - level[:, _between(0.0, 2000.0)].max(axis=1)
    centre = np.log((power * FREQUENCIES).sum(axis=1) / (power.sum(axis=1) + 1e-12) + 1.0)
    courses = (
        alpha,
        hammarberg,
        _slope(level, 60.0, 500.0),
        _slope(level, 500.0, 1500.0),
        _slope(level, 1500.0, 5000.0),
        centre,
    )
    flux = np.append(0.0, np.sqrt((np.diff(frames.mel_db, axis=0) ** 2).mean(axis=1)))
    enough = hiss.sum() >= _FEW
    return [
        *(float(v) for course in courses for v in (course[used].mean(), course[used].std())),
        float(flux.mean()),
        float(flux[used].mean()),
        float(flux.std()),
        float(alpha[hiss].mean()) if enough else np.nan,
        float(centre[hiss].mean()) if enough else np.nan,
        _regression(frames.energy_db[used], alpha[used]),
    ]


def _between(low: float, high: float) -> Mask:
    """Bins of the power spectrum in [low, high)."""
    mask: Mask = np.logical_and(low <= FREQUENCIES, high > FREQUENCIES)
    return mask


def _band(power: Doubles, low: float, high: float) -> Doubles:
    inside = _between(low, high)
    level: Doubles = 10.0 * np.log10(power[:, inside].sum(axis=1) + 1e-10)
    return level


def _slope(level: Doubles, low: float, high: float) -> Doubles:
    """(T,) dB per kHz between two frequencies."""
    inside = _between(low, high)
    at = FREQUENCIES[inside] / 1000.0
    at = at - at.mean()
    slope: Doubles = (level[:, inside] * at).sum(axis=1) / (at**2).sum()
    return slope


def _regression(x: Doubles, y: Doubles) -> float:
    """Slope of y over x: here, how much brighter the louder moments are."""
    x = x - x.mean()
    scatter = float((x**2).sum())
    return float((x * (y - y.mean())).sum() / scatter) if scatter > 1e-6 else 0.0


def spectral_movement(frames: VoiceFrames) -> list[float]:
    """CEPSTRA values: log spread of the cepstra's change over 40 ms."""
    if len(frames.cepstra) <= 6:
        return [np.nan] * CEPSTRA
    change = frames.cepstra[4:] - frames.cepstra[:-4]
    return [float(v) for v in np.log(change.std(axis=0) + 1e-2)]


def band_harmonicity(frames: VoiceFrames) -> list[float]:
    """3 values: how clearly harmonics stand out in three bands of the voiced frames.

    A cepstrum of each band's log spectrum; the value is the log of its peak in the range of pitch
    over its median there.
    """
    if frames.voiced.sum() < _FEW:
        return [np.nan] * len(_CLEAR_HZ)
    period_s = np.arange(_CEPSTRUM // 2 + 1) / (_CEPSTRUM * BIN_HZ)
    pitched = np.logical_and(period_s > 1.0 / 600.0, period_s < 1.0 / 60.0)
    values = []
    for low, high in _CLEAR_HZ:
        band = frames.harmonics_db[:, int(low / BIN_HZ) : int(high / BIN_HZ)]
        ratio = [_peak_over_median(band[block], pitched) for block in blocks(len(band))]
        values.append(float(np.log(np.concatenate(ratio)).mean()))
    return values


def _peak_over_median(band: Doubles, pitched: Mask) -> Doubles:
    """(V,) highest value of the cepstrum of (V, bins) in the range of pitch, over the median."""
    shaped = (band - band.mean(axis=1, keepdims=True)) * np.hanning(band.shape[1])
    cepstrum = np.abs(np.fft.rfft(shaped, _CEPSTRUM))[:, pitched]
    ratio: Doubles = (cepstrum.max(axis=1) + 1e-6) / (np.median(cepstrum, axis=1) + 1e-6)
    return ratio
